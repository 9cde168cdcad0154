"""Pure rules of what changes: handing over, stopping, the yearly review."""

from __future__ import annotations

import calendar
from datetime import date

HANDOVER_ANSWERS = ("yes", "no")
REVIEW_WANTS = ("same", "other", "stop")
MOST_STEPS = 3
ERASED_AFTER_MONTHS = 12
GOAL_WITHIN_MONTHS = 6


def months_later(day: date, months: int) -> date:
    """Return the same day so many months on, or the last day of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def erased_on(stopped_on: date | None) -> date | None:
    """Return when the notes of stopped guidance are erased, if nobody asks for it sooner."""
    return months_later(stopped_on, ERASED_AFTER_MONTHS) if stopped_on else None
