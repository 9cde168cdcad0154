"""A certificate in the place of one with an error: what is new on it, and what stays as it was."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import InvalidInputError
from academy.people.models import Person
from certificates.models import Certificate
from certificates.queries.dossier import get_dossier
from certificates.services import decisions
from courses.models import AttendanceCell, Module
from tests.certificates.ready import Scene, enter_file, grant, make_keys, make_scene
from tests.factories import RULES, make_actor

SAME = "Samira El Haddou"
WITH_HOURS = RULES["certificate"] | {"study_hours_on_certificate": "contact_hours"}


def issue_first() -> tuple[Scene, int]:
    make_keys()
    with unit_of_work():
        scene = make_scene(certificate=WITH_HOURS)
        db.session.execute(sa.update(Module).values(content={"session_plan": []}))
    certificate_id = grant(scene)
    enter_file(certificate_id)
    return scene, certificate_id


def propose(scene: Scene, certificate_id: int, name: str) -> int:
    with unit_of_work():
        return decisions.propose_replacement(
            certificate_id, printed_name=name, by=make_actor(scene.coordinator)
        )


def content_of(certificate_id: int) -> dict:
    with unit_of_work():
        return db.session.get_one(Certificate, certificate_id).content


def decide(scene: Scene, decision_id: int) -> int:
    with unit_of_work():
        certificate_id = decisions.decide(decision_id, "grant", by=make_actor(scene.board))
    assert certificate_id is not None
    return certificate_id


def test_the_same_name_with_nothing_put_right_is_refused_and_says_what_to_do(app: Flask) -> None:
    scene, first = issue_first()

    with pytest.raises(InvalidInputError, match="Verbeter dat dan eerst"):
        propose(scene, first, SAME)


def test_what_was_put_right_stands_on_the_new_one_under_the_same_name(app: Flask) -> None:
    scene, first = issue_first()
    with unit_of_work():
        trainer = db.session.get_one(Person, scene.trainer.id)
        trainer.call_name = "Łukasz"

    decision_id = propose(scene, first, SAME)

    with unit_of_work():
        assert get_dossier(decision_id).differs == ("signatories",)
    before, after = content_of(first), content_of(decide(scene, decision_id))
    assert before["signatories"][0] != after["signatories"][0]
    assert after["signatories"][0]["name"].startswith("Łukasz")
    assert before["signatories"][1] == after["signatories"][1]


def test_a_new_name_keeps_the_hours_of_an_attendance_that_was_erased(app: Flask) -> None:
    scene, first = issue_first()
    hours = content_of(first)["hours"]
    assert hours > 0
    with unit_of_work():
        db.session.execute(sa.delete(AttendanceCell))

    decision_id = propose(scene, first, "Samira Haddou-Çelik")

    with unit_of_work():
        assert get_dossier(decision_id).differs == ()
    assert content_of(decide(scene, decision_id))["hours"] == hours
