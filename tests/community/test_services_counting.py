"""What somebody does after the certificate fills the list for renewal, on their own page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import yaml

from academy.community import services
from academy.community.forms.refresher import RIGHT
from academy.community.services import NewMeetUp, Reply
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from certificates.models import Certificate
from courses.models import CourseVersion
from tests.community.mentoring_street import make_beginning, run_pair
from tests.community.street import SOON
from tests.courses.training_group import CURRICULA
from tests.factories import make_actor


@pytest.fixture
def world(app):
    return make_beginning()


@pytest.fixture
def street(world):
    return world[0]


def certified_in(street, track):
    """Let the certified person hold a certificate of a real course; return its page."""
    course = yaml.safe_load((CURRICULA / track / "course.yaml").read_text(encoding="utf-8"))
    with unit_of_work():
        version = db.session.get_one(CourseVersion, street.cohort.course_version_id)
        rule = {"renewal_rule": course["renewal_rule"]}
        version.content = version.content | {"course": version.content["course"] | rule}
        held = db.session.scalars(sa.select(Certificate)).one()
        held.track, held.content = track, {"title": course["certificate"]["title"]}
    return f"/certificaat/{held.id}/verloop"


def come(street, kind, on):
    """Plan a meet-up and let the certified person come to it."""
    me = street.certified
    with unit_of_work():
        new = NewMeetUp(kind, "Samen", on, "De Krokus", 20)
        meetup_id = services.plan_meetup(new, by=street.by)
        services.answer_invitation(meetup_id, me.id, Reply("yes"), by=make_actor(me))
    with clock.at(clock.local(on, 18)), unit_of_work():
        services.note_who_came(meetup_id, {me.id}, by=street.by)


def walk_along(pair_id, street):
    """Meet three times in a season, and let the coordinator say that it counts."""
    me = street.certified
    with clock.at(clock.local(date(2027, 2, 20), 12)), unit_of_work():
        for step in range(3):
            day = date(2027, 1, 10) + timedelta(days=14 * step)
            services.note_meeting(pair_id, me.id, on=day, by=make_actor(me))
        services.confirm_season(me.id, "2027-winter", by=street.by)


def test_a_residents_list_fills_itself_with_all_of_it(world, sign_in):
    street, beginner = world
    page = certified_in(street, "residents")
    client = sign_in(street.certified)
    before = client.get(page).text
    for words in ("terugkommiddagen in drie jaar: 0 van 4", "bevestigd door bewoners: 0 van 1"):
        assert words in before
    come(street, "follow_up", SOON)
    with unit_of_work():
        services.count_confirmations(street.story_id, 3, by=street.by)
        services.publish_story(street.story_id, by=street.by)
    assert client.post("/opfrissen", data=RIGHT).status_code == 303
    walk_along(run_pair(street, beginner), street)
    with clock.at(clock.local(date(2027, 2, 21), 12)):
        after = client.get(page).text
    for words in (
        "minstens 4 terugkommiddagen in drie jaar: 2 van 4",
        "in de verhalenbank, bevestigd door bewoners: 1 van 1",
        "de opfrisles Grenzen en veiligheid (1 uur): 1 van 1",
        "minstens 2 jaargesprekken met je begeleider: 0 van 2",
    ):
        assert words in after


def test_a_professionals_list_fills_itself_with_their_own_requirements(world, sign_in):
    street, _beginner = world
    page = certified_in(street, "professionals")
    for number in range(6):
        come(street, "peer_consultation", SOON + timedelta(days=30 * number))
    come(street, "refresher", SOON)
    come(street, "follow_up", SOON)
    with unit_of_work():
        day = clock.today()
        services.note_feedback(street.certified.id, 5, on=day, by=street.by)
    with clock.at(clock.local(SOON + timedelta(days=200), 12)):
        after = sign_in(street.certified).get(page).text
    for words in (
        "één opfrisdag: 1 van 1",
        "minstens 6 keer intervisie in drie jaar: 6 van 6",
        "terugkoppeling van minstens 5 bewoners: 5 van 5",
    ):
        assert words in after
