"""Renewal and four eyes, without a database."""

from __future__ import annotations

from datetime import date

import pytest

from certificates.rules.four_eyes import find_obstacle
from certificates.rules.renewal import RenewalVerdict, renewal_verdict

RULE = {
    "window_opens_months_before": 6,
    "grace_months_after": 3,
    "requirements": [
        {"id": "meetups", "nl": "minstens 2 terugkommiddagen", "en": "2 meet-ups", "min": 2},
        {"id": "story", "nl": "één verhaal", "en": "one story", "min": 1},
    ],
}
SINCE, UNTIL = date(2023, 2, 20), date(2026, 2, 20)
ENOUGH = [
    ("meetups", date(2023, 6, 17)),
    ("meetups", date(2024, 6, 15)),
    ("story", date(2024, 3, 19)),
]


def judge(evidence: list[tuple[str, date]], *, today: date = date(2026, 2, 4)) -> RenewalVerdict:
    return renewal_verdict(RULE, evidence, since=SINCE, until=UNTIL, today=today)


def test_who_did_everything_in_the_window_may_renew() -> None:
    assert judge(ENOUGH).complete


@pytest.mark.parametrize(
    ("today", "window"),
    [
        (date(2025, 8, 19), "too_early"),
        (date(2025, 8, 20), "open"),
        (date(2026, 2, 20), "open"),
        (date(2026, 2, 21), "grace"),
        (date(2026, 5, 20), "grace"),
        (date(2026, 5, 21), "too_late"),
    ],
)
def test_the_window_opens_and_closes_on_its_days(today: date, window: str) -> None:
    verdict = judge(ENOUGH, today=today)

    assert verdict.window == window
    assert verdict.complete == (window in {"open", "grace"})


def test_what_is_missing_is_named_in_both_languages() -> None:
    trace = judge(ENOUGH[1:]).trace()

    meetups = trace["criteria"][0]
    assert (meetups["id"], meetups["state"]) == ("meetups", "not_yet")
    assert meetups["nl"] == "minstens 2 terugkommiddagen: 1 van 2"
    assert meetups["en"] == "2 meet-ups: 1 of 2"
    assert [gap["nl"] for gap in meetups["missing"]] == ["Nog 1 nodig."]
    assert trace["complete"] is False


def test_what_came_before_the_certificate_or_lies_ahead_does_not_count() -> None:
    outside = [("meetups", date(2023, 2, 19)), ("meetups", date(2026, 2, 5)), *ENOUGH[1:]]

    assert not judge(outside).requirements[0].is_met


def test_a_short_month_keeps_its_last_day() -> None:
    verdict = renewal_verdict(
        RULE, [], since=date(2023, 8, 31), until=date(2026, 8, 31), today=date(2026, 3, 1)
    )

    assert verdict.opens_on == date(2026, 2, 28)


@pytest.mark.parametrize(("today", "window"), [(UNTIL, "open"), (date(2026, 2, 21), "too_late")])
def test_a_course_without_grace_closes_on_the_last_day(today: date, window: str) -> None:
    rule = RULE | {"grace_months_after": 0}

    verdict = renewal_verdict(rule, ENOUGH, since=SINCE, until=UNTIL, today=today)

    assert (verdict.window, verdict.closes_on) == (window, UNTIL)


@pytest.mark.parametrize(
    ("person_id", "obstacle"),
    [(1, "proposer"), (2, "holder"), (3, "assessor"), (4, "trainer"), (5, None)],
)
def test_who_had_a_part_in_it_does_not_decide(person_id: int, obstacle: str | None) -> None:
    found = find_obstacle(
        person_id, proposer_id=1, holder_id=2, assessor_ids={3}, trainer_ids={4, 3}
    )

    assert found == obstacle
