"""How long a certificate is valid."""

import calendar
from datetime import date


def valid_until(start: date, *, months: int | None) -> date | None:
    """Return the last day of validity, or None for a proof that does not end.

    The same day `months` later; the last day of a shorter month. For a renewal `start` is the old
    end date, not the day of the decision (sample-data/README.md, rule 6).
    """
    if months is None:
        return None
    if months < 1:
        raise ValueError("a validity is at least one month")
    return months_from(start, months)


def is_expired(until: date | None, *, today: date) -> bool:
    """Say whether the last day of validity has passed."""
    return until is not None and today > until


REMINDERS = (-6, -3, -1, 0, 2)
"""When the holder hears of the end, in months from it. Source: domain.md, 4(c)7."""


def reminder_days(until: date) -> tuple[tuple[int, date], ...]:
    """Return the days of the reminders around the last day, each with its months from it."""
    return tuple((months, months_from(until, months)) for months in REMINDERS)


def months_from(day: date, months: int) -> date:
    """Return the same day some months later or, below zero, earlier; or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
