"""Pure rules of figures: whole quarters only, groups under five hidden, nothing to subtract.

Three things keep a person out of the figures. A cell of fewer than five is not shown. The cells
beside each other are apart and their total is never shown, so that no hidden cell follows from the
others. And there is nothing to choose: the quarters are fixed and over, so that two pages never
differ by one person. How many people there are is told in fives, since that could be subtracted
from quarter to quarter. Source: domain.md, invariant 11; trust.md, section 5, partner reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

FEWEST = 5
"""Below this a group is not shown."""

QUARTERS_SHOWN = 5
"""A year and the same quarter a year before."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three months that are over; both ends belong to it."""

    year: int
    number: int
    first: date
    last: date


def past_quarters(today: date, count: int = QUARTERS_SHOWN) -> tuple[Quarter, ...]:
    """Return the last `count` quarters that are over on `today`, earliest first."""
    number = (today.month - 1) // 3
    found: list[Quarter] = []
    place = today.year * 4 + number
    for one in range(place - count, place):
        year, index = divmod(one, 4)
        following = date(year + (index == 3), (index * 3 + 3) % 12 + 1, 1)
        first = date(year, index * 3 + 1, 1)
        found.append(Quarter(year, index + 1, first, following - timedelta(days=1)))
    return tuple(found)


def shown(count: int) -> int | None:
    """Return a count that may be shown, or None for a group of fewer than five."""
    return count if count >= FEWEST else None


def about(count: int) -> int | None:
    """Return how many people there are, to the nearest five; None for fewer than five."""
    return None if count < FEWEST else max(FEWEST, (count + 2) // 5 * 5)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of all in whole percent. `is_least`: a hidden part keeps it from being exact."""

    percent: int
    is_least: bool


def share(parts: tuple[int | None, ...], which: int) -> Share | None:
    """Return what part of all `which` is; None when that part itself is hidden.

    A hidden part holds four at most, so that the share is at least what it would be then.
    """
    part = parts[which]
    if part is None:
        return None
    whole = sum(FEWEST - 1 if one is None else one for one in parts)
    is_least = None in parts
    return Share(100 * part // whole if is_least else round(100 * part / whole), is_least)
