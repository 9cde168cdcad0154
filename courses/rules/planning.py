"""On which days a group can meet: every so many days, but not on Dutch holidays.

Source: domain model 4(b)1 and rule 11 of the sample data: no public holiday, nor 24 and 31
December, nor 4 May.
"""

from __future__ import annotations

from datetime import date, timedelta

FIXED = {(1, 1), (4, 27), (5, 4), (5, 5), (12, 24), (12, 25), (12, 26), (12, 31)}
FROM_EASTER = {-2, 0, 1, 39, 49, 50}
"""Good Friday, Easter, Easter Monday, Ascension Day, Whit Sunday and Monday."""

WEEK = timedelta(days=7)


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar.

    Source: Meeus, Astronomical Algorithms, chapter 8.
    """
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    correction = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * correction) // 433
    month, day = divmod(h + correction - 7 * m + 114, 31)
    return date(year, month, day + 1)


def is_free_day(day: date) -> bool:
    """Say whether no group meets on this day."""
    return (day.month, day.day) in FIXED or (day - easter(day.year)).days in FROM_EASTER


def meeting_days(first: date, *, every_days: int, count: int) -> tuple[date, ...]:
    """Return `count` days from `first` on, `every_days` apart.

    A free day becomes the same weekday a week later.

    The days after a shifted one keep their distance to it, so nobody gets two lessons shortly after
    each other.
    """
    days: list[date] = []
    day = first
    while len(days) < count:
        while is_free_day(day):
            day += WEEK
        days.append(day)
        day += timedelta(days=every_days)
    return tuple(days)
