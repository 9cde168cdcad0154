"""Expired is noted once, and the holder hears of the end in time, until nothing is left to do."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.messages import engine
from academy.people.models import Person
from certificates.models import Certificate, CertificateEvent
from certificates.queries.verification import check_code
from certificates.rules.validity import months_from
from certificates.services import life, standing
from certificates.tasks import expire as expiring
from tests.certificates.ready import CODE, Scene, issue, make_scene
from tests.factories import make_actor

pytestmark = pytest.mark.slow
LAST = date(2029, 11, 23)


@pytest.fixture
def scene(app) -> Scene:
    with unit_of_work():
        return make_scene()


@pytest.fixture
def certificate_id(scene: Scene) -> int:
    return issue(scene, code=CODE)


def expired_events() -> list[CertificateEvent]:
    found = sa.select(CertificateEvent).where(CertificateEvent.kind == "expired")
    return list(db.session.scalars(found))


def at(day: date, job) -> None:
    with clock.at(clock.local(day, 3)):
        job()


def test_expired_is_noted_once_the_day_after_the_last(scene, certificate_id):
    at(LAST, expiring.expire)
    assert expired_events() == []
    at(LAST + timedelta(days=1), expiring.expire)
    at(LAST + timedelta(days=2), expiring.expire)
    (event,) = expired_events()
    assert event.by_id is None
    assert event.at.astimezone(clock.AMSTERDAM).date() == date(2029, 11, 24)
    with clock.at(clock.local(LAST + timedelta(days=1), 0)):
        assert check_code(CODE).finding.verdict == "expired"
    db.session.rollback()


def test_the_database_holds_the_once(scene, certificate_id):
    at(LAST + timedelta(days=1), expiring.expire)
    certificate = db.session.get_one(Certificate, certificate_id)
    with pytest.raises(sa.exc.IntegrityError):
        life.add_event(certificate, "expired", by=make_actor(scene.board))
    db.session.rollback()


def reminders(scene: Scene) -> list[tuple[date, str]]:
    """Return the days and channels of what the holder hears of the end."""
    begin, end = clock.local(date(2029, 1, 1), 0), clock.local(date(2030, 12, 31), 0)
    found = engine.rehearse(begin, end)
    db.session.rollback()
    return [
        (one.planned_for.astimezone(clock.AMSTERDAM).date(), one.channel)
        for one in found
        if one.name == "certificates/expiry" and one.person_id == scene.holder.id
    ]


@pytest.mark.parametrize(
    ("reach", "channel"),
    [
        ({"email": "samira@test.example"}, "email"),
        ({"email": None, "phone": "06-00000001"}, "phone"),
        ({"email": None, "phone": None}, "letter"),
    ],
)
def test_five_reminders_come_on_their_day_by_the_channel_one_likes(
    scene, certificate_id, reach, channel
):
    with unit_of_work():
        person = db.session.get_one(Person, scene.holder.id)
        for name, value in reach.items():
            setattr(person, name, value)
    expected = [months_from(LAST, months) for months in (-6, -3, -1, 0, 2)]
    days = [day for day, _channel in reminders(scene)]
    assert len(days) == 5
    for day, due in zip(days, expected, strict=True):
        assert timedelta() <= day - due <= timedelta(days=1)  # not on a Sunday
        assert day == due or due.isoweekday() == 7
    assert {way for _day, way in reminders(scene)} == {channel}


def revoke(scene, certificate_id):
    proposal_id = life.propose_revocation(certificate_id, "own_request", by=make_actor(scene.board))
    life.confirm_revocation(proposal_id, by=make_actor(scene.other_board))


def withdraw(scene, certificate_id):
    life.withdraw(certificate_id, by=make_actor(scene.holder))


def hide(scene, certificate_id):
    life.hide_name(certificate_id, by=make_actor(scene.holder))


def end(scene, certificate_id):
    standing.end(certificate_id, by=make_actor(scene.board))


def renew(scene, certificate_id):
    certificate = db.session.get_one(Certificate, certificate_id)
    life.set_standing(certificate, "renewed", by=make_actor(scene.board))


@pytest.mark.parametrize("what", [revoke, withdraw, hide, end, renew])
def test_nothing_reminds_of_what_is_over(scene, certificate_id, what):
    assert len(reminders(scene)) == 5
    with unit_of_work():
        what(scene, certificate_id)
    assert reminders(scene) == []


def test_who_shows_the_name_again_hears_again(scene, certificate_id):
    with unit_of_work():
        hide(scene, certificate_id)
    with unit_of_work():
        life.show_name(certificate_id, by=make_actor(scene.holder))
    assert len(reminders(scene)) == 5
