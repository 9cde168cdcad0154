"""Correcting what was decided about a cohort: who may, what follows, who hears of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.messages import engine, texts
from academy.kernel.messages.declared import message_named, recipients_of
from academy.kernel.messages.models import AnnouncedMessage, SentMessage
from courses.mails import COHORT_MOVED
from courses.models import Cohort, Session
from courses.services.cohort_facts import CohortFacts, Corrected, correct_cohort
from tests.factories import (
    make_actor,
    make_cohort,
    make_coordinator,
    make_enrolment,
    make_organisation,
    make_person,
    make_place,
)

LAST_WEEK = date(2026, 11, 16)
"""Then one of three sessions was; the second is tonight."""


class Scene:
    """A running cohort of two chairs, and the coordinator of its neighbourhood."""

    def __init__(self) -> None:
        with unit_of_work():
            place = make_place("Bloemenbuurt")
            cohort = make_cohort(starts_on=LAST_WEEK, capacity=2, state="open", place=place)
            self.cohort_id, self.place = cohort.id, place.id
            self.facts = CohortFacts(
                name=cohort.name,
                place_id=place.id,
                client_organisation_id=None,
                starts_on=cohort.starts_on,
                location=cohort.location,
                step_free=None,
                capacity=cohort.capacity,
            )
            self.by = make_actor(make_coordinator(place))

    def correct(self, *, seen: str | None = None, **changes) -> Corrected:
        with unit_of_work():
            return correct_cohort(
                self.cohort_id, replace(self.facts, **changes), by=self.by, seen=seen
            )

    def seat(self, state: str = "admitted", **values):
        with unit_of_work():
            make_enrolment(
                db.session.get_one(Cohort, self.cohort_id), make_person(**values), state=state
            )

    @property
    def cohort(self) -> Cohort:
        db.session.expire_all()
        return db.session.get_one(Cohort, self.cohort_id)

    @property
    def locations(self) -> list[str]:
        found = db.session.scalars(
            sa.select(Session.location)
            .where(Session.cohort_id == self.cohort_id)
            .order_by(Session.starts_at)
        )
        return list(found)


def told() -> list[str]:
    """Return what people hear ten minutes later; what became needless is not said."""
    later = clock.now() + timedelta(minutes=10)
    with clock.at(later):
        engine.run_due(later)
        rows = db.session.scalars(sa.select(SentMessage).order_by(SentMessage.id)).all()
        found = [(message_named(row.name), row) for row in rows]
        said = [
            texts.text_of(message, recipients_of([row.person_id])[row.person_id], row.ids)
            for message, row in found
            if message is not None and row.name == COHORT_MOVED
        ]
    return [text.body for text in said if text is not None]


@pytest.fixture
def scene(app):
    return Scene()


def test_what_is_right_is_written_down_with_who_and_what(scene):
    with unit_of_work():
        payer = make_organisation().id
    scene.correct(name=" Bloemenbuurt winter ", client_organisation_id=payer)
    assert scene.cohort.name == "Bloemenbuurt winter"
    assert scene.cohort.client_organisation_id == payer
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "courses:cohort:corrected")
    ).one()
    assert (event.object_id, event.actor_id) == (scene.cohort_id, scene.by.person_id)
    assert event.data["changed"] == "name client_organisation_id"
    assert event.data["before"] == scene.facts.mark != event.data["after"]
    assert "winter" not in str(event.data)


def test_nothing_new_leaves_no_trace(scene):
    assert scene.correct() == Corrected()
    assert not db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "courses:cohort:corrected")
    ).all()


def test_sessions_to_come_at_the_old_location_go_along(scene):
    with unit_of_work():
        last = db.session.scalars(
            sa.select(Session).order_by(Session.starts_at.desc()).limit(1)
        ).one()
        last.location = "Elders"
    done = scene.correct(location="De Tulp")
    assert done.sessions_moved == 1
    assert scene.locations == ["De Krokus", "De Tulp", "Elders"]


def test_the_group_hears_once_where_to_be(scene):
    scene.seat(email="samira@test.example", preferred_channel="email")
    scene.correct(location="De Tulp")
    assert [one.name for one in db.session.scalars(sa.select(AnnouncedMessage))] == [COHORT_MOVED]
    assert [("De Tulp" in text, "23 november 2026" in text) for text in told()] == [(True, True)]


def test_a_location_that_was_put_right_at_once_is_not_told(scene):
    scene.seat(email="samira@test.example", preferred_channel="email")
    scene.correct(location="De Tulp")
    with unit_of_work():
        moved = replace(scene.facts, location="De Roos")
        correct_cohort(scene.cohort_id, moved, by=scene.by)
    assert ["De Roos" in text for text in told()] == [True]


def test_a_chair_more_opens_the_group_and_says_who_waits(scene):
    scene.seat()
    scene.seat()
    scene.seat("waitlisted")
    scene.seat("waitlisted")
    with unit_of_work():
        db.session.get_one(Cohort, scene.cohort_id).state = "full"
    assert scene.correct(capacity=3).may_come_in == 1
    assert scene.cohort.state == "open"


def test_a_group_without_a_chair_left_is_full(scene):
    scene.seat()
    scene.correct(capacity=1)
    assert scene.cohort.state == "full"


def test_a_taken_chair_stays(scene):
    scene.seat()
    scene.seat()
    with pytest.raises(InvalidInputError) as refused:
        scene.correct(capacity=1, name=" ", location="")
    assert set(refused.value.fields) == {"capacity", "name", "location"}
    assert scene.cohort.capacity == 2


def test_what_somebody_else_just_corrected_is_not_overwritten(scene):
    seen = scene.facts.mark
    scene.correct(name="Van de ander")
    with pytest.raises(ConflictError):
        scene.correct(seen=seen, name="Van mij")
    assert scene.cohort.name == "Van de ander"


def test_a_group_does_not_go_where_its_coordinator_may_not(scene):
    with unit_of_work():
        elsewhere = make_place("Elders").id
        stranger = make_actor(make_coordinator(make_place("Nog verder")))
    for changes in ({"place_id": elsewhere}, {"place_id": 999_999}):
        with pytest.raises(NotFoundError):
            scene.correct(**changes)
    with pytest.raises(NotFoundError), unit_of_work():
        correct_cohort(scene.cohort_id, scene.facts, by=stranger)
    assert scene.cohort.place_id == scene.place
