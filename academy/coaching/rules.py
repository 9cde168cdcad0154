"""Pure rules of coaching: when contact is due, what is late, when an entry is final.

Source: domain.md, section 4 (d), and invariants 9 and 10.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, datetime, timedelta

PLAN_STATES = ("to_match", "proposed", "active", "paused", "stopped")
LIVE_STATES = ("active", "paused")
CHANNELS = ("phone", "visit", "message", "email", "letter")
ENTRY_KINDS = ("phone", "visit", "message", "peer", "meetup", "yearly_review")
ENTRY_STATES = ("draft", "shared", "final")
ACTION_OWNERS = ("participant", "coach", "coordinator", "client")
ACTION_STATES = ("open", "done", "dropped")
SIGNAL_KINDS = ("overload", "conflict", "boundary", "safety", "broken_promise")
SEVERITIES = ("low", "middle", "high")
SIGNAL_STATES = ("open", "taken_over", "closed")
OUTCOMES = (
    "tasks_shared",
    "talk_held",
    "agreement_made",
    "date_received",
    "handed_over_outside",
)
REPORTED_BACK = ("yes", "no", "may_not")

DEFAULT_RHYTHM_DAYS = 60
SHORTEST_RHYTHM_DAYS = 7
LONGEST_RHYTHM_DAYS = 365
MATCH_WITHIN = timedelta(days=14)
FIRST_CONTACT_WITHIN = timedelta(days=14)
TOLERANCE = timedelta(days=7)
FINAL_AFTER = timedelta(days=7)
REVIEW_SOON = timedelta(days=30)
SILENT_AFTER = timedelta(days=45)
FOLLOW_UP = {"high": timedelta(0), "middle": timedelta(days=7), "low": timedelta(days=30)}
HOLD_BACK_AT_MOST = timedelta(days=30)
MOST_PLANS = 15
LOW_ENERGY = 2
SEEN_AFTER_TRANSFER = timedelta(days=365)
DEFAULT_ACTION_WITHIN = timedelta(days=14)
MOST_MINUTES = 600
USUAL_MINUTES = {
    "phone": 20,
    "visit": 60,
    "message": 5,
    "peer": 45,
    "meetup": 150,
    "yearly_review": 75,
}


def match_by(opened_on: date) -> date:
    """Return the last day on which a plan opened on `opened_on` may be without a coach."""
    return opened_on + MATCH_WITHIN


def first_contact_due(started_on: date, rhythm_days: int) -> date:
    """Return when the first contact is due: within a fortnight, or sooner with a faster rhythm."""
    return started_on + min(FIRST_CONTACT_WITHIN, timedelta(days=rhythm_days))


def next_contact_due(last_contact_on: date, rhythm_days: int) -> date:
    """Return when the next contact is due."""
    return last_contact_on + timedelta(days=rhythm_days)


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


def is_final(state: str, *, shared_at: datetime | None, now: datetime) -> bool:
    """Say whether an entry is final: the participant has seen it, or a week has gone by."""
    if state == "shared":
        return shared_at is not None and now >= shared_at + FINAL_AFTER
    return state == "final"


def follow_up_by(severity: str, raised_on: date) -> date:
    """Return when a signal must be followed up: high the same day, middle 7, low 30 days."""
    return raised_on + FOLLOW_UP[severity]


def energy_low_twice(energies: Sequence[int | None]) -> bool:
    """Say whether the last two figures given, latest first, are both 2 or less."""
    given = [energy for energy in energies if energy is not None][:2]
    return len(given) == 2 and all(energy <= LOW_ENERGY for energy in given)


def is_silent(last_entry_on: date | None, since: date, today: date) -> bool:
    """Say whether a coach wrote nothing for more than 45 days; `since` is when guiding began."""
    return today - (last_entry_on or since) > SILENT_AFTER


def visible_from(transferred_on: date | None) -> date | None:
    """Return from which day a coach may read after a transfer: the last twelve months before it."""
    return transferred_on - SEEN_AFTER_TRANSFER if transferred_on else None
