"""Who may do what with people: one constant per right."""

from __future__ import annotations

from academy.kernel.policy import Capability, capability

OWN_DATA = capability("people:own:read", own=True)
"""See and change one's own data, password and devices."""

MANAGE_GRANTS = capability("people:grant:write", "admin", step_up=True)
"""Give and take back rights and accounts, over everything: see `services.grants`."""

MANAGE_PEOPLE = capability("people:person:write", "coordinator", "admin")
"""Add a person."""

GIVE_COACHING = capability("people:grant:coach", "coordinator")
"""Let somebody guide one person in one's own region, and end it."""

ALL: tuple[Capability, ...] = (OWN_DATA, MANAGE_GRANTS, MANAGE_PEOPLE, GIVE_COACHING)
