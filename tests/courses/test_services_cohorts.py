"""Planning cohorts and sessions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor
from courses.models import Cohort, CohortTrainer, Enrolment, Module, Session
from courses.rules.planning import easter, is_free_day, meeting_days
from courses.services import cohorts
from courses.services.cohorts import CohortPlan, SessionPlan
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


def _plan(place_id: int | None = None) -> CohortPlan:
    return CohortPlan(
        course_version_id=make_course().id,
        name="Bloemenbuurt voorjaar",
        place_id=place_id or make_place().id,
        starts_on=date(2027, 2, 2),
        location="De Krokus",
        capacity=12,
    )


def _sessions(cohort: Cohort) -> list[Session]:
    return list(
        db.session.scalars(
            sa.select(Session).where(Session.cohort_id == cohort.id).order_by(Session.starts_at)
        )
    )


def _plans(cohort_id: int, first: date = date(2027, 2, 2)) -> list[SessionPlan]:
    cohort = db.session.get_one(Cohort, cohort_id)
    modules = db.session.scalars(
        sa.select(Module).where(Module.course_version_id == cohort.course_version_id)
    )
    return [
        SessionPlan(
            module.id,
            clock.local(first + timedelta(days=7 * number), 19),
            clock.local(first + timedelta(days=7 * number), 21, 30),
        )
        for number, module in enumerate(modules)
    ]


def test_a_new_cohort_is_a_draft_and_leaves_a_trace(app: Flask) -> None:
    by = _coordinator()
    with unit_of_work():
        cohort_id = cohorts.plan_cohort(_plan(), by=by)
    assert db.session.get_one(Cohort, cohort_id).state == "draft"
    event = db.session.scalars(sa.select(AuditEvent)).one()
    assert (event.action, event.object_id, event.actor_id) == (
        "courses:cohort:planned",
        cohort_id,
        by.person_id,
    )


def test_a_coordinator_plans_only_in_her_own_region(app: Flask) -> None:
    mine, elsewhere = make_place("Mijn buurt"), make_place("Andere buurt")
    by = make_actor(make_coordinator(mine))
    assert cohorts.plan_cohort(_plan(mine.id), by=by)
    with pytest.raises(NotFoundError):
        cohorts.plan_cohort(_plan(elsewhere.id), by=by)


def test_a_cohort_needs_a_name_and_chairs(app: Flask) -> None:
    plan = replace(_plan(), name=" ", capacity=0)
    with pytest.raises(InvalidInputError) as refused:
        cohorts.plan_cohort(plan, by=_coordinator())
    assert set(refused.value.fields) == {"name", "capacity"}


def test_every_lesson_gets_one_session(app: Flask) -> None:
    by = _coordinator()
    cohort_id = cohorts.plan_cohort(_plan(), by=by)
    assert len(cohorts.plan_sessions(cohort_id, _plans(cohort_id), by=by)) == 3
    with pytest.raises(ConflictError):
        cohorts.plan_sessions(cohort_id, _plans(cohort_id)[:1], by=by)


def test_a_session_about_another_course_is_refused(app: Flask) -> None:
    by = _coordinator()
    cohort_id, other_id = (cohorts.plan_cohort(_plan(), by=by) for _ in range(2))
    with pytest.raises(InvalidInputError):
        cohorts.plan_sessions(cohort_id, _plans(other_id), by=by)


def test_a_session_ends_after_it_starts(app: Flask) -> None:
    by = _coordinator()
    cohort_id = cohorts.plan_cohort(_plan(), by=by)
    plan = _plans(cohort_id)[0]
    with pytest.raises(InvalidInputError):
        cohorts.plan_sessions(cohort_id, [replace(plan, ends_at=plan.starts_at)], by=by)


def test_a_trainer_is_not_in_two_places_at_once(app: Flask) -> None:
    by = _coordinator()
    busy = make_cohort(starts_on=date(2027, 2, 2))
    trainer = make_trainer(busy)
    cohort_id = cohorts.plan_cohort(_plan(), by=by)
    cohorts.add_trainer(cohort_id, trainer.id, by=by)
    with pytest.raises(ConflictError, match="Said is dan al"):
        cohorts.plan_sessions(cohort_id, _plans(cohort_id), by=by)
    assert cohorts.plan_sessions(cohort_id, _plans(cohort_id, date(2027, 2, 3)), by=by)


def test_who_trains_elsewhere_at_that_time_is_not_added(app: Flask) -> None:
    by = _coordinator()
    busy, cohort_id = make_cohort(starts_on=date(2027, 2, 2)), cohorts.plan_cohort(_plan(), by=by)
    cohorts.plan_sessions(cohort_id, _plans(cohort_id), by=by)
    trainer = make_trainer(busy)
    with pytest.raises(ConflictError, match="dan al bij een bijeenkomst"):
        cohorts.add_trainer(cohort_id, trainer.id, by=by)
    with clock.at(clock.local(date(2028, 1, 1), 9)):
        cohorts.add_trainer(cohort_id, trainer.id, by=by)


def test_a_trainer_is_taken_off_but_never_the_last_of_a_group_that_runs(app: Flask) -> None:
    by, cohort = _coordinator(), make_cohort(state="running")
    first, second = make_person(), make_person()
    cohorts.add_trainer(cohort.id, first.id, by=by)
    cohorts.add_trainer(cohort.id, second.id, by=by)
    cohorts.remove_trainer(cohort.id, first.id, by=by)
    left = db.session.scalars(sa.select(CohortTrainer.person_id)).all()
    assert left == [second.id]
    with pytest.raises(NotFoundError):
        cohorts.remove_trainer(cohort.id, first.id, by=by)
    with pytest.raises(ConflictError, match="eerst een andere trainer"):
        cohorts.remove_trainer(cohort.id, second.id, by=by)


def test_trainers_stand_in_order_and_only_once(app: Flask) -> None:
    by, cohort = _coordinator(), make_cohort()
    first, second = make_person(), make_person()
    cohorts.add_trainer(cohort.id, first.id, by=by)
    cohorts.add_trainer(cohort.id, second.id, by=by)
    found = db.session.scalars(sa.select(CohortTrainer).order_by(CohortTrainer.position)).all()
    assert [one.person_id for one in found] == [first.id, second.id]
    with pytest.raises(ConflictError):
        cohorts.add_trainer(cohort.id, first.id, by=by)


def test_a_moved_session_remembers_its_first_day_and_keeps_its_length(app: Flask) -> None:
    by, cohort = _coordinator(), make_cohort(starts_on=date(2026, 12, 1))
    session = _sessions(cohort)[0]
    for day in (3, 4):
        cohorts.move_session(session.id, clock.local(date(2026, 12, day), 10), by=by)
    assert (session.state, session.moved_from) == ("moved", date(2026, 12, 1))
    assert session.ends_at == clock.local(date(2026, 12, 4), 12, 30)


def test_a_held_session_is_not_moved_and_a_cancelled_one_comes_back(app: Flask) -> None:
    by, cohort = _coordinator(), make_cohort(starts_on=date(2026, 11, 16))
    sessions = _sessions(cohort)
    later = clock.local(date(2026, 12, 4), 10)
    with pytest.raises(ConflictError, match="al geweest"):
        cohorts.move_session(sessions[0].id, later, by=by)
    cohorts.cancel_session(sessions[2].id, by=by)
    with pytest.raises(ConflictError, match="gaat niet door"):
        cohorts.hold_session(sessions[2].id, by=by)
    cohorts.move_session(sessions[2].id, later, by=by)
    assert sessions[2].state == "moved"


def test_a_session_is_held_by_its_trainer_on_its_day_not_before(app: Flask) -> None:
    cohort = make_cohort(starts_on=clock.today())
    by = make_actor(make_trainer(cohort))
    sessions = _sessions(cohort)
    cohorts.hold_session(sessions[0].id, by=by)
    assert sessions[0].state == "held"
    with pytest.raises(ConflictError, match="moet nog komen"):
        cohorts.hold_session(sessions[1].id, by=by)
    with pytest.raises(NotFoundError):
        cohorts.hold_session(sessions[1].id, by=make_actor(make_trainer(make_cohort())))


def test_a_trainer_does_not_move_sessions(app: Flask) -> None:
    cohort = make_cohort(starts_on=clock.today())
    by = make_actor(make_trainer(cohort))
    with pytest.raises(NotFoundError):
        cohorts.cancel_session(_sessions(cohort)[1].id, by=by)


def test_a_cohort_that_begins_makes_everyone_admitted_active(app: Flask) -> None:
    by, cohort = _coordinator(), make_cohort(state="open")
    enrolment = make_enrolment(cohort, state="admitted")
    waiting = make_enrolment(cohort, state="waitlisted")
    cohorts.change_state(cohort.id, "running", by=by)
    assert (enrolment.state, waiting.state) == ("active", "waitlisted")


def test_a_cohort_without_sessions_does_not_begin(app: Flask) -> None:
    by = _coordinator()
    cohort_id = cohorts.plan_cohort(_plan(), by=by)
    cohorts.change_state(cohort_id, "open", by=by)
    with pytest.raises(ConflictError, match="Plan eerst"):
        cohorts.change_state(cohort_id, "running", by=by)


def test_a_cohort_ends_in_order(app: Flask) -> None:
    by, cohort = _coordinator(), make_cohort(starts_on=date(2026, 11, 16))
    enrolment = make_enrolment(cohort)
    with pytest.raises(ConflictError, match="kan nu niet"):
        cohorts.change_state(cohort.id, "completed", by=by)
    with pytest.raises(ConflictError, match="moeten komen"):
        cohorts.change_state(cohort.id, "finishing", by=by)
    for session in _sessions(cohort):
        session.state = "held"
    cohorts.change_state(cohort.id, "finishing", by=by)
    with pytest.raises(ConflictError, match="1 deelnemer"):
        cohorts.change_state(cohort.id, "completed", by=by)
    db.session.get_one(Enrolment, enrolment.id).state = "completed"
    cohorts.change_state(cohort.id, "completed", by=by)
    assert cohort.state == "completed"


def test_a_cancelled_cohort_cancels_what_is_still_to_come(app: Flask) -> None:
    by, cohort = _coordinator(), make_cohort(starts_on=date(2026, 11, 16))
    cohorts.change_state(cohort.id, "cancelled", by=by)
    assert [one.state for one in _sessions(cohort)] == ["held", "cancelled", "cancelled"]


def test_an_unknown_cohort_is_not_there(app: Flask) -> None:
    with pytest.raises(NotFoundError):
        cohorts.change_state(404, "open", by=_coordinator())


@pytest.mark.parametrize(
    ("year", "day"),
    [(2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)), (2027, date(2027, 3, 28))],
)
def test_easter_is_known(year: int, day: date) -> None:
    assert easter(year) == day


def test_no_group_meets_on_a_holiday() -> None:
    assert is_free_day(date(2027, 4, 27))
    assert is_free_day(date(2027, 5, 6))
    days = meeting_days(date(2026, 12, 10), every_days=14, count=3)
    assert days == (date(2026, 12, 10), date(2027, 1, 7), date(2027, 1, 21))
