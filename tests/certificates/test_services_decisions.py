"""Two people decide: who may, what is filed, and what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
)
from academy.kernel.queue import Job
from certificates.models import Certificate, Decision, Serial
from certificates.services import decisions
from courses.models import Enrolment, PracticeSubmission
from tests.certificates.ready import Scene, make_ready, make_scene
from tests.factories import make_actor, make_enrolment, make_grant, make_person


@pytest.fixture
def scene(app: Flask) -> Scene:
    return make_scene()


def propose(scene: Scene, **values: str) -> int:
    return decisions.propose(scene.enrolment.id, by=make_actor(scene.trainer), **values)


def test_a_trainer_proposes_who_met_everything_and_the_verdict_is_filed(scene: Scene) -> None:
    decision = db.session.get_one(Decision, propose(scene))

    assert decision.proposer_id == scene.trainer.id
    assert decision.holder_id == scene.holder.id
    assert decision.verdict["complete"] is True
    assert {one["id"] for one in decision.verdict["criteria"]} == {
        "attendance_rule",
        "practice_rule",
    }


def test_who_misses_something_is_not_proposed_without_a_written_reason(scene: Scene) -> None:
    db.session.execute(sa.update(PracticeSubmission).values(state="submitted"))

    with pytest.raises(InvalidInputError) as caught:
        propose(scene)

    assert "hardship" in caught.value.fields
    assert propose(scene, hardship="Haar werk is gezien, het formulier is zoek.")


def test_a_second_proposal_is_refused_while_one_is_open(scene: Scene) -> None:
    propose(scene)

    with pytest.raises(ConflictError):
        propose(scene)


def test_the_database_refuses_a_second_open_proposal_too(scene: Scene) -> None:
    first = db.session.get_one(Decision, propose(scene))
    double = Decision(
        enrolment_id=first.enrolment_id,
        kind="first",
        proposer_id=first.proposer_id,
        holder_id=first.holder_id,
        proposed_at=clock.now(),
        verdict={},
    )
    db.session.add(double)

    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_somebody_elses_trainer_does_not_find_the_enrolment(scene: Scene) -> None:
    stranger = make_scene("Ander").trainer

    with pytest.raises(NotFoundError):
        decisions.propose(scene.enrolment.id, by=make_actor(stranger))


def test_nobody_proposes_themselves(scene: Scene) -> None:
    own = make_enrolment(scene.cohort, scene.trainer)
    make_ready(own, by=scene.trainer)

    with pytest.raises(ForbiddenError):
        decisions.propose(own.id, by=make_actor(scene.trainer))


@pytest.mark.parametrize("name", ["王小明", "Sam\u202eira", "  "])
def test_a_name_that_cannot_be_printed_stops_the_proposal(scene: Scene, name: str) -> None:
    scene.holder.name_on_certificate = name
    db.session.flush()

    with pytest.raises(InvalidInputError) as caught:
        propose(scene)

    assert caught.value.fields["printed_name"]


def test_a_grant_freezes_the_certificate_and_completes_the_enrolment(scene: Scene) -> None:
    certificate_id = decisions.decide(propose(scene), "grant", by=make_actor(scene.board))

    certificate = db.session.get_one(Certificate, certificate_id)
    assert certificate.number == "SLHZ-B-2026-00001-03"
    assert certificate.state == "approved"
    assert certificate.printed_name == "Samira El Haddou"
    assert (certificate.issued_on, certificate.valid_until) == (
        date(2026, 11, 23),
        date(2029, 11, 23),
    )
    assert [one["part"] for one in certificate.content["signatories"]] == [
        "trainer_lead",
        "academy_director",
    ]
    assert db.session.get_one(Enrolment, scene.enrolment.id).state == "completed"
    job = db.session.scalars(sa.select(Job).where(Job.name == "certificates.issue")).one()
    assert job.arguments == {"certificate_id": certificate.id}


def test_serials_follow_each_other_per_letter_and_year(scene: Scene) -> None:
    numbers = []
    for name in ("Fatma", "Ayşe"):
        person = make_person(name, "Öztürk")
        enrolment = make_enrolment(scene.cohort, person)
        make_ready(enrolment, by=scene.trainer)
        decision_id = decisions.propose(enrolment.id, by=make_actor(scene.trainer))
        certificate_id = decisions.decide(decision_id, "grant", by=make_actor(scene.board))
        numbers.append(db.session.get_one(Certificate, certificate_id).serial)

    assert numbers == [1, 2]
    assert db.session.scalars(sa.select(Serial.last)).one() == 2


def test_the_proposer_does_not_decide(scene: Scene) -> None:
    make_grant(scene.trainer, "board")

    with pytest.raises(ForbiddenError):
        decisions.decide(propose(scene), "grant", by=make_actor(scene.trainer))


def test_a_trainer_of_the_cohort_does_not_decide(scene: Scene) -> None:
    decision_id = decisions.propose(scene.enrolment.id, by=make_actor(scene.coordinator))
    make_grant(scene.trainer, "board")

    with pytest.raises(ForbiddenError):
        decisions.decide(decision_id, "grant", by=make_actor(scene.trainer))


def test_the_holder_does_not_decide(scene: Scene) -> None:
    decision_id = propose(scene)
    make_grant(scene.holder, "board")

    with pytest.raises(ForbiddenError):
        decisions.decide(decision_id, "grant", by=make_actor(scene.holder))


@pytest.mark.parametrize("who", ["proposer_id", "holder_id", "first_assessor_id"])
def test_the_database_holds_the_four_eyes_too(scene: Scene, who: str) -> None:
    decision = db.session.get_one(Decision, propose(scene))
    decision.first_assessor_id = scene.coordinator.id
    decision.decided_by_id = getattr(decision, who)
    decision.outcome, decision.decided_at, decision.reason = "grant", clock.now(), "omdat"

    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_a_certifier_decides_within_their_organisation_only(scene: Scene) -> None:
    certifier = make_person("Mirjam")
    make_grant(certifier, "certifier", cohort=scene.cohort)
    outsider = make_person("Wim")
    make_grant(outsider, "certifier", cohort=make_scene("Ander").cohort)
    decision_id = propose(scene)

    with pytest.raises(NotFoundError):
        decisions.decide(decision_id, "grant", by=make_actor(outsider))
    assert decisions.decide(decision_id, "grant", by=make_actor(certifier))


@pytest.mark.parametrize("outcome", ["hold", "refuse"])
def test_holding_and_refusing_take_a_reason(scene: Scene, outcome: str) -> None:
    decision_id = propose(scene)

    with pytest.raises(InvalidInputError) as caught:
        decisions.decide(decision_id, outcome, by=make_actor(scene.board), reason="  ")

    assert "reason" in caught.value.fields


def test_what_is_on_hold_can_be_granted_later(scene: Scene) -> None:
    decision_id = propose(scene)
    by = make_actor(scene.board)
    assert decisions.decide(decision_id, "hold", by=by, reason="tweede zelfscan ontbreekt") is None

    assert decisions.decide(decision_id, "grant", by=make_actor(scene.other_board))


@pytest.mark.parametrize("first", ["grant", "refuse"])
def test_a_decision_is_taken_once(scene: Scene, first: str) -> None:
    decision_id = propose(scene)
    decisions.decide(decision_id, first, by=make_actor(scene.board), reason="omdat")

    with pytest.raises(ConflictError):
        decisions.decide(decision_id, "refuse", by=make_actor(scene.other_board), reason="toch")


def test_who_was_refused_can_be_proposed_again(scene: Scene) -> None:
    decisions.decide(propose(scene), "refuse", by=make_actor(scene.board), reason="eerst inhalen")

    assert propose(scene)


def test_a_grant_is_refused_when_the_verdict_changed_in_between(scene: Scene) -> None:
    decision_id = propose(scene)
    db.session.execute(sa.update(PracticeSubmission).values(state="add_something"))

    with pytest.raises(ConflictError):
        decisions.decide(decision_id, "grant", by=make_actor(scene.board))


def test_an_actor_without_a_person_decides_nothing(scene: Scene) -> None:
    nobody = replace(make_actor(scene.board), person_id=None)

    with pytest.raises(ForbiddenError):
        decisions.decide(propose(scene), "grant", by=nobody)


def test_a_failing_grant_leaves_no_hole_in_the_serials(scene: Scene) -> None:
    with unit_of_work():
        decision_id = propose(scene)
    make_grant(scene.board, "board")
    db.session.commit()
    db.session.execute(sa.update(Enrolment).values(state="paused"))
    db.session.commit()

    with pytest.raises(ConflictError), unit_of_work():
        decisions.decide(decision_id, "grant", by=make_actor(scene.board))

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Serial)) == 0
