"""What falls on a day, for who plans a session: something to weigh, never a refusal.

Source: domain model 4(b)1. Public holidays are those of `rules.planning`. The months of the moon
come from the Umm al-Qura calendar; who looks at the sky may begin a day earlier or later.

School holidays: the Dutch government's overviews of 2027-2028 and 2028-2029 ("Overzicht
schoolvakanties", Rijksoverheid), in which schools may differ in spring and autumn. Of 2026-2027
only days of which it is sure that they are free, in all of the country or in a part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hijridate import Gregorian

from courses.rules.planning import is_free_day

NORTH, MIDDLE, SOUTH = "north", "middle", "south"
EVERYWHERE = (NORTH, MIDDLE, SOUTH)
SOMEWHERE = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about a day. `regions` is where schools are closed; empty: in a part."""

    kind: str
    regions: tuple[str, ...] = ()


SCHOOL_HOLIDAYS: tuple[tuple[date, date, tuple[str, ...]], ...] = (
    (date(2026, 12, 19), date(2027, 1, 3), EVERYWHERE),
    (date(2027, 2, 20), date(2027, 2, 28), SOMEWHERE),
    (date(2027, 4, 24), date(2027, 5, 2), EVERYWHERE),
    (date(2027, 7, 10), date(2027, 8, 29), SOMEWHERE),
    (date(2027, 10, 16), date(2027, 10, 24), (NORTH, MIDDLE)),
    (date(2027, 10, 23), date(2027, 10, 31), (SOUTH,)),
    (date(2027, 12, 25), date(2028, 1, 9), EVERYWHERE),
    (date(2028, 2, 19), date(2028, 2, 27), (NORTH,)),
    (date(2028, 2, 26), date(2028, 3, 5), (MIDDLE, SOUTH)),
    (date(2028, 4, 29), date(2028, 5, 7), EVERYWHERE),
    (date(2028, 7, 15), date(2028, 8, 27), (NORTH,)),
    (date(2028, 7, 8), date(2028, 8, 20), (MIDDLE,)),
    (date(2028, 7, 22), date(2028, 9, 3), (SOUTH,)),
    (date(2028, 10, 14), date(2028, 10, 22), (NORTH,)),
    (date(2028, 10, 21), date(2028, 10, 29), (MIDDLE, SOUTH)),
    (date(2028, 12, 23), date(2029, 1, 7), EVERYWHERE),
    (date(2029, 2, 17), date(2029, 2, 25), (NORTH, MIDDLE)),
    (date(2029, 2, 10), date(2029, 2, 18), (SOUTH,)),
    (date(2029, 4, 28), date(2029, 5, 6), EVERYWHERE),
    (date(2029, 7, 21), date(2029, 9, 2), (NORTH,)),
    (date(2029, 7, 7), date(2029, 8, 19), (MIDDLE,)),
    (date(2029, 7, 14), date(2029, 8, 26), (SOUTH,)),
)
"""First and last day, and in which regions."""

RAMADAN, SHAWWAL, DHU_AL_HIJJA = 9, 10, 12


def remarks(day: date, *, today: date) -> tuple[Remark, ...]:
    """Return what to weigh before a group meets on this day."""
    found = []
    if day < today:
        found.append(Remark("past"))
    if is_free_day(day):
        found.append(Remark("holiday"))
    found += _feasts(day)
    if (day.month, day.day) == (7, 1):
        found.append(Remark("keti_koti"))
    return (*found, *_school(day))


def _feasts(day: date) -> list[Remark]:
    try:
        moon = Gregorian.fromdate(day).to_hijri()
    except OverflowError:  # before 1924 or after 2077
        return []
    if moon.month == RAMADAN:
        return [Remark("ramadan")]
    if moon.month == SHAWWAL and moon.day <= 3:
        return [Remark("eid_al_fitr")]
    if moon.month == DHU_AL_HIJJA and 10 <= moon.day <= 13:
        return [Remark("eid_al_adha")]
    return []


def _school(day: date) -> list[Remark]:
    closed = [regions for first, last, regions in SCHOOL_HOLIDAYS if first <= day <= last]
    if not closed:
        return []
    named = {region for regions in closed for region in regions}
    return [Remark("school", tuple(one for one in EVERYWHERE if one in named))]
