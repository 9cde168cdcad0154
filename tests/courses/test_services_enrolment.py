"""The enrolment machine: every step, who may take it, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.kernel import clock, events
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import SYSTEM, Actor
from courses.events import EnrolmentStepTaken
from courses.models import ENROLMENT_STATES, Cohort, Enrolment, EnrolmentEvent
from courses.rules.enrolment import (
    COHORT_TRANSITIONS,
    SESSION_TRANSITIONS,
    TRANSITIONS,
    may_follow,
)
from courses.services import enrolment as steps
from tests.factories import (
    make_actor,
    make_cohort,
    make_coordinator,
    make_course,
    make_enrolment,
    make_person,
    make_place,
    make_trainer,
)


def _coordinator() -> Actor:
    return make_actor(make_coordinator())


def _ready(cohort: Cohort, **values: object) -> Enrolment:
    """Make somebody who applied, was spoken to and agreed to the code of conduct."""
    talker = make_person("Tineke")
    values = {"state": "applied", "intake_by_id": talker.id} | values
    return make_enrolment(cohort, code_of_conduct_on=date(2026, 11, 1), **values)


def test_an_application_is_a_row_with_its_first_event(app: Flask) -> None:
    by, cohort, person = _coordinator(), make_cohort(state="open"), make_person()
    with unit_of_work():
        enrolment_id = steps.apply(person.id, cohort.id, by=by)
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    assert (enrolment.state, enrolment.applied_on) == ("applied", clock.today())
    event = db.session.scalars(sa.select(EnrolmentEvent)).one()
    assert (event.from_state, event.to_state, event.by_id) == ("", "applied", by.person_id)
    line = db.session.scalars(sa.select(AuditEvent)).one()
    assert (line.action, line.subject_id) == ("courses:enrolment:applied", person.id)


def test_the_same_person_twice_is_refused(app: Flask) -> None:
    by, cohort, person = _coordinator(), make_cohort(state="open"), make_person()
    steps.apply(person.id, cohort.id, by=by)
    with pytest.raises(ConflictError, match="al aangemeld"):
        steps.apply(person.id, cohort.id, by=by)


@pytest.mark.parametrize("state", ["draft", "finishing", "completed", "cancelled"])
def test_a_cohort_that_takes_nobody_refuses(app: Flask, state: str) -> None:
    by, cohort, person = _coordinator(), make_cohort(state=state), make_person()
    with pytest.raises(ConflictError):
        steps.apply(person.id, cohort.id, by=by)


def test_a_coordinator_of_elsewhere_finds_nothing(app: Flask) -> None:
    by = make_actor(make_coordinator(make_place("Elders")))
    enrolment = make_enrolment(state="applied")
    with pytest.raises(NotFoundError):
        steps.apply(make_person().id, enrolment.cohort_id, by=by)
    with pytest.raises(NotFoundError):
        steps.withdraw(enrolment.id, by=by)


def test_a_trainer_admits_nobody(app: Flask) -> None:
    cohort = make_cohort()
    with pytest.raises(NotFoundError):
        steps.admit(_ready(cohort).id, by=make_actor(make_trainer(cohort)))


def test_the_intake_says_who_talked_and_when_it_was_agreed(app: Flask) -> None:
    by, enrolment = _coordinator(), make_enrolment(state="applied")
    steps.plan_intake(enrolment.id, by=by)
    steps.record_intake(enrolment.id, by=by, agreed_to_code_of_conduct=True)
    assert enrolment.state == "intake_planned"
    assert enrolment.intake_by_id == by.person_id
    assert enrolment.code_of_conduct_on == clock.today()


def test_nobody_is_admitted_without_a_talk_and_the_code_of_conduct(app: Flask) -> None:
    by, enrolment = _coordinator(), make_enrolment(state="applied")
    with pytest.raises(ConflictError, match="kennismakingsgesprek"):
        steps.admit(enrolment.id, by=by)
    steps.record_intake(enrolment.id, by=by, agreed_to_code_of_conduct=False)
    with pytest.raises(ConflictError, match="gedragscode"):
        steps.admit(enrolment.id, by=by)


def test_the_last_chair_makes_a_cohort_full_and_the_next_person_waits(app: Flask) -> None:
    by, cohort = _coordinator(), make_cohort(state="open", capacity=1)
    first, second = _ready(cohort), _ready(cohort)
    steps.admit(first.id, by=by)
    assert cohort.state == "full"
    with pytest.raises(ConflictError, match="wachtlijst"):
        steps.admit(second.id, by=by)
    steps.waitlist(second.id, by=by, note="groep vol bij deze wijk")
    assert (second.state, second.note) == ("waitlisted", "groep vol bij deze wijk")


def test_who_stops_leaves_a_free_chair(app: Flask) -> None:
    by, cohort = _coordinator(), make_cohort(state="open", capacity=1)
    first, second = _ready(cohort), _ready(cohort, state="waitlisted")
    steps.admit(first.id, by=by)
    steps.withdraw(first.id, by=by)
    assert cohort.state == "open"
    steps.admit(second.id, by=by)
    assert second.state == "admitted"


def test_pause_and_back(app: Flask) -> None:
    by, enrolment = _coordinator(), make_enrolment()
    steps.pause(enrolment.id, by=by)
    assert enrolment.state == "paused"
    steps.resume(enrolment.id, by=by)
    assert enrolment.state == "active"
    with pytest.raises(ConflictError, match="geen pauze"):
        steps.resume(enrolment.id, by=by)


def test_nobody_takes_part_before_the_cohort_begins(app: Flask) -> None:
    by, cohort = _coordinator(), make_cohort(state="open")
    enrolment = make_enrolment(cohort, state="admitted")
    with pytest.raises(ConflictError, match="nog niet begonnen"):
        steps.activate(enrolment.id, by=by)
    cohort.state = "running"
    steps.activate(enrolment.id, by=by)
    assert enrolment.state == "active"


@pytest.mark.parametrize("ended", ["withdrawn", "not_now", "other_track"])
def test_who_stopped_may_ask_for_a_place_again(app: Flask, ended: str) -> None:
    by, cohort = _coordinator(), make_cohort(state="open")
    enrolment = make_enrolment(cohort, state=ended)
    steps.apply_again(enrolment.id, by=by)
    assert enrolment.state == "applied"
    enrolment.state = ended
    assert steps.apply(enrolment.person_id, cohort.id, by=by) == enrolment.id
    with pytest.raises(ConflictError, match="al aangemeld"):
        steps.apply(enrolment.person_id, cohort.id, by=by)
    enrolment.state, cohort.state = ended, "completed"
    with pytest.raises(ConflictError, match="niemand meer aanmelden"):
        steps.apply_again(enrolment.id, by=by)


def test_who_moves_to_another_cohort_takes_the_intake_along(app: Flask) -> None:
    by, version = _coordinator(), make_course()
    cohort, target = make_cohort(version=version), make_cohort(version=version)
    enrolment = _ready(cohort, state="active")
    there = db.session.get_one(Enrolment, steps.transfer(enrolment.id, target.id, by=by))
    assert (enrolment.state, enrolment.transferred_to_id) == ("transferred", there.id)
    assert (there.state, there.cohort_id) == ("active", target.id)
    assert there.intake_by_id == enrolment.intake_by_id
    assert there.code_of_conduct_on == enrolment.code_of_conduct_on


def test_a_chair_that_was_given_already_is_used(app: Flask) -> None:
    here, there = make_place("Hier"), make_place("Daar")
    version = make_course()
    cohort = make_cohort(version=version, place=here)
    target = make_cohort(version=version, place=there)
    by = make_actor(make_coordinator(here))
    person = make_person()
    enrolment = make_enrolment(cohort, person)
    with pytest.raises(NotFoundError):
        steps.transfer(enrolment.id, target.id, by=by)
    given = make_enrolment(target, person)
    assert steps.transfer(enrolment.id, target.id, by=by) == given.id


def test_nobody_moves_to_another_course_or_a_full_cohort(app: Flask) -> None:
    by, version = _coordinator(), make_course()
    cohort = make_cohort(version=version)
    full = make_cohort(version=version, state="full")
    enrolment = make_enrolment(cohort)
    for target, words in (
        (cohort, "andere groep"),
        (make_cohort(), "andere opleiding"),
        (full, "geen plaats"),
    ):
        with pytest.raises(ConflictError, match=words):
            steps.transfer(enrolment.id, target.id, by=by)


def test_completing_is_left_to_the_decision_of_certificates(app: Flask) -> None:
    enrolment = make_enrolment()
    steps.complete(enrolment.id, by=SYSTEM)
    assert enrolment.state == "completed"
    with pytest.raises(ConflictError):
        steps.complete(enrolment.id, by=SYSTEM)


def test_not_passing_keeps_the_word_of_the_academy(app: Flask) -> None:
    by, enrolment = _coordinator(), make_enrolment()
    steps.not_pass(enrolment.id, by=by, note=" proeve nog niet gelukt ")
    assert (enrolment.state, enrolment.note) == ("not_passed", "proeve nog niet gelukt")
    with pytest.raises(ConflictError):
        steps.not_pass(enrolment.id, by=by)


def test_a_word_that_is_too_long_is_refused(app: Flask) -> None:
    by, enrolment = _coordinator(), make_enrolment(state="applied")
    with pytest.raises(InvalidInputError):
        steps.not_now(enrolment.id, by=by, note="x" * 301)


Step = Callable[..., None]
STEPS: dict[str, Step] = {
    "intake_planned": steps.plan_intake,
    "waitlisted": steps.waitlist,
    "admitted": steps.admit,
    "not_now": steps.not_now,
    "other_track": steps.other_track,
    "active": steps.activate,
    "paused": steps.pause,
    "completed": steps.complete,
    "not_passed": steps.not_pass,
    "withdrawn": steps.withdraw,
}


@pytest.mark.parametrize("to_state", STEPS)
def test_only_the_steps_of_the_table_are_taken(app: Flask, to_state: str) -> None:
    by, cohort = _coordinator(), make_cohort(capacity=50)
    for state in ENROLMENT_STATES:
        enrolment = _ready(cohort, state=state)
        if may_follow(TRANSITIONS, state, to_state):
            STEPS[to_state](enrolment.id, by=by)
            assert enrolment.state == to_state
        else:
            with pytest.raises(ConflictError):
                STEPS[to_state](enrolment.id, by=by)
            assert enrolment.state == state


def test_every_state_stands_in_the_table() -> None:
    assert set(TRANSITIONS) == {"", *ENROLMENT_STATES}
    for table in (TRANSITIONS, COHORT_TRANSITIONS, SESSION_TRANSITIONS):
        for following in table.values():
            assert following <= set(table)


def test_the_floors_above_hear_of_every_step(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[EnrolmentStepTaken] = []
    monkeypatch.setitem(events._listeners, EnrolmentStepTaken, (heard.append,))
    by, enrolment = _coordinator(), make_enrolment()
    steps.pause(enrolment.id, by=by)
    assert heard == [EnrolmentStepTaken(enrolment.id, enrolment.person_id, "active", "paused")]


def test_a_new_name_changes_the_place_in_every_list(app: Flask) -> None:
    person = make_person("Zeynep")
    enrolment = make_enrolment(make_cohort(), person)
    person.call_name, person.sort_key = "Aylin", "aylin"
    db.session.flush()
    db.session.refresh(enrolment)
    assert enrolment.sort_key == "aylin"


def test_an_enrolment_cannot_be_sorted_under_another_name(app: Flask) -> None:
    enrolment = make_enrolment(make_cohort(), make_person("Zeynep"))
    enrolment.sort_key = "aylin"
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
