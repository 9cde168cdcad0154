from datetime import UTC, datetime, timedelta

import pytest

from courses.rules import is_open, is_over, mean_of, moment_of, shuffled

NOON = datetime(2026, 7, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BEFORE, AFTER = moment_of("before_gov_03"), moment_of("after_gov_06")


def test_a_moment_names_a_side_and_a_module():
    assert (BEFORE.is_before, BEFORE.module) == (True, "gov-03")
    assert (AFTER.is_before, AFTER.module) == (False, "gov-06")


@pytest.mark.parametrize(
    ("moment", "now", "wanted"),
    [
        (BEFORE, NOON - HOUR, True),
        (BEFORE, NOON, False),
        (AFTER, NOON + HOUR, False),
        (AFTER, NOON + 3 * HOUR, True),
    ],
)
def test_it_is_open_before_or_after_the_session(moment, now, wanted):
    assert is_open(moment, starts_at=NOON, ends_at=NOON + 3 * HOUR, now=now) is wanted


def test_without_a_planned_session_before_is_open_and_after_is_not():
    assert is_open(BEFORE, starts_at=None, ends_at=None, now=NOON)
    assert not is_open(AFTER, starts_at=None, ends_at=None, now=NOON)


def test_the_answers_stay_as_they_are_when_nobody_can_add_any():
    assert is_over(BEFORE, starts_at=NOON, now=NOON, waits_for=3)
    assert not is_over(BEFORE, starts_at=NOON, now=NOON - HOUR, waits_for=0)
    assert not is_over(BEFORE, starts_at=None, now=NOON, waits_for=0)
    assert is_over(AFTER, starts_at=NOON, now=NOON, waits_for=0)
    assert not is_over(AFTER, starts_at=NOON, now=NOON, waits_for=1)


def test_a_mean_is_rounded_to_tenths():
    mean = mean_of({"n1": (5, 10), "n2": (6, 15)}, min_group=5)
    assert (mean.tenths, mean.people) == (23, 6)  # 25 of 11 is 2.27


@pytest.mark.parametrize("answers", [{}, {"n1": (4, 12)}, dict.fromkeys("abcd", (4, 16))])
def test_there_is_no_mean_of_fewer_than_five(answers):
    assert mean_of(answers, min_group=5) is None


@pytest.mark.parametrize("seed", range(40))
def test_items_are_shuffled_the_same_by_the_same_seed_and_never_right(seed):
    items = ("Luisteren", "Opschrijven", "Checken", "Delen")
    mixed = shuffled(items, seed=seed)
    assert mixed == shuffled(items, seed=seed)
    assert sorted(mixed) == sorted(items)
    assert mixed != items
