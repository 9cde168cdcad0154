"""How long a certificate is valid, by the method that its course chose."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Method = Literal["from_completion", "from_previous_end", "fixed_date"]


@dataclass(frozen=True, slots=True)
class ExpiryRule:
    """When a certificate ends. `months` is how long it is valid; None: it does not end.

    from_completion: a term runs from the day of the decision, a renewal's too. from_previous_end:
    a renewal in the window or the grace runs from the old end; later it is a new start.
    fixed_date: terms end on `anchor` and every `months` before and after it; a certificate takes
    the first of these days that leaves it at least `minimum_months`.
    """

    method: Method
    months: int | None
    grace_months: int = 0
    anchor: date | None = None
    minimum_months: int = 0


def expiry_rule(course: Mapping[str, Any]) -> ExpiryRule:
    """Read the rule from a course.yaml; without `expiry` a renewal runs from the previous end."""
    certificate = course["certificate"]
    chosen = certificate.get("expiry") or {"method": "from_previous_end"}
    anchor = chosen.get("last_day")
    return ExpiryRule(
        method=chosen["method"],
        months=certificate["validity_months"],
        grace_months=(course.get("renewal_rule") or {}).get("grace_months_after", 0),
        anchor=date.fromisoformat(anchor) if anchor else None,
        minimum_months=chosen.get("minimum_months", 0),
    )


def last_day(rule: ExpiryRule, issued_on: date, *, previous_end: date | None = None) -> date | None:
    """Return the last day of a certificate's term, or None for one that does not end.

    `previous_end` is the last day of the term that it renews. Source: course.yaml, `certificate`;
    sample-data/README.md, rule 6.
    """
    if rule.months is None:
        return None
    if rule.method == "fixed_date":
        return _fixed_day(rule, issued_on, previous_end)
    in_time = previous_end is not None and issued_on <= months_from(previous_end, rule.grace_months)
    if rule.method == "from_previous_end" and in_time:
        return valid_until(previous_end or issued_on, months=rule.months)
    return valid_until(issued_on, months=rule.months)


def _fixed_day(rule: ExpiryRule, issued_on: date, previous_end: date | None) -> date:
    if rule.anchor is None or not rule.months or rule.minimum_months > rule.months:
        raise ValueError("a fixed date needs a day and at most a whole term as its minimum")
    earliest = months_from(issued_on, rule.minimum_months)
    months = (earliest.year - rule.anchor.year) * 12 + earliest.month - rule.anchor.month
    term = months // rule.months
    while True:
        day = months_from(rule.anchor, term * rule.months)
        if day >= earliest and day > max(issued_on, previous_end or issued_on):
            return day
        term += 1


def valid_until(start: date, *, months: int | None) -> date | None:
    """Return the last day of validity, or None for a proof that does not end.

    The same day `months` later; the last day of a shorter month.
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
