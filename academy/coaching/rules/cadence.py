"""Pure rules of who hears when contact is late, and of standing in for a coach."""

from __future__ import annotations

from datetime import date, timedelta

from academy.coaching.rules.contact import TOLERANCE

ESCALATE_AFTER = timedelta(days=14)
"""The coach hears it after a week; a coordinator, by name, a week later."""
LONGEST_COVER = timedelta(days=92)
COVER_REASON = "vervanging"


def late_on(due: date) -> date:
    """Return the day on which who guides hears that a contact is late: after the tolerance."""
    return due + TOLERANCE + timedelta(days=1)


def escalates_on(due: date) -> date:
    """Return the day on which a coordinator hears that a contact is late."""
    return due + ESCALATE_AFTER


def cover_fault(first_day: date, last_day: date, today: date) -> str | None:
    """Say what is wrong with these days: past, reversed or too_long; None when they are right."""
    if first_day < today:
        return "past"
    if last_day < first_day:
        return "reversed"
    return "too_long" if last_day - first_day > LONGEST_COVER else None
