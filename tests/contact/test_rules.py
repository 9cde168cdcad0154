"""Intake: which step may follow, and when the promise is broken."""

from __future__ import annotations

from datetime import date

import pytest

from academy.contact import rules


def test_the_promise_skips_the_weekend():
    assert rules.answer_by(date(2026, 11, 12)) == date(2026, 11, 19)


@pytest.mark.parametrize(
    ("state", "today", "late"),
    [
        ("new", date(2026, 11, 19), False),
        ("new", date(2026, 11, 20), True),
        ("contacted", date(2026, 11, 23), True),
        ("talk_planned", date(2026, 11, 23), False),
        ("closed", date(2026, 11, 23), False),
    ],
)
def test_a_promise_is_broken_when_nothing_is_planned_in_time(state, today, late):
    assert rules.is_overdue(state, date(2026, 11, 19), today) is late


def test_every_step_leads_to_a_known_state():
    assert set(rules.STEPS) == set(rules.STATES)
    assert {step for steps in rules.STEPS.values() for step in steps} <= set(rules.STATES)


def test_from_every_end_somebody_can_come_back():
    ends = set(rules.STATES) - rules.WAITING
    for end in ends - {"spam", "application"}:
        assert rules.may_follow(end, "contacted"), end
    assert rules.may_follow("spam", "new")
    assert rules.may_follow("application", "closed")


@pytest.mark.parametrize(
    ("typed", "greeted"),
    [
        ("Samira El Haddou-Çelik", "Samira El Haddou-Çelik"),
        ("J. de Vries", "J. de Vries"),
        ("Anne-Marie d'Hondt", "Anne-Marie d'Hondt"),
        ("Win nu op gratis.example", ""),
        ("https://gratis.example", ""),
        ("Bel 0900-1234", ""),
        ("a" * 41, ""),
    ],
)
def test_a_mail_greets_with_a_name_and_with_nothing_else(typed, greeted):
    assert rules.greeting_name(typed) == greeted
