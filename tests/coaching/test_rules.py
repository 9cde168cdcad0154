"""When contact is due, what is late, when an entry is final."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from academy.coaching import rules

TODAY = date(2026, 11, 23)


def test_a_plan_is_to_be_matched_within_a_fortnight():
    assert rules.match_by(date(2026, 2, 20)) == date(2026, 3, 6)


@pytest.mark.parametrize(("rhythm", "due"), [(60, 14), (14, 14), (7, 7)])
def test_the_first_contact_comes_within_a_fortnight(rhythm, due):
    assert rules.first_contact_due(TODAY, rhythm) == TODAY + timedelta(days=due)


@pytest.mark.parametrize(
    ("due", "late"), [(None, False), (date(2026, 11, 16), False), (date(2026, 11, 15), True)]
)
def test_contact_is_late_after_a_week(due, late):
    assert rules.contact_overdue(due, TODAY) is late
    if due is not None:
        assert (due < rules.overdue_before(TODAY)) is late


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, TODAY + timedelta(days=14)),
        (TODAY - timedelta(days=60), TODAY),
        (TODAY - timedelta(days=61), TODAY + timedelta(days=14)),
    ],
)
def test_who_begins_is_not_late_with_what_was_late_before(last, due):
    assert rules.due_with_new_coach(last, 60, TODAY) == due


@pytest.mark.parametrize(
    ("due", "by_rhythm", "moved"),
    [(40, 5, 5), (40, -5, 0), (-3, -50, -3), (-3, 20, 20), (None, -5, 0)],
)
def test_another_rhythm_makes_nothing_late(due, by_rhythm, moved):
    old = None if due is None else TODAY + timedelta(days=due)
    found = rules.due_in_new_rhythm(old, TODAY + timedelta(days=by_rhythm), TODAY)
    assert found == TODAY + timedelta(days=moved)


@pytest.mark.parametrize(
    ("days", "fault"), [(0, "past"), (1, None), (365, None), (366, "too_long")]
)
def test_a_pause_ends_within_a_year(days, fault):
    assert rules.pause_fault(TODAY + timedelta(days=days), TODAY) == fault


@pytest.mark.parametrize(
    ("state", "days", "rests"),
    [("paused", 1, True), ("paused", 0, False), ("active", 1, False)],
)
def test_on_the_last_day_of_a_pause_it_runs_again(state, days, rests):
    assert rules.rests(state, TODAY + timedelta(days=days), TODAY) is rests


def test_the_next_contact_follows_the_rhythm():
    assert rules.next_contact_due(date(2026, 8, 31), 60) == date(2026, 10, 30)


@pytest.mark.parametrize(
    ("day", "next_year"),
    [(date(2026, 2, 22), date(2027, 2, 22)), (date(2024, 2, 29), date(2025, 2, 28))],
)
def test_a_yearly_review_comes_back_on_the_same_day(day, next_year):
    assert rules.review_due(day) == next_year


def test_an_entry_is_final_when_seen_or_after_a_week():
    shared = datetime(2026, 11, 16, 9, tzinfo=UTC)
    week = shared + timedelta(days=7)
    assert not rules.is_final("draft", shared_at=None, now=week)
    assert not rules.is_final("shared", shared_at=None, now=week)
    assert not rules.is_final("shared", shared_at=shared, now=week - timedelta(seconds=1))
    assert rules.is_final("shared", shared_at=shared, now=week)
    assert rules.is_final("final", shared_at=shared, now=shared)


@pytest.mark.parametrize(
    ("kind", "severity", "own", "raised_on", "until"),
    [
        ("overload", "middle", False, TODAY, None),
        ("overload", "high", False, TODAY, date(2026, 11, 24)),
        ("safety", "low", False, TODAY, date(2026, 11, 24)),
        ("safety", "high", True, TODAY, None),
        ("safety", "low", False, date(2026, 11, 26), date(2026, 11, 27)),
        ("safety", "low", False, date(2026, 11, 27), date(2026, 11, 30)),
        ("safety", "low", False, date(2026, 11, 28), date(2026, 11, 30)),
        ("safety", "low", False, date(2026, 11, 29), date(2026, 11, 30)),
    ],
)
def test_what_may_be_unsafe_is_shown_on_the_next_working_day(kind, severity, own, raised_on, until):
    assert rules.held_back_until(kind, severity, own=own, raised_on=raised_on) == until


@pytest.mark.parametrize(("severity", "days"), [("high", 0), ("middle", 7), ("low", 30)])
def test_a_signal_is_followed_up_in_time(severity, days):
    assert rules.follow_up_by(severity, TODAY) == TODAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("energies", "low"),
    [
        ([2, 2], True),
        ([1, 2, 5], True),
        ([2, None, 1], True),
        ([2, 3, 2], False),
        ([2], False),
        ([], False),
    ],
)
def test_energy_is_low_when_the_last_two_figures_are(energies, low):
    assert rules.energy_low_twice(energies) is low


def test_a_coach_is_silent_after_forty_five_days():
    assert not rules.is_silent(TODAY - timedelta(days=45), TODAY)
    assert rules.is_silent(TODAY - timedelta(days=46), TODAY)
    assert not rules.is_silent(None, TODAY)


def test_a_new_coach_reads_a_year_back():
    assert rules.visible_from(None) is None
    assert rules.visible_from(TODAY) == date(2025, 11, 23)
