"""What people do in the community counts by itself for renewing their certificate."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.community import services
from academy.community.models import MeetUp
from academy.community.services import Reply
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from certificates.models import RenewalEvidence
from tests.community.street import SOON, make_street
from tests.factories import make_actor


@pytest.fixture
def street(app):
    return make_street()


def evidence(person):
    found = sa.select(RenewalEvidence.requirement, RenewalEvidence.on)
    return [tuple(row) for row in db.session.execute(found.filter_by(person_id=person.id))]


def come(street, *, came=True):
    with clock.at(clock.local(SOON, 18)), unit_of_work():
        services.record_came(street.meetup_id, street.certified.id, came=came, by=street.by)


def invited(street, kind):
    with unit_of_work():
        db.session.get_one(MeetUp, street.meetup_id).kind = kind
        reply = Reply("yes", "", "")
        by = make_actor(street.certified)
        services.answer_invitation(street.meetup_id, street.certified.id, reply, by=by)


@pytest.mark.parametrize(
    ("kind", "requirement"), [("follow_up", "meetups"), ("refresher", "safety_refresher")]
)
def test_coming_counts_once_on_its_day(street, kind, requirement):
    invited(street, kind)
    assert evidence(street.certified) == []
    come(street)
    come(street)
    held_on = db.session.get_one(MeetUp, street.meetup_id).held_on
    assert evidence(street.certified) == [(requirement, held_on)]


def test_not_having_come_after_all_counts_no_more(street):
    invited(street, "follow_up")
    come(street)
    come(street, came=False)
    assert evidence(street.certified) == []


def test_peer_consultation_counts_for_nothing(street):
    invited(street, "peer_consultation")
    come(street)
    assert evidence(street.certified) == []


def test_a_published_story_counts_for_who_told_it(street):
    with unit_of_work():
        services.count_confirmations(street.story_id, 3, by=street.by)
        services.publish_story(street.story_id, by=street.by)
    assert ("story", clock.today()) in evidence(street.certified)
