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
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


def is_expired(until: date | None, *, today: date) -> bool:
    """Say whether the last day of validity has passed."""
    return until is not None and today > until
