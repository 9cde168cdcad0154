"""How long an objection can be made, by when it is answered, and what may follow."""

from datetime import date

import pytest

from courses.rules.objection import (
    AppealRule,
    Result,
    answer_by,
    appeal_rule,
    last_day,
    may_follow,
    newest,
    outcomes_for,
)

SIX_WEEKS = AppealRule(within_days=42, decision_days=42)
TRIED = Result("practical", 7, date(2026, 11, 2))


def test_a_course_that_says_nothing_gives_six_weeks():
    assert appeal_rule(None) == appeal_rule({}) == SIX_WEEKS


def test_a_course_says_how_long():
    said = {"objection_within_days": 14, "decision_within_days": 7}
    assert appeal_rule(said) == AppealRule(within_days=14, decision_days=7)


def test_the_last_day_is_six_weeks_after_the_result():
    assert last_day(date(2026, 11, 2), SIX_WEEKS) == date(2026, 12, 14)
    assert answer_by(date(2026, 11, 10), SIX_WEEKS) == date(2026, 12, 22)


@pytest.mark.parametrize(
    ("end", "counts"),
    [
        (None, "practical"),
        (Result("result", None, date(2026, 11, 2)), "practical"),
        (Result("result", None, date(2026, 11, 3)), "result"),
    ],
    ids=["only a practical", "both on one day", "ended later"],
)
def test_the_newest_result_counts(end, counts):
    found = newest(TRIED, end)
    assert found is not None
    assert found.about == counts


def test_without_a_result_there_is_nothing_to_object_to():
    assert newest(None, None) is None
    assert newest(None, TRIED) is TRIED


@pytest.mark.parametrize(
    ("state", "following", "may"),
    [
        ("received", "assigned", True),
        ("assigned", "assigned", True),
        ("assigned", "decided", True),
        ("withdrawn", "received", True),
        ("decided", "withdrawn", False),
        ("decided", "assigned", False),
        ("withdrawn", "assigned", False),
        ("unheard of", "received", False),
    ],
)
def test_an_answer_is_the_end(state, following, may):
    assert may_follow(state, following) is may


def test_only_a_practical_can_be_looked_at_by_others():
    assert outcomes_for("practical") == ("rejected", "upheld", "reassess")
    assert outcomes_for("result") == ("rejected", "upheld")
