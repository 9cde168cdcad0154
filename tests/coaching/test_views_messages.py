"""That somebody has a coach shows to who guides or oversees, not to who trains or teaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.messages.models import SentMessage
from academy.people.models import Person, Place
from tests.coaching.builders import Table, an_action, set_the_table, write_entry
from tests.factories import make_cohort, make_enrolment, make_trainer

TITLE = "Een afspraak uit je logboek"


@dataclass(frozen=True)
class Scene:
    """A table, and the trainer of Samira's group."""

    table: Table
    trainer: int


@pytest.fixture
def scene(app):
    """Samira has a coach, an agreement for next week, one that she heard of, and a group."""
    table = set_the_table()
    write_entry(table, actions=(an_action(due_on=clock.today() + timedelta(days=7)),))
    with unit_of_work():
        cohort = make_cohort(
            place=db.session.get_one(Place, table.place.id), starts_on=date(2026, 11, 26)
        )
        make_enrolment(cohort, db.session.get_one(Person, table.samira.id))
        trainer = make_trainer(cohort).id
        now = clock.now()
        db.session.add(
            SentMessage(
                key="heard", name="coaching/own_action", person_id=table.samira.id,
                channel="email", planned_for=now, use_by=now, recorded_at=now, ids={},
            )
        )  # fmt: skip
    return Scene(table, trainer)


def shown(client, scene) -> str:
    page = client.get(f"/namens/{scene.table.samira.id}/berichten")
    assert page.status_code == 200
    return page.text


def test_a_trainer_does_not_see_the_messages_of_coaching(scene, sign_in):
    text = shown(sign_in(scene.trainer), scene)
    assert "Herinnering" in text
    assert "logboek" not in text
    assert "begeleid" not in text


def test_the_coach_and_the_coordinator_see_them_coming_and_gone(scene, sign_in):
    for person in (scene.table.marije, scene.table.tineke):
        assert shown(sign_in(person), scene).count(TITLE) == 2


def test_she_sees_them_herself(scene, sign_in):
    text = sign_in(scene.table.samira).get("/mijn-berichten").text
    assert text.count(TITLE) >= 2
