"""Who may do what with people: one constant per right."""

from __future__ import annotations

from academy.kernel.policy import Capability, capability

OWN_DATA = capability("people:own:read", own=True)
"""See and change one's own data, password and devices."""

SECOND_FACTOR = capability("people:second-factor:write", own=True, step_up=True)
"""Set up and take away one's own second factors."""

MANAGE_GRANTS = capability("people:grant:write", "admin", step_up=True)
"""Give and take back rights and accounts, over everything: see `services.grants`."""

MANAGE_PEOPLE = capability("people:person:write", "coordinator", "admin")
"""Add a person."""

GIVE_COACHING = capability("people:grant:coach", "coordinator")
"""Let somebody guide one person in one's own region, and end it."""

API_TOKENS = capability(
    "people:token:write",
    "trainer",
    "assessor",
    "resident_assessor",
    "coordinator",
    "board",
    step_up=True,
)
"""Make and take back one's own keys for the API: who has something there that a key can do."""

ALL: tuple[Capability, ...] = (
    OWN_DATA,
    SECOND_FACTOR,
    MANAGE_GRANTS,
    MANAGE_PEOPLE,
    GIVE_COACHING,
    API_TOKENS,
)
