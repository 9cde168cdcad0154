"""A mentor and somebody who begins, in the street of the other tests."""

from __future__ import annotations

import sqlalchemy as sa

from academy.community import services
from academy.community.models import MentorPair
from academy.kernel.db import db, unit_of_work
from academy.people.models import Person
from courses.models import Course, CourseVersion, Track
from tests.community.street import Street, make_street
from tests.factories import make_actor, make_enrolment, make_person

EVERYTHING = ("walk_along", "train", "assess")


def make_beginning() -> tuple[Street, Person]:
    """Make the street with somebody of the place who takes the residents' course."""
    street = make_street()
    with unit_of_work():
        track = db.session.scalars(
            sa.select(Track)
            .join(Course, Course.track_id == Track.id)
            .join(CourseVersion, CourseVersion.course_id == Course.id)
            .where(CourseVersion.id == street.cohort.course_version_id)
        ).one()
        track.key = "residents"
        beginner = make_person("Omar", place_id=street.place.id)
        make_enrolment(street.cohort, beginner)
    return street, beginner


def offer(street: Street, *kinds: str) -> None:
    """Let the certified person offer something; everything unless said."""
    with unit_of_work():
        who = street.certified
        services.save_offer(who.id, kinds or EVERYTHING, by=make_actor(who))


def run_pair(street: Street, beginner: Person) -> int:
    """Let the certified person walk along with who begins; both say yes. Returns the pair's id."""
    offer(street)
    with unit_of_work():
        pair_id = services.link(street.certified.id, beginner.id, by=street.by)
        for one in (street.certified, beginner):
            services.answer_pair(pair_id, one.id, yes=True, by=make_actor(one))
    assert db.session.get_one(MentorPair, pair_id).state == "running"
    return pair_id
