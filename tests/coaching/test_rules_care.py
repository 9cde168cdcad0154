"""Promises, standing in, and who follows up: pure rules."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from academy.coaching import rules

TODAY = date(2026, 11, 23)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("due_on", "first_due_on", "state", "done_on", "broken"),
    [
        (TODAY, None, "open", None, False),
        (YESTERDAY, None, "open", None, True),
        (TOMORROW, YESTERDAY, "open", None, True),
        (TODAY, None, "done", TODAY, False),
        (YESTERDAY, None, "done", TODAY, True),
        (TOMORROW, YESTERDAY, "done", TODAY, True),
        (TODAY, None, "dropped", YESTERDAY, False),
    ],
)
def test_a_promise_is_broken_when_its_first_day_went_by(
    due_on, first_due_on, state, done_on, broken
):
    found = rules.is_broken(
        due_on=due_on, first_due_on=first_due_on, state=state, done_on=done_on, today=TODAY
    )
    assert found is broken


@pytest.mark.parametrize(
    ("first_day", "last_day", "fault"),
    [
        (TODAY, TODAY, None),
        (TODAY, TODAY + rules.LONGEST_COVER, None),
        (YESTERDAY, TODAY, "past"),
        (TOMORROW, TODAY, "reversed"),
        (TODAY, TODAY + rules.LONGEST_COVER + timedelta(days=1), "too_long"),
    ],
)
def test_the_days_of_a_cover_are_now_in_order_and_not_for_ever(first_day, last_day, fault):
    assert rules.cover_fault(first_day, last_day, TODAY) == fault


def test_a_coordinator_hears_a_week_after_the_coach():
    assert rules.escalates_on(TODAY) == TODAY + rules.TOLERANCE + timedelta(days=7)


@pytest.mark.parametrize(
    ("severity", "own", "for_coach"),
    [("low", False, True), ("middle", False, True), ("high", False, False), ("low", True, False)],
)
def test_a_coach_follows_up_what_is_not_urgent_and_not_told_to_the_coordinator_alone(
    severity, own, for_coach
):
    assert rules.is_for_coach(severity, own=own) is for_coach
