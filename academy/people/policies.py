"""Who may do what with people: one constant per right."""

from __future__ import annotations

from academy.kernel.policy import Capability, capability

OWN_DATA = capability("people:own:read", own=True)
"""See and change one's own data and devices."""

PASSWORD = capability("people:password:write", own=True, step_up=True)
"""Choose one's own password."""

ACT_FOR = capability("people:own:write-for", "trainer", "coach", "coordinator")
"""Do for a participant what participants do themselves; it is recorded as "by X for Y"."""

SECOND_FACTOR = capability("people:second-factor:write", own=True, step_up=True)
"""Set up and take away one's own second factors."""

MANAGE_GRANTS = capability("people:grant:write", "admin", step_up=True)
"""Give and take back rights and accounts, over everything: see `services.grants`."""

MANAGE_PEOPLE = capability("people:person:write", "coordinator", "admin")
"""Add a person."""

GIVE_COACHING = capability("people:grant:coach", "coordinator")
"""Let somebody guide one person in one's own region, and end it."""

GIVE_REVIEW = capability("people:grant:review", "coordinator")
"""Let somebody look at one objection in one's own region, and end it."""

MAKE_LETTER = capability("people:letter:write", "trainer", "coach", "coordinator")
"""Make a printed letter with a one-time code for a participant in reach."""

INVITE = capability("people:account:invite", "coordinator")
"""Let a participant in the own region come in by mail."""

SEE_MESSAGES = capability("people:message:handle", "coordinator")
"""See what goes out by itself in the own region, and call or post what does not go by mail."""

OWN_MESSAGES = capability("people:message:own", own=True)
"""See what we send oneself, choose, and put oneself in silence."""

SILENCE = capability("people:silence:write-for", "trainer", "coach", "coordinator")
"""See what goes to a participant in reach by itself, and put them in silence on their behalf."""

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
    PASSWORD,
    ACT_FOR,
    SECOND_FACTOR,
    MANAGE_GRANTS,
    MANAGE_PEOPLE,
    GIVE_COACHING,
    GIVE_REVIEW,
    MAKE_LETTER,
    INVITE,
    SEE_MESSAGES,
    OWN_MESSAGES,
    SILENCE,
    API_TOKENS,
)
