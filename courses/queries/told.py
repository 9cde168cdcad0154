"""What messages about courses print, looked up when they are sent; None when it is needless."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.i18n import pick
from academy.kernel.messages import tokens
from academy.people.models import Person
from courses.models import (
    AttendanceCell,
    Cohort,
    CohortTrainer,
    Enrolment,
    Module,
    PracticeAssignment,
    PracticeSubmission,
    Session,
)

DECLINE = "decline"
"""The purpose of the token in the link "ik kan niet"."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A session, as a message or the page behind its link tells of it."""

    session_id: int
    cohort_id: int
    cohort: str
    title: str
    location: str
    starts_at: datetime
    state: str


def find_meeting(session_id: int) -> Meeting | None:
    """Return a session in the reader's language, or None."""
    row = db.session.execute(
        sa.select(Session, Cohort.name, Module.title_nl, Module.title_en)
        .join(Cohort, Cohort.id == Session.cohort_id)
        .join(Module, Module.id == Session.module_id)
        .where(Session.id == session_id)
    ).one_or_none()
    if row is None:
        return None
    session = row[0]
    return Meeting(
        session_id=session.id,
        cohort_id=session.cohort_id,
        cohort=row.name,
        title=pick({"nl": row.title_nl, "en": row.title_en}),
        location=session.location,
        starts_at=session.starts_at,
        state=session.state,
    )


def reminder(session_id: int, enrolment_id: int) -> dict[str, Any] | None:
    """Return what a reminder prints, with the link that says "I cannot come"."""
    meeting = find_meeting(session_id)
    if meeting is None or meeting.state not in ("planned", "moved"):
        return None
    if meeting.starts_at <= clock.now() or _is_marked(session_id, enrolment_id):
        return None
    token = tokens.sign(DECLINE, session=session_id, enrolment=enrolment_id)
    return _about(meeting) | {"token": token}


def _is_marked(session_id: int, enrolment_id: int) -> bool:
    return bool(
        db.session.scalar(
            sa.select(
                sa.exists().where(
                    AttendanceCell.session_id == session_id,
                    AttendanceCell.enrolment_id == enrolment_id,
                )
            )
        )
    )


def change(session_id: int, state: str, starts_at: str) -> dict[str, Any] | None:
    """Return what the news of a moved or cancelled session prints, unless it changed again."""
    meeting = find_meeting(session_id)
    if meeting is None or meeting.state != state:
        return None
    if meeting.starts_at.isoformat() != starts_at or meeting.starts_at <= clock.now():
        return None
    return _about(meeting)


def place_mark(location: str) -> str:
    """Return a short mark of a location, to see whether it is still the same."""
    return hashlib.sha256(location.encode()).hexdigest()[:16]


def new_place(session_id: int, place: str) -> dict[str, Any] | None:
    """Return what the news of a new location prints, unless that changed again."""
    meeting = find_meeting(session_id)
    if meeting is None or meeting.state not in ("planned", "moved"):
        return None
    if place_mark(meeting.location) != place or meeting.starts_at <= clock.now():
        return None
    return _about(meeting)


def ending(cohort_id: int) -> dict[str, Any] | None:
    """Return what the news of a cancelled cohort prints."""
    cohort = db.session.get(Cohort, cohort_id)
    if cohort is None or cohort.state != "cancelled":
        return None
    return {"cohort": cohort.name} | contact_of(cohort_id)


def open_register(session_id: int) -> dict[str, Any] | None:
    """Return what a trainer reads about a register that is not complete."""
    meeting = find_meeting(session_id)
    if meeting is None or meeting.state == "cancelled":
        return None
    return {
        "cohort": meeting.cohort,
        "cohort_id": meeting.cohort_id,
        "session_id": session_id,
        "title": meeting.title,
        "starts_at": meeting.starts_at,
    }


def add_something(submission_id: int) -> dict[str, Any] | None:
    """Return which assignment may have a little more; what the trainer wrote stays inside."""
    row = db.session.execute(
        sa.select(
            PracticeSubmission.state,
            PracticeSubmission.enrolment_id,
            Module.order,
            PracticeAssignment.title_nl,
            PracticeAssignment.title_en,
            Enrolment.cohort_id,
        )
        .join(PracticeAssignment, PracticeAssignment.id == PracticeSubmission.assignment_id)
        .join(Module, Module.id == PracticeAssignment.module_id)
        .join(Enrolment, Enrolment.id == PracticeSubmission.enrolment_id)
        .where(PracticeSubmission.id == submission_id)
    ).one_or_none()
    if row is None or row.state != "add_something":
        return None
    return {
        "enrolment_id": row.enrolment_id,
        "order": row.order,
        "title": pick({"nl": row.title_nl, "en": row.title_en}),
    } | contact_of(row.cohort_id)


def _about(meeting: Meeting) -> dict[str, Any]:
    return {
        "cohort": meeting.cohort,
        "title": meeting.title,
        "location": meeting.location,
        "starts_at": meeting.starts_at,
        "state": meeting.state,
    } | contact_of(meeting.cohort_id)


def contact_of(cohort_id: int) -> dict[str, str]:
    """Return whom to call: the lead trainer, when we have a number; else nobody in particular."""
    row = db.session.execute(
        sa.select(Person.call_name, Person.phone)
        .join(CohortTrainer, CohortTrainer.person_id == Person.id)
        .where(CohortTrainer.cohort_id == cohort_id, Person.phone.is_not(None))
        .order_by(CohortTrainer.position)
        .limit(1)
    ).one_or_none()
    if row is None or not row.call_name or not row.phone:
        return {}
    return {"contact_name": row.call_name, "contact_phone": row.phone}
