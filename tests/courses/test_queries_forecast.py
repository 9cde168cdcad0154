"""Counting marks leaves out nobody whom the rules would name."""

from __future__ import annotations

from itertools import product

import pytest
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.models import Person
from courses.models import (
    AttendanceCell,
    AttendanceMark,
    Cohort,
    CourseVersion,
    Enrolment,
    Session,
)
from courses.queries.forecast import counts_of
from courses.queries.progress import progress_of_many, rule_of
from courses.rules.risk import needs_a_call, risk_of
from tests.factories import make_cohort, make_trainer

MARKS = (
    None,
    ("present", None, False),
    ("late", 30, False),
    ("late", 31, False),
    ("late", 31, True),
    ("excused", None, False),
    ("absent", None, False),
    ("made_up", None, False),
    ("not_applicable", None, False),
)


@pytest.fixture
def cohort(app):
    """A group of three sessions, two held, with somebody for every way to be marked."""
    with unit_of_work():
        cohort = make_cohort()
        trainer = make_trainer(cohort)
        sessions = db.session.scalars(
            sa.select(Session).where(Session.cohort_id == cohort.id).order_by(Session.starts_at)
        ).all()
        for number, session in enumerate(sessions):
            session.state = "held" if number < 2 else "planned"
        _mark_everybody(cohort, [one.id for one in sessions], trainer.id)
        return cohort.id


def _mark_everybody(cohort, session_ids, trainer_id):
    ways = list(product(MARKS, repeat=len(session_ids)))
    people = [
        Person(call_name="A", last_name=f"{n}", sort_key=f"{n:04d}", created_on=clock.today())
        for n in range(len(ways))
    ]
    _add_all(people)
    enrolments = [
        Enrolment(
            person_id=person.id,
            cohort_id=cohort.id,
            state="active",
            applied_on=clock.today(),
            sort_key=person.sort_key,
        )
        for person in people
    ]
    _add_all(enrolments)
    marks = [
        AttendanceMark(
            session_id=session_id,
            enrolment_id=enrolment.id,
            status=mark[0],
            minutes_late=mark[1],
            counts_anyway=mark[2],
            source="web",
            marked_by_id=trainer_id,
            marked_at=clock.now(),
        )
        for enrolment, way in zip(enrolments, ways, strict=True)
        for session_id, mark in zip(session_ids, way, strict=True)
        if mark is not None
    ]
    _add_all(marks)
    _add_all(
        AttendanceCell(
            session_id=one.session_id, enrolment_id=one.enrolment_id, mark_id=one.id, version=1
        )
        for one in marks
    )


def _add_all(things):
    db.session.add_all(things)
    db.session.flush()


def found(condition: str, *conditions) -> set[int]:
    """Return whom a count lets through."""
    version = db.session.scalars(sa.select(CourseVersion)).one()
    counts = counts_of({version.id: rule_of(version.id, version.content_hash)}, *conditions)
    return set(
        db.session.scalars(
            sa.select(Enrolment.id)
            .join(Cohort, Cohort.id == Enrolment.cohort_id)
            .outerjoin(counts.table, counts.table.c.enrolment_id == Enrolment.id)
            .where(*conditions, getattr(counts, condition))
        )
    )


def everybody():
    ids = db.session.scalars(sa.select(Enrolment.id)).all()
    return progress_of_many(ids)


def test_nobody_at_risk_is_left_out_and_who_missed_nothing_is(cohort):
    people = everybody()
    named = {key for key, one in people.items() if risk_of(one.verdict) is not None}
    let_through = found("may_be_at_risk", Cohort.id == cohort)
    assert named <= let_through
    missed_nothing = {
        key
        for key, one in people.items()
        if all(s.mark is not None and s.mark.status == "present" for s in one.evidence.sessions)
    }
    assert not missed_nothing & let_through
    assert len(let_through) < len(people)


def test_nobody_to_call_is_left_out(cohort):
    to_call = {key for key, one in everybody().items() if needs_a_call(one.evidence)}
    assert to_call
    assert to_call <= found("may_be_at_risk", Cohort.id == cohort)


def test_nobody_who_attended_enough_is_left_out(cohort):
    enough = {
        key
        for key, one in everybody().items()
        if one.verdict.criterion("attendance_rule").state == "met"
    }
    assert enough
    let_through = found("may_complete", Cohort.id == cohort)
    assert enough <= let_through
    assert len(let_through) < len(MARKS) ** 3


def test_who_came_from_another_group_is_always_judged(cohort):
    with unit_of_work():
        moved = db.session.scalars(sa.select(Enrolment).order_by(Enrolment.id).limit(2)).all()
        moved[0].transferred_to_id = moved[1].id
        came = moved[1].id
    assert came in found("may_be_at_risk", Cohort.id == cohort)
    assert came in found("may_complete", Cohort.id == cohort)


def test_without_groups_nobody_is_let_through(app):
    counts = counts_of({})
    query = (
        sa.select(Enrolment.id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .outerjoin(counts.table, counts.table.c.enrolment_id == Enrolment.id)
        .where(counts.may_be_at_risk)
    )
    assert db.session.scalars(query).all() == []
