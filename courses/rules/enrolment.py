"""What may follow what: the states of an enrolment, of a cohort and of a session, as data.

Source: domain model 4(b). Application and enrolment are one row and one machine.
"""

from __future__ import annotations

from collections.abc import Mapping

Transitions = Mapping[str, frozenset[str]]

APPLYING = frozenset({"applied", "intake_planned", "waitlisted"})
"""Somebody asked for a place and has no answer yet."""

SEATED = frozenset({"admitted", "active", "paused", "completed", "not_passed"})
"""Somebody has, or had until the end, one of the chairs of the cohort."""

MAY_COME_BACK = frozenset({"not_now", "other_track", "withdrawn"})
"""Somebody stopped, or there was no place: asking again is always possible."""

JOINED = frozenset({"admitted", "active"})
"""From the first of these on somebody belongs to the group. A chair counts: the group may be set
running days after its first session."""


def _to(*states: str) -> frozenset[str]:
    return frozenset(states)


TRANSITIONS: Transitions = {
    "": _to("applied"),
    "applied": _to(
        "intake_planned", "waitlisted", "admitted", "not_now", "other_track", "withdrawn"
    ),
    "intake_planned": _to("waitlisted", "admitted", "not_now", "other_track", "withdrawn"),
    "waitlisted": _to("admitted", "not_now", "other_track", "withdrawn"),
    "admitted": _to("active", "withdrawn", "transferred"),
    "not_now": _to("applied"),
    "other_track": _to("applied"),
    "active": _to("paused", "completed", "not_passed", "withdrawn", "transferred"),
    "paused": _to("active", "withdrawn", "transferred"),
    "completed": _to(),
    "not_passed": _to(),
    "withdrawn": _to("applied"),
    "transferred": _to(),
}
"""An enrolment: from a state to the states that may follow. The empty state is: not there yet."""

REOPENED: Transitions = {"not_passed": _to("active")}
"""What only the answer to an objection does: the end does not count any more."""

COHORT_TRANSITIONS: Transitions = {
    "draft": _to("open", "cancelled"),
    "open": _to("full", "running", "cancelled"),
    "full": _to("open", "running", "cancelled"),
    "running": _to("finishing", "cancelled"),
    "finishing": _to("completed", "cancelled"),
    "completed": _to(),
    "cancelled": _to(),
}
"""A cohort. Full goes back to open when a chair comes free."""

SESSION_TRANSITIONS: Transitions = {
    "planned": _to("moved", "cancelled", "held"),
    "moved": _to("moved", "cancelled", "held"),
    "cancelled": _to("moved"),
    "held": _to(),
}
"""A session. One that was cancelled comes back by moving it to another day."""


def may_follow(table: Transitions, state: str, following: str) -> bool:
    """Say whether `following` may come after `state`; from an unknown state nothing may."""
    return following in table.get(state, frozenset())
