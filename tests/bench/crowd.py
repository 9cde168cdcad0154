"""An academy of any size, filled by the database itself: 100,000 people in under a minute."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.models import Person
from courses.models import AttendanceCell, AttendanceMark, Cohort, Enrolment, Session
from tests.bench.academy import Academy, build
from tests.factories import make_cohort

FIRST = 1_000_000
"""The id of the first of the crowd; the names follow their ids."""
CHUNK = 10_000


def build_crowd(people: int) -> Academy:
    """Make an academy with `people` in one cohort, five sessions marked; a few did more."""
    academy = build(5)
    with unit_of_work():
        cohort = db.session.get_one(Cohort, academy.cohort_id)
        cohort.capacity = people + 10
        for start in range(0, people, CHUNK):
            numbers = range(FIRST + start, FIRST + min(people, start + CHUNK))
            db.session.execute(sa.insert(Person), [_person(number) for number in numbers])
            db.session.execute(
                sa.insert(Enrolment), [_enrolment(number, cohort.id) for number in numbers]
            )
        for session in _held(cohort.id):
            _mark_all(session, academy.trainer_id)
    with unit_of_work():
        _other_cohorts(people // 100)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("analyze"))
    return academy


def _person(number: int) -> dict[str, object]:
    return {
        "id": number,
        "call_name": f"Bewoner {number}",
        "sort_key": f"bewoner {number}",
        "created_on": date(2026, 8, 1),
    }


def _enrolment(number: int, cohort_id: int) -> dict[str, object]:
    return {
        "id": number,
        "person_id": number,
        "sort_key": f"bewoner {number}",
        "cohort_id": cohort_id,
        "state": "active",
        "applied_on": date(2026, 8, 1),
    }


def _held(cohort_id: int) -> list[Session]:
    return list(
        db.session.scalars(
            sa.select(Session).where(Session.cohort_id == cohort_id, Session.state == "held")
        )
    )


def _mark_all(session: Session, trainer_id: int) -> None:
    """Mark the crowd present with two statements."""
    crowd = (Enrolment.cohort_id == session.cohort_id, Enrolment.id >= FIRST)
    marks = sa.select(
        sa.literal(session.id),
        Enrolment.id,
        sa.literal("present"),
        sa.literal(value=False),
        sa.literal(""),
        sa.literal("web"),
        sa.literal(trainer_id),
        sa.literal(clock.now(), AttendanceMark.marked_at.type),
    ).where(*crowd)
    columns = (
        "session_id",
        "enrolment_id",
        "status",
        "counts_anyway",
        "note",
        "source",
        "marked_by_id",
        "marked_at",
    )
    db.session.execute(sa.insert(AttendanceMark).from_select(columns, marks))
    cells = sa.select(
        AttendanceMark.session_id, AttendanceMark.enrolment_id, AttendanceMark.id, sa.literal(1)
    ).where(AttendanceMark.session_id == session.id, AttendanceMark.enrolment_id >= FIRST)
    db.session.execute(
        sa.insert(AttendanceCell).from_select(
            ("session_id", "enrolment_id", "mark_id", "version"), cells
        )
    )


def _other_cohorts(count: int) -> None:
    """Give the academy other cohorts too, as many as a hundredth of its people."""
    for _number in range(count):
        make_cohort()
