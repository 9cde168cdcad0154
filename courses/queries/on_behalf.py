"""Where a participant lies, and how far they are: what who helps them needs to know."""

from __future__ import annotations

import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.policy import Reach
from academy.people.models import Person
from courses.models import AttendanceCell, AttendanceMark, Cohort, Enrolment, QuizAttempt

HELPED = ("applied", "intake_planned", "waitlisted", "admitted", "active", "paused")
HELPED_AFTER = ("completed", "not_passed")
"""Who is on the way, and who was: a coach still helps them."""


def reaches_of(person_id: int) -> list[Reach]:
    """Return where the enrolments of somebody lie, but for those that came to nothing."""
    rows = db.session.execute(
        sa.select(Cohort.id, Cohort.place_id)
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.state.in_((*HELPED, *HELPED_AFTER)),
        )
    )
    return [Reach(person_id=person_id, cohort_id=row.id, place_id=row.place_id) for row in rows]


def current_enrolments(person_id: int) -> list[int]:
    """Return the enrolments in which somebody is on the way, the latest first."""
    return list(
        db.session.scalars(
            sa.select(Enrolment.id)
            .where(
                Enrolment.person_id == person_id,
                Enrolment.state.in_(("admitted", "active", "paused")),
            )
            .order_by(Enrolment.id.desc())
        )
    )


def taken_quizzes(enrolment_id: int) -> frozenset[int]:
    """Return of which quizzes somebody finished an attempt."""
    return frozenset(
        db.session.scalars(
            sa.select(QuizAttempt.quiz_id).where(
                QuizAttempt.enrolment_id == enrolment_id, QuizAttempt.finished_at.is_not(None)
            )
        )
    )


def passed_on_by(enrolment_id: int, session_id: int, *, person_id: int) -> str:
    """Return who marked what counts at a session, if it was somebody else than `person_id`."""
    person = db.session.scalars(
        sa.select(Person)
        .join(AttendanceMark, AttendanceMark.marked_by_id == Person.id)
        .join(AttendanceCell, AttendanceCell.mark_id == AttendanceMark.id)
        .where(
            AttendanceCell.enrolment_id == enrolment_id,
            AttendanceCell.session_id == session_id,
            Person.id != person_id,
        )
    ).one_or_none()
    return "" if person is None else person.display_name
