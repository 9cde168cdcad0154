"""Silence and choices: at once, without a reason, by oneself or by who helps."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.policy import Reach
from academy.people.models import DeclinedMessage, Place
from academy.people.queries.recipients import is_silent, recipients
from academy.people.services import silence
from tests.factories import make_actor, make_coordinator, make_person, make_place

NAME = "courses/session_soon"
NECESSARY = "courses/session_changed"


@pytest.fixture
def samira(app):
    with unit_of_work():
        return make_person("Samira", place_id=make_place().id)


def test_a_silence_begins_at_once_and_ends_after_its_last_day(samira):
    until = clock.today() + timedelta(days=7)
    with unit_of_work():
        silence.begin_silence(samira.id, until=until, by=make_actor(samira))
    end = clock.local(until + timedelta(days=1))
    assert is_silent(samira.id, clock.now())
    assert is_silent(samira.id, end - timedelta(minutes=1))
    assert not is_silent(samira.id, end)


def test_a_silence_without_a_day_is_for_good_until_somebody_ends_it(samira):
    me = make_actor(samira)
    with unit_of_work():
        silence.begin_silence(samira.id, by=me)
    assert is_silent(samira.id, clock.local(date(2036, 1, 1)))
    with unit_of_work():
        silence.end_silence(samira.id, by=me)
    assert not is_silent(samira.id, clock.now())


def test_no_reason_is_kept_only_who_and_for_whom(samira):
    with unit_of_work():
        silence.begin_silence(samira.id, by=make_actor(samira))
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "people:silence:begun")
    ).one()
    assert event.subject_id == samira.id
    assert event.data.keys() <= {"for_good", "on_behalf_of"}


def test_a_day_that_has_passed_is_refused(samira):
    yesterday = clock.today() - timedelta(days=1)
    with pytest.raises(InvalidInputError):
        silence.begin_silence(samira.id, until=yesterday, by=make_actor(samira))


def test_who_helps_may_do_it_and_a_stranger_may_not(samira):
    with unit_of_work():
        helper = make_actor(make_coordinator(db.session.get_one(Place, samira.place_id)))
        stranger = make_actor(make_coordinator(make_place("Elders")))
    here = [Reach(person_id=samira.id, place_id=samira.place_id)]
    for by in (stranger, make_actor(make_person())):
        with pytest.raises(NotFoundError):
            silence.begin_silence(samira.id, by=by, reaches=here)
    with unit_of_work():
        silence.begin_silence(samira.id, by=helper, reaches=here)
    assert is_silent(samira.id, clock.now())


def test_a_reach_of_somebody_else_opens_nothing(samira):
    with unit_of_work():
        place = make_place("Elders")
        helper = make_actor(make_coordinator(place))
        other = make_person("Ander")
    with pytest.raises(NotFoundError):
        silence.begin_silence(
            samira.id, by=helper, reaches=[Reach(person_id=other.id, place_id=place.id)]
        )


def test_a_choice_replaces_the_one_before_and_the_necessary_stays(samira):
    me = make_actor(samira)
    with unit_of_work():
        silence.decline(samira.id, NAME, by=me)
        silence.decline(samira.id, NAME, by=me)
    assert recipients([samira.id])[samira.id].declined == {NAME}
    with unit_of_work():
        silence.choose_messages(samira.id, [], by=me)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DeclinedMessage)) == 0
    for name in (NECESSARY, "courses/unknown"):
        with pytest.raises(NotFoundError):
            silence.decline(samira.id, name, by=me)


def test_a_mailbox_that_is_none_counts_as_no_mailbox(app):
    with unit_of_work():
        person = make_person(email="geen idee")
    assert recipients([person.id])[person.id].mailbox == ""
