"""Who may do what with privacy.

The table "People, roles and rights" of the architecture page decides; change it there first. A
coordinator may ask on behalf of somebody, and never sees what comes out: it holds the talks.
"""

from __future__ import annotations

from academy.kernel.policy import Capability, capability

OWN = capability("privacy:own:read", own=True)
"""See what one may take along or let go, and what one asked."""

OWN_EXPORT = capability("privacy:own:export", own=True, step_up=True)
"""Ask for one's own data and fetch the file."""

OWN_ERASURE = capability("privacy:own:erase", own=True, step_up=True)
"""Ask to be forgotten."""

ASK_FOR = capability("privacy:request:ask-for", "privacy_officer", "coordinator", step_up=True)
"""Ask on behalf of somebody in reach who cannot do it themselves."""

HANDLE = capability("privacy:request:handle", "privacy_officer")
"""See what was asked and what is still to be done."""

FETCH_FOR = capability("privacy:request:fetch-for", "privacy_officer", step_up=True)
"""Fetch the file of somebody without an account, to hand it over; they see that it was read."""

SEE_RETENTION = capability("privacy:retention:read", "privacy_officer", "admin")
"""See what is kept how long, and how much would go."""

SWITCH_RETENTION = capability("privacy:retention:switch", "admin", step_up=True)
"""Turn the clearing of old data on or off."""

ALL: tuple[Capability, ...] = (
    OWN,
    OWN_EXPORT,
    OWN_ERASURE,
    ASK_FOR,
    HANDLE,
    FETCH_FOR,
    SEE_RETENTION,
    SWITCH_RETENTION,
)
