"""Figures without people in them: whole quarters, no group under five, nothing to subtract."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from academy.reporting.rules.figures import (
    FEWEST,
    Quarter,
    Share,
    about,
    past_quarters,
    share,
    shown,
)


def test_quarters_are_over_and_follow_each_other():
    found = past_quarters(date(2026, 11, 23))
    assert [(one.year, one.number) for one in found] == [
        (2025, 3),
        (2025, 4),
        (2026, 1),
        (2026, 2),
        (2026, 3),
    ]
    assert found[1] == Quarter(2025, 4, date(2025, 10, 1), date(2025, 12, 31))


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_quarters_leave_no_day_out_and_never_hold_today(today):
    found = past_quarters(today)
    assert all(one.last < today for one in found)
    assert (today - found[-1].last).days <= 92
    for before, after in pairwise(found):
        assert after.first == before.last + timedelta(days=1)


@pytest.mark.parametrize("count", range(FEWEST))
def test_a_group_under_five_is_hidden_also_when_it_is_empty(count):
    assert shown(count) is None
    assert about(count) is None


@given(st.integers(FEWEST, 100_000))
def test_people_are_told_in_fives_so_that_one_person_is_not_seen(count):
    told = about(count)
    assert told is not None
    assert told % 5 == 0
    assert abs(told - count) <= 2


def test_a_share_with_a_hidden_part_is_told_as_what_it_is_at_least():
    assert share((30, 10), 0) == Share(75, is_least=False)
    assert share((41, None), 0) == Share(91, is_least=True)
    assert share((None, 41), 0) is None


@given(st.integers(FEWEST, 10_000), st.integers(0, FEWEST - 1))
def test_what_is_told_of_a_hidden_part_is_the_same_for_every_size_of_it(part, hidden):
    told = share((shown(part), shown(hidden)), 0)
    assert told == share((part, None), 0)
    assert told is not None
    assert told.percent <= 100 * part / (part + hidden)
