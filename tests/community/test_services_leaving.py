"""Who is forgotten leaves a chair, and the first in line gets it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.community import services
from academy.community.models import MeetUp, Rsvp
from academy.community.queries.meetups import place_in_line
from academy.community.services import Reply
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.messages.models import AnnouncedMessage
from academy.people.models import Person
from academy.privacy.services import erasing
from tests.community.street import SOON, certify, make_street
from tests.factories import make_actor, make_person

CHAIR_FREE = "community/chair_free"


@pytest.fixture
def street(app):
    return make_street(capacity=1)


def come(street, number, answer="yes") -> list[Person]:
    """Let so many certified people answer, one after the other."""
    with unit_of_work():
        people = [make_person(place_id=street.place.id) for _number in range(number)]
        for one in people:
            certify(one, street.cohort)
    for one in people:
        with unit_of_work():
            services.answer_invitation(
                street.meetup_id, one.id, Reply(answer, "soep"), by=make_actor(one)
            )
    return people


def told() -> list[int]:
    names = sa.select(AnnouncedMessage.person_id).where(AnnouncedMessage.name == CHAIR_FREE)
    return list(db.session.scalars(names))


def line(street, people) -> list[int]:
    return [place_in_line(street.meetup_id, one.id) for one in people]


def test_the_first_in_line_gets_the_chair_of_who_is_forgotten_and_hears_it(street):
    people = come(street, 3)
    assert line(street, people) == [0, 1, 2]
    with unit_of_work():
        erasing.erase(people[0].id, {}, by=erasing.CLEARER)
    assert line(street, people) == [0, 0, 1]
    assert told() == [people[1].id]
    gone = db.session.scalars(sa.select(Rsvp).where(Rsvp.person_id == people[0].id)).one()
    assert (gone.answer, gone.brings) == ("no", "")


def test_who_stood_in_line_leaves_it_and_nobody_sits_down_twice(street):
    people = come(street, 3)
    with unit_of_work():
        services.give_chairs_back(people[1].id, by=street.by)
    assert line(street, people) == [0, 0, 1]
    assert told() == []


@pytest.mark.parametrize("is_over", [True, False])
def test_what_is_over_or_called_off_stays_as_it_was(street, is_over):
    people = come(street, 2)
    with unit_of_work():
        if not is_over:
            db.session.get_one(MeetUp, street.meetup_id).cancelled_on = clock.today()
    day = SOON.replace(day=20) if is_over else clock.today()
    with clock.at(clock.local(day, 10)), unit_of_work():
        services.give_chairs_back(people[0].id, by=street.by)
    assert line(street, people) == [0, 1]
    assert told() == []
