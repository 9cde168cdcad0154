"""A quarter without a meet-up is seen in time, where there are people to invite."""

from __future__ import annotations

from datetime import date

import pytest

from academy.community import rules, services
from academy.community.queries.waiting import waiting_for
from academy.community.services import NewMeetUp
from academy.kernel import clock
from academy.kernel.db import unit_of_work
from tests.community.street import SOON, certify, make_street
from tests.factories import make_actor, make_coordinator, make_person, make_place

SENTENCE = "Dit kwartaal is er nog geen terugkommiddag"
NEXT = date(2027, 2, 10)


@pytest.fixture
def street(app):
    return make_street()


@pytest.mark.parametrize(
    ("day", "first", "last", "is_time"),
    [
        (date(2026, 11, 23), date(2026, 10, 1), date(2026, 12, 31), True),
        (date(2026, 10, 28), date(2026, 10, 1), date(2026, 12, 31), False),
        (date(2026, 10, 29), date(2026, 10, 1), date(2026, 12, 31), True),
        (date(2028, 2, 29), date(2028, 1, 1), date(2028, 3, 31), True),
        (date(2027, 6, 30), date(2027, 4, 1), date(2027, 6, 30), True),
        (date(2027, 7, 1), date(2027, 7, 1), date(2027, 9, 30), False),
    ],
)
def test_a_quarter_has_three_months_and_waits_four_weeks(day, first, last, is_time):
    assert rules.quarter_of(day) == (first, last)
    assert rules.is_time_to_plan(day) is is_time


def lacks(person, day=None) -> bool:
    with clock.at(clock.local(day or clock.today(), 10)):
        return waiting_for(make_actor(person)).no_meetup


def test_the_coordinator_sees_a_quarter_without_a_meet_up(street, sign_in):
    assert not lacks(street.coordinator)
    assert SENTENCE not in sign_in(street.coordinator).get("/vandaag").text
    with clock.at(clock.local(NEXT, 10)):
        page = sign_in(street.coordinator).get("/vandaag").text
        assert SENTENCE in page
        assert 'href="/terugkommiddagen/nieuw"' in page
        assert SENTENCE not in sign_in(street.coach).get("/vandaag").text
    assert not lacks(street.coordinator, date(2027, 1, 20))


def test_one_that_was_called_off_or_is_of_another_kind_is_not_there(street):
    with unit_of_work():
        services.cancel_meetup(street.meetup_id, by=street.by)
        new = NewMeetUp("refresher", "Grenzen", SOON, "De Krokus", 10)
        services.plan_meetup(new, by=street.by)
    assert lacks(street.coordinator)


def test_one_of_another_region_does_not_help_and_nobody_plans_for_nobody(street):
    with unit_of_work():
        new = NewMeetUp("follow_up", "Ver", NEXT, "De Sluis", 10)
        services.plan_meetup(new, by=make_actor(street.far_coordinator))
    assert lacks(street.coordinator, NEXT)
    assert not lacks(street.far_coordinator)


def test_one_of_a_region_around_or_of_the_whole_academy_counts(street):
    with unit_of_work():
        below = make_place("Tulpstraat", parent_id=street.place.id)
        certify(make_person("Ali", place_id=below.id), street.cohort)
        nearby = make_coordinator(below)
        everywhere = make_coordinator()
    assert not lacks(nearby)
    assert not lacks(everywhere)
    assert lacks(nearby, NEXT)
    assert lacks(everywhere, NEXT)
    with unit_of_work():
        new = NewMeetUp("follow_up", "Samen", NEXT, "De Krokus", 10)
        services.plan_meetup(new, by=make_actor(everywhere))
    assert not lacks(nearby, NEXT)
    assert not lacks(street.coordinator, NEXT)
