"""What waits for a trainer to look at, and what a trainer just answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.kernel import clock, policy
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.i18n import pick
from academy.kernel.policy import Actor
from academy.people.models import Person
from courses import policies
from courses.models import Cohort, Enrolment, Module, PracticeAssignment, PracticeSubmission
from courses.queries.due import SETTLES_IN
from courses.queries.practical.parts import name_of

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Waiting:
    """One hand-in that waits for a trainer."""

    id: int
    person: str
    cohort: str
    order: int
    title: str
    evidence: str
    submitted_at: datetime

    @property
    def days(self) -> int:
        """How many days it waits."""
        return (clock.today() - self.submitted_at.astimezone(clock.AMSTERDAM).date()).days


@dataclass(frozen=True, slots=True)
class Answered:
    """One hand-in that was just answered, and until when the answer may be changed."""

    id: int
    person: str
    state: str
    changes_until: datetime


def waiting_page(by: Actor, *, cursor: str | None = None) -> Page[Waiting]:
    """Return the hand-ins that wait for `by`, the longest waiting first."""
    after = from_cursor(cursor, datetime, int)
    query = _waiting(by).order_by(PracticeSubmission.submitted_at, PracticeSubmission.id)
    if after is not None:
        query = query.where(
            sa.tuple_(PracticeSubmission.submitted_at, PracticeSubmission.id)
            > sa.tuple_(sa.literal(after[0], PracticeSubmission.submitted_at.type), after[1])
        )
    rows = db.session.execute(query.limit(PAGE_SIZE + 1)).all()
    shown = [_waiting_row(row) for row in rows[:PAGE_SIZE]]
    more = len(rows) > PAGE_SIZE
    last = shown[-1] if more else None
    cursor = to_cursor(last.submitted_at, last.id) if last else None
    return Page(tuple(shown), cursor)


def find_next_waiting(by: Actor) -> int | None:
    """Return the hand-in that waits longest for `by`, if there is one."""
    query = _waiting(by).order_by(PracticeSubmission.submitted_at, PracticeSubmission.id)
    row = db.session.execute(query.limit(1)).one_or_none()
    return row.id if row is not None else None


def waiting_count(by: Actor) -> int:
    """Return how many hand-ins wait for `by`."""
    waiting = _waiting(by).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(waiting)) or 0


def _waiting(by: Actor) -> sa.Select[*tuple[Any, ...]]:
    """Select the newest hand-in of each assignment that nobody looked at yet."""
    return _newest(by).where(PracticeSubmission.state == "submitted")


def _newest(by: Actor) -> sa.Select[*tuple[Any, ...]]:
    """Select the newest hand-in of each assignment that `by` may review."""
    newer = aliased(PracticeSubmission)
    return (
        sa.select(
            PracticeSubmission.id,
            PracticeSubmission.state,
            PracticeSubmission.submitted_at,
            PracticeSubmission.reviewed_at,
            PracticeSubmission.evidence,
            Person.call_name,
            Person.prefix,
            Person.last_name,
            Cohort.name.label("cohort"),
            Module.order,
            PracticeAssignment.title_nl,
            PracticeAssignment.title_en,
        )
        .join(Enrolment, Enrolment.id == PracticeSubmission.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(PracticeAssignment, PracticeAssignment.id == PracticeSubmission.assignment_id)
        .join(Module, Module.id == PracticeAssignment.module_id)
        .where(
            Enrolment.person_id != by.person_id,
            ~sa.exists().where(
                newer.enrolment_id == PracticeSubmission.enrolment_id,
                newer.assignment_id == PracticeSubmission.assignment_id,
                newer.id > PracticeSubmission.id,
            ),
            policy.within(by, policies.REVIEW, cohort=Enrolment.cohort_id, place=Cohort.place_id),
        )
    )


def _waiting_row(row: Any) -> Waiting:
    return Waiting(
        id=row.id,
        person=name_of(row),
        cohort=row.cohort,
        order=row.order,
        title=pick({"nl": row.title_nl, "en": row.title_en}),
        evidence=row.evidence,
        submitted_at=row.submitted_at,
    )


def just_answered(by: Actor) -> tuple[Answered, ...]:
    """Return the hand-ins whose answer `by` may still change, the last one first."""
    rows = db.session.execute(
        _newest(by)
        .where(
            PracticeSubmission.state != "submitted",
            PracticeSubmission.reviewed_by_id == by.person_id,
            PracticeSubmission.reviewed_at > clock.now() - SETTLES_IN,
        )
        .order_by(PracticeSubmission.reviewed_at.desc(), PracticeSubmission.id.desc())
        .limit(PAGE_SIZE)
    )
    return tuple(
        Answered(
            id=row.id,
            person=name_of(row),
            state=row.state,
            changes_until=row.reviewed_at + SETTLES_IN,
        )
        for row in rows
    )
