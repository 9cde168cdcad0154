"""Pure rules of guiding: when contact is due, what is late, how long a plan may wait."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

PLAN_STATES = ("to_match", "proposed", "active", "paused", "stopped")
LIVE_STATES = ("active", "paused")
CHANNELS = ("phone", "visit", "message", "email", "letter")
DEFAULT_RHYTHM_DAYS = 60
SHORTEST_RHYTHM_DAYS = 7
LONGEST_RHYTHM_DAYS = 365
MATCH_WITHIN = timedelta(days=14)
FIRST_CONTACT_WITHIN = timedelta(days=14)
SHEET_WITHIN = timedelta(days=30)
TOLERANCE = timedelta(days=7)
REVIEW_SOON = timedelta(days=30)
SILENT_AFTER = timedelta(days=45)
MOST_PLANS = 15
SEEN_AFTER_TRANSFER = timedelta(days=365)


def match_by(opened_on: date) -> date:
    """Return the last day on which a plan opened on `opened_on` may be without a coach."""
    return opened_on + MATCH_WITHIN


def first_contact_due(started_on: date, rhythm_days: int) -> date:
    """Return when the first contact is due: within a fortnight, or sooner with a faster rhythm."""
    return started_on + min(FIRST_CONTACT_WITHIN, timedelta(days=rhythm_days))


def sheet_due(started_on: date) -> date:
    """Return before when coach and participant have a plan: thirty days after they began."""
    return started_on + SHEET_WITHIN


def next_contact_due(last_contact_on: date, rhythm_days: int) -> date:
    """Return when the next contact is due."""
    return last_contact_on + timedelta(days=rhythm_days)


def due_with_new_coach(last_contact_on: date | None, rhythm_days: int, today: date) -> date:
    """Return when contact is due with who begins today: what was late before is not theirs."""
    first = first_contact_due(today, rhythm_days)
    if last_contact_on is None:
        return first
    due = next_contact_due(last_contact_on, rhythm_days)
    return due if due >= today else first


def due_in_new_rhythm(due: date | None, by_rhythm: date, today: date) -> date:
    """Return when contact is due once the rhythm changed: nothing is late by that alone."""
    if by_rhythm >= today:
        return by_rhythm
    return min(due or today, today)


def rests(state: str, paused_until: date | None, today: date) -> bool:
    """Say whether guidance rests today: its last day comes and goes, and then it runs again."""
    return state == "paused" and paused_until is not None and paused_until > today


def pause_fault(until: date, today: date) -> str | None:
    """Say what is wrong with the day a pause ends: past or too_long; None when it is right."""
    if until <= today:
        return "past"
    return "too_long" if until > review_due(today) else None


def contact_overdue(due: date | None, today: date) -> bool:
    """Say whether contact is late: more than a week after it was due."""
    return due is not None and today > due + TOLERANCE


def overdue_before(today: date) -> date:
    """Return the day before which a due date is overdue on `today`; the same rule for a query."""
    return today - TOLERANCE


def review_due(from_day: date) -> date:
    """Return the same day a year later; 29 February becomes 28 February."""
    last = calendar.monthrange(from_day.year + 1, from_day.month)[1]
    return date(from_day.year + 1, from_day.month, min(from_day.day, last))


def is_silent(quiet_since: date | None, today: date) -> bool:
    """Say whether a coach wrote nothing for more than 45 days; without a day nobody waits."""
    return quiet_since is not None and today - quiet_since > SILENT_AFTER


def visible_from(transferred_on: date | None) -> date | None:
    """Return from which day a coach may read after a transfer: the last twelve months before it."""
    return transferred_on - SEEN_AFTER_TRANSFER if transferred_on else None
