"""What falls on a day: feasts, school holidays, the past."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from courses.rules.days import SCHOOL_HOLIDAYS, Remark, remarks

TODAY = date(2026, 11, 23)


def kinds(day: date) -> list[str]:
    return [one.kind for one in remarks(day, today=TODAY)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 12, 1), []),
        (date(2026, 11, 23), []),
        (date(2026, 11, 20), ["past"]),
        (date(2027, 3, 29), ["holiday"]),
        (date(2027, 4, 27), ["holiday", "school"]),
        (date(2027, 2, 8), ["ramadan"]),
        (date(2027, 3, 8), ["ramadan"]),
        (date(2027, 3, 10), ["eid_al_fitr"]),
        (date(2027, 5, 17), ["holiday", "eid_al_adha"]),
        (date(2027, 7, 1), ["keti_koti"]),
        (date(2026, 12, 25), ["holiday", "school"]),
    ],
)
def test_a_day_says_what_falls_on_it(day: date, expected: list[str]) -> None:
    assert kinds(day) == expected


@pytest.mark.parametrize(
    ("day", "regions"),
    [
        (date(2027, 7, 12), ()),
        (date(2027, 10, 18), ("north", "middle")),
        (date(2027, 10, 23), ("north", "middle", "south")),
        (date(2027, 10, 29), ("south",)),
        (date(2028, 7, 10), ("middle",)),
        (date(2029, 2, 17), ("north", "middle", "south")),
    ],
)
def test_schools_close_per_region(day: date, regions: tuple[str, ...]) -> None:
    assert Remark("school", regions) in remarks(day, today=TODAY)


def test_every_school_holiday_runs_from_a_saturday_to_a_sunday() -> None:
    assert {(first.weekday(), last.weekday()) for first, last, _where in SCHOOL_HOLIDAYS} == {
        (5, 6)
    }
    assert all(
        timedelta(7) < last - first < timedelta(51) for first, last, _where in SCHOOL_HOLIDAYS
    )


@pytest.mark.parametrize("day", [date.min, date(1924, 7, 31), date(2077, 11, 17), date.max])
def test_a_day_beyond_the_calendar_of_the_moon_says_nothing_of_it(day: date) -> None:
    assert not {"ramadan", "eid_al_fitr", "eid_al_adha"} & set(kinds(day))
