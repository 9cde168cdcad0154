"""Practice assignments: one assignment for one participant, and one hand-in for a trainer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.kernel import clock, policy
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.i18n import pick
from academy.kernel.policy import Actor
from academy.people.models import Person
from courses import policies
from courses.models import (
    Cohort,
    Enrolment,
    Module,
    PracticeAssignment,
    PracticeFile,
    PracticeSubmission,
)
from courses.queries.due import SETTLES_IN

LEARNING = ("active", "paused")
RUNNING = ("running", "finishing")


@dataclass(frozen=True, slots=True)
class File:
    """The photo or recording of a hand-in; `removed_why` is empty as long as it is there."""

    id: int
    media_type: str
    people: str | None
    seconds: int | None
    removed_why: str

    @property
    def is_photo(self) -> bool:
        """Whether it is a photo; else it is a recording."""
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class HandIn:
    """One hand-in and what the trainer said of it."""

    id: int
    state: str
    evidence: str
    text: str
    submitted_at: datetime
    submitted_by: str
    on_behalf_of: str
    told_on: date | None
    file: File | None
    reviewed_at: datetime | None
    reviewed_by_id: int | None
    reviewed_by: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """One assignment for one participant; the newest hand-in comes first."""

    enrolment_id: int
    person_id: int
    person: str
    takes_hand_ins: bool
    id: int
    order: int
    title: str
    minutes: int
    required: bool
    task: str
    evidence: tuple[str, ...]
    hand_ins: tuple[HandIn, ...]

    @property
    def state(self) -> str:
        """How it stands: the state of the last hand-in, or nothing."""
        return self.hand_ins[0].state if self.hand_ins else ""


@dataclass(frozen=True, slots=True)
class ToReview:
    """One hand-in in front of the trainer, with its task and what was handed in before.

    `changes_until` is until when the asker may answer otherwise than they just did.
    """

    id: int
    is_waiting: bool
    changes_until: datetime | None
    cohort_id: int
    cohort: str
    assignment: Assignment

    @property
    def may_answer(self) -> bool:
        """Whether the asker may answer it: for the first time, or otherwise."""
        return self.is_waiting or self.changes_until is not None

    @property
    def hand_in(self) -> HandIn:
        """The hand-in that is looked at."""
        return next(one for one in self.assignment.hand_ins if one.id == self.id)

    @property
    def days(self) -> int:
        """How many days it waits."""
        return (clock.today() - _day(self.hand_in.submitted_at)).days

    @property
    def earlier(self) -> tuple[HandIn, ...]:
        """What was handed in before it."""
        return tuple(one for one in self.assignment.hand_ins if one.id < self.id)


def get_assignment(enrolment_id: int, order: int, *, by: Actor) -> Assignment:
    """Return the assignment of lesson `order` for somebody `by` may hand in for.

    Raises NotFoundError.
    """
    condition = policy.within(
        by,
        policies.HAND_IN,
        person=Enrolment.person_id,
        cohort=Enrolment.cohort_id,
        place=Cohort.place_id,
    )
    row = _assignment_row(Enrolment.id == enrolment_id, Module.order == order, condition)
    return _assignment(row)


def get_to_review(submission_id: int, *, by: Actor) -> ToReview:
    """Return a hand-in that `by` may review; never one's own. Raises NotFoundError."""
    found = db.session.execute(
        sa.select(PracticeSubmission.enrolment_id, PracticeSubmission.assignment_id).where(
            PracticeSubmission.id == submission_id
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError
    condition = policy.within(
        by, policies.REVIEW, cohort=Enrolment.cohort_id, place=Cohort.place_id
    )
    row = _assignment_row(
        Enrolment.id == found.enrolment_id,
        PracticeAssignment.id == found.assignment_id,
        Enrolment.person_id != by.person_id,
        condition,
    )
    assignment = _assignment(row)
    newest = assignment.hand_ins[0]
    changes = newest.id == submission_id and may_change(newest, by=by)
    return ToReview(
        id=submission_id,
        is_waiting=newest.id == submission_id and newest.state == "submitted",
        changes_until=newest.reviewed_at + SETTLES_IN if changes and newest.reviewed_at else None,
        cohort_id=row.cohort_id,
        cohort=row.cohort,
        assignment=assignment,
    )


def may_change(answered: HandIn | PracticeSubmission, *, by: Actor) -> bool:
    """Say whether `by` just gave the answer, so that nobody had mail about it yet."""
    if by.person_id is None or answered.reviewed_at is None:
        return False
    return (
        answered.reviewed_by_id == by.person_id and clock.now() < answered.reviewed_at + SETTLES_IN
    )


def _assignment_row(*conditions: sa.ColumnElement[bool]) -> Any:
    row = db.session.execute(
        sa.select(
            Enrolment.id.label("enrolment_id"),
            Enrolment.person_id,
            Enrolment.state,
            Enrolment.cohort_id,
            Person.call_name,
            Person.prefix,
            Person.last_name,
            Cohort.name.label("cohort"),
            Cohort.state.label("cohort_state"),
            Module.order,
            PracticeAssignment.id,
            PracticeAssignment.title_nl,
            PracticeAssignment.title_en,
            PracticeAssignment.minutes,
            PracticeAssignment.required,
            PracticeAssignment.content,
        )
        .join(Person, Person.id == Enrolment.person_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Module, Module.course_version_id == Cohort.course_version_id)
        .join(PracticeAssignment, PracticeAssignment.module_id == Module.id)
        .where(*conditions)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return row


def _assignment(row: Any) -> Assignment:
    person = _name(row.call_name, row.prefix, row.last_name)
    return Assignment(
        enrolment_id=row.enrolment_id,
        person_id=row.person_id,
        person=person,
        takes_hand_ins=row.state in LEARNING and row.cohort_state in RUNNING,
        id=row.id,
        order=row.order,
        title=pick({"nl": row.title_nl, "en": row.title_en}),
        minutes=row.minutes,
        required=row.required,
        task=row.content["task"],
        evidence=tuple(row.content["evidence"]),
        hand_ins=_hand_ins(row.enrolment_id, row.id, maker_id=row.person_id, maker=person),
    )


def _hand_ins(
    enrolment_id: int, assignment_id: int, *, maker_id: int, maker: str
) -> tuple[HandIn, ...]:
    submitter, reviewer = aliased(Person), aliased(Person)
    rows = db.session.execute(
        sa.select(PracticeSubmission, submitter, reviewer, PracticeFile)
        .join(submitter, submitter.id == PracticeSubmission.submitted_by_id)
        .outerjoin(reviewer, reviewer.id == PracticeSubmission.reviewed_by_id)
        .outerjoin(PracticeFile, PracticeFile.submission_id == PracticeSubmission.id)
        .where(
            PracticeSubmission.enrolment_id == enrolment_id,
            PracticeSubmission.assignment_id == assignment_id,
        )
        .order_by(PracticeSubmission.id.desc())
    )
    return tuple(
        HandIn(
            id=one.id,
            state=one.state,
            evidence=one.evidence,
            text=one.text,
            submitted_at=one.submitted_at,
            submitted_by=by.display_name,
            on_behalf_of=maker if by.id != maker_id else "",
            told_on=one.told_on,
            file=_file(file),
            reviewed_at=one.reviewed_at,
            reviewed_by_id=one.reviewed_by_id,
            reviewed_by=trainer.display_name if one.reviewed_by_id is not None else "",
            sentence=one.sentence,
        )
        for one, by, trainer, file in rows
    )


def _file(file: PracticeFile | None) -> File | None:
    if file is None:
        return None
    return File(
        id=file.id,
        media_type=file.media_type,
        people=file.people,
        seconds=file.seconds,
        removed_why=file.removed_why or "",
    )


def _name(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.AMSTERDAM).date()
