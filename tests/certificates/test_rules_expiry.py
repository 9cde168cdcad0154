"""When a certificate ends, over every day: three methods, the window, the grace, 29 February."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from certificates.rules.validity import ExpiryRule, expiry_rule, last_day, months_from
from tests.trust.sizes import size

pytestmark = pytest.mark.trust("T35")

days = st.dates(date(2020, 1, 1), date(2060, 12, 31))
ROUNDS = settings(max_examples=size(1000, otherwise=200))
WINDOW = 6


@st.composite
def rules(draw):
    method = draw(st.sampled_from(["from_completion", "from_previous_end", "fixed_date"]))
    months = draw(st.integers(WINDOW, 60))
    grace = draw(st.integers(0, 6))
    if method != "fixed_date":
        return ExpiryRule(method, months, grace)
    minimum = draw(st.integers(0, months))
    return ExpiryRule(method, months, grace, draw(days), minimum)


def ended(rule, issued_on, previous_end=None):
    found = last_day(rule, issued_on, previous_end=previous_end)
    assert found is not None
    return found


@ROUNDS
@given(rules(), days)
@example(ExpiryRule("from_completion", 12), date(2024, 2, 29))
@example(ExpiryRule("fixed_date", 12, 0, date(2024, 2, 29), 12), date(2024, 2, 29))
def test_a_first_term_is_never_shorter_than_its_minimum(rule, day):
    until = ended(rule, day)
    least = rule.minimum_months if rule.method == "fixed_date" else rule.months
    assert until >= months_from(day, least)
    assert until > day


@ROUNDS
@given(rules(), days)
def test_a_day_later_never_ends_earlier(rule, day):
    assert ended(rule, day) <= ended(rule, day + timedelta(days=1))


@ROUNDS
@given(rules(), days)
def test_a_first_term_is_never_much_longer_than_one_term_beyond_the_minimum(rule, day):
    most = rule.months + (rule.minimum_months if rule.method == "fixed_date" else 0)
    assert ended(rule, day) <= months_from(day, most) + timedelta(days=3)


@ROUNDS
@given(rules(), days, st.data())
def test_a_renewal_in_the_window_never_loses_a_day(rule, started, data):
    """What was left of the old term counts on top of a whole new one, or the course said not."""
    until = ended(rule, started)
    opens_on = max(started, months_from(until, -WINDOW))
    renewed_on = data.draw(st.dates(opens_on, until))
    renewed = ended(rule, renewed_on, until)
    assert renewed > until or (rule.method == "from_completion" and rule.months == WINDOW)
    assert renewed >= until
    if rule.method == "from_previous_end":
        assert renewed == months_from(until, rule.months)
    if rule.method == "fixed_date":
        assert renewed == ended(rule, until, until)


@ROUNDS
@given(rules(), days, st.integers(0, 4000))
def test_a_late_renewal_never_ends_before_it_is_given(rule, started, late):
    until = ended(rule, started)
    renewed_on = until + timedelta(days=late)
    assert ended(rule, renewed_on, until) > renewed_on - timedelta(days=31 * rule.grace_months)
    if renewed_on > months_from(until, rule.grace_months):
        assert ended(rule, renewed_on, until) == ended(rule, renewed_on)


@ROUNDS
@given(days, st.integers(1, 48), st.integers(0, 30))
def test_fixed_days_do_not_drift_after_a_short_month(anchor, months, term):
    rule = ExpiryRule("fixed_date", months, 0, anchor)
    day = months_from(anchor, months * term)
    assert ended(rule, day - timedelta(days=1)) == day
    assert ended(rule, day) == months_from(anchor, months * (term + 1))


@pytest.mark.parametrize(
    ("issued_on", "until"),
    [
        (date(2026, 6, 30), date(2026, 12, 31)),
        (date(2026, 7, 1), date(2027, 12, 31)),
        (date(2026, 12, 31), date(2027, 12, 31)),
    ],
)
def test_a_fixed_day_leaves_at_least_half_a_year(issued_on, until):
    rule = ExpiryRule("fixed_date", 12, 0, date(2024, 12, 31), 6)
    assert last_day(rule, issued_on) == until


def test_what_does_not_end_has_no_last_day():
    assert last_day(ExpiryRule("from_completion", None), date(2026, 1, 1)) is None


def test_a_fixed_date_without_a_day_is_no_rule():
    with pytest.raises(ValueError, match="fixed date"):
        last_day(ExpiryRule("fixed_date", 12), date(2026, 1, 1))


def test_the_rule_is_read_from_the_course():
    course = {
        "certificate": {
            "validity_months": 24,
            "expiry": {"method": "fixed_date", "last_day": "2026-08-31", "minimum_months": 9},
        },
        "renewal_rule": {"grace_months_after": 3},
    }
    assert expiry_rule(course) == ExpiryRule("fixed_date", 24, 3, date(2026, 8, 31), 9)
    plain = {"certificate": {"validity_months": 36}, "renewal_rule": None}
    assert expiry_rule(plain) == ExpiryRule("from_previous_end", 36)
