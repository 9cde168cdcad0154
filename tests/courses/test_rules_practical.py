"""Agreeing levels, the outcome, and the resit."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.rules import (
    Talk,
    TalkNotAllowedError,
    agree,
    differing,
    merge_resit,
    needs_talk,
    outcome,
    resit_criteria,
    resit_from,
)
from tests.courses.sample_evidence import rules_by_course

RUBRIC = rules_by_course()["res"].practical.rubric
NAMES = [criterion.id for criterion in RUBRIC.criteria]
GOOD = dict.fromkeys(NAMES, 3)
LEVELS = st.fixed_dictionaries({name: st.integers(1, 4) for name in NAMES})


def test_equal_levels_stand():
    agreement = agree(GOOD, GOOD, rubric=RUBRIC)
    assert (agreement.levels, set(agreement.how.values())) == (GOOD, {"equal"})


def test_one_apart_the_lower_counts():
    agreement = agree(GOOD | {"kracht": 4}, GOOD, rubric=RUBRIC)
    assert (agreement.levels["kracht"], agreement.how["kracht"]) == (3, "lower")


def test_a_talk_may_raise_by_one():
    talk = Talk(agreed=True, raised={"kracht": 4})
    agreement = agree(GOOD | {"kracht": 4}, GOOD, rubric=RUBRIC, talk=talk)
    assert (agreement.levels["kracht"], agreement.how["kracht"]) == (4, "talk")


@pytest.mark.parametrize(
    ("first", "second", "raised"),
    [(4, 2, 4), (4, 3, 5), (3, 3, 4), (3, 2, 1), (2, 1, 3)],
)
def test_a_talk_may_not_raise_more_than_one_nor_above_the_higher_nor_lower(first, second, raised):
    talk = Talk(agreed=True, raised={"kracht": raised})
    with pytest.raises(TalkNotAllowedError, match="kracht"):
        agree(GOOD | {"kracht": first}, GOOD | {"kracht": second}, rubric=RUBRIC, talk=talk)


def test_two_apart_needs_a_talk_first():
    first, second = GOOD | {"kracht": 4}, GOOD | {"kracht": 2}
    assert agree(first, second, rubric=RUBRIC).needs == "talk"
    after = agree(first, second, rubric=RUBRIC, talk=Talk(agreed=True))
    assert (after.needs, after.levels["kracht"], after.how["kracht"]) == (None, 2, "lower")


def test_a_different_outcome_needs_a_talk_first():
    first, second = GOOD, GOOD | {"grenzen": 2}
    assert needs_talk(first, second, rubric=RUBRIC)
    assert agree(first, second, rubric=RUBRIC).needs == "talk"


def test_no_agreement_needs_a_third_whose_level_counts_only_where_the_two_differed():
    first, second = GOOD | {"kracht": 4}, GOOD | {"kracht": 2}
    talk = Talk(agreed=False)
    assert agree(first, second, rubric=RUBRIC, talk=talk).needs == "third"
    third = dict.fromkeys(NAMES, 1)
    after = agree(first, second, rubric=RUBRIC, talk=talk, third=third)
    assert after.levels == GOOD | {"kracht": 1}
    assert [name for name, how in after.how.items() if how == "third"] == ["kracht"]


def test_differing_names_the_criteria():
    assert differing(GOOD, GOOD | {"kracht": 4, "grenzen": 2}) == ("kracht", "grenzen")


def test_the_outcome_names_what_is_short():
    found = outcome(GOOD | {"grenzen": 2, "kracht": 1}, RUBRIC)
    assert (found.code, found.total, found.short) == ("not_yet", 15, ("kracht", "grenzen"))
    assert found.total_short


def test_a_missing_level_is_an_error():
    with pytest.raises(KeyError):
        outcome({"kracht": 3}, RUBRIC)


def test_only_what_is_short_is_scored_anew():
    assert resit_criteria(GOOD | {"grenzen": 2}, RUBRIC) == ("grenzen",)
    assert resit_criteria(GOOD, RUBRIC) == ()


def test_if_only_the_total_is_short_the_lower_levels_are_scored_anew():
    low = GOOD | {"waarnemen": 2, "kracht": 2, "verbinden": 2}
    assert resit_criteria(low, RUBRIC) == ("waarnemen", "kracht", "verbinden")
    strict = replace(RUBRIC, min_total=20)
    assert resit_criteria(GOOD | {"kracht": 4}, strict) == tuple(n for n in NAMES if n != "kracht")


def test_a_resit_agrees_only_on_the_short_criteria():
    before = GOOD | {"grenzen": 2}
    after = agree({"grenzen": 4}, {"grenzen": 3}, rubric=RUBRIC, kept=before)
    assert after.levels == GOOD
    assert (after.how["grenzen"], after.how["kracht"]) == ("lower", "equal")


def test_a_resit_does_not_change_what_was_in_order():
    before = GOOD | {"grenzen": 2}
    worse = dict.fromkeys(NAMES, 1) | {"grenzen": 3}
    assert agree(worse, worse, rubric=RUBRIC, kept=before).levels == GOOD
    assert merge_resit(before, worse, rubric=RUBRIC) == GOOD


def test_a_third_at_a_resit_scores_only_what_is_anew():
    before = GOOD | {"grenzen": 2}
    after = agree(
        {"grenzen": 4},
        {"grenzen": 2},
        rubric=RUBRIC,
        talk=Talk(agreed=False),
        third={"grenzen": 3},
        kept=before,
    )
    assert (after.levels, after.how["grenzen"]) == (GOOD, "third")


def test_the_wait_is_counted_in_days():
    assert resit_from(date(2026, 2, 20), wait_days=14) == date(2026, 3, 6)


@given(first=LEVELS, second=LEVELS)
def test_agreement_is_symmetric_and_never_outside_the_two(first, second):
    talk = Talk(agreed=True)
    one = agree(first, second, rubric=RUBRIC, talk=talk)
    other = agree(second, first, rubric=RUBRIC, talk=talk)
    assert one == other
    for name in NAMES:
        assert one.levels[name] == min(first[name], second[name])


@given(before=LEVELS, anew=LEVELS)
def test_a_passed_practical_cannot_be_lost_by_a_resit(before, anew):
    if outcome(before, RUBRIC).passed:
        assert outcome(merge_resit(before, anew, rubric=RUBRIC), RUBRIC).passed


@given(before=LEVELS, anew=LEVELS)
def test_a_resit_that_is_all_good_passes(before, anew):
    best = {name: max(level, 4) for name, level in anew.items()}
    assert outcome(merge_resit(before, best, rubric=RUBRIC), RUBRIC).passed
