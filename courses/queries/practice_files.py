"""The photo or recording of a hand-in, for who may see the hand-in."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from academy.kernel import policy
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor
from courses import policies
from courses.models import (
    Cohort,
    Enrolment,
    Module,
    PracticeAssignment,
    PracticeFile,
    PracticeSubmission,
)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """The bytes, what they are, and where they belong."""

    media_type: str
    content: bytes
    enrolment_id: int
    order: int


def get_file(file_id: int, *, by: Actor) -> KeptFile:
    """Return a file for its maker, and for who may hand in or review on the maker's behalf.

    Raises NotFoundError, also for one that was taken away.
    """
    row = db.session.execute(
        sa.select(PracticeFile.media_type, PracticeFile.content, Enrolment.id, Module.order)
        .join(PracticeSubmission, PracticeSubmission.id == PracticeFile.submission_id)
        .join(Enrolment, Enrolment.id == PracticeSubmission.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(PracticeAssignment, PracticeAssignment.id == PracticeSubmission.assignment_id)
        .join(Module, Module.id == PracticeAssignment.module_id)
        .where(
            PracticeFile.id == file_id,
            PracticeFile.content.is_not(None),
            policy.within(
                by,
                policies.HAND_IN,
                person=Enrolment.person_id,
                cohort=Enrolment.cohort_id,
                place=Cohort.place_id,
            ),
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return KeptFile(row.media_type, row.content, row.id, row.order)


def order_of(submission_id: int) -> tuple[int, int]:
    """Return the enrolment and the lesson that a hand-in belongs to."""
    row = db.session.execute(
        sa.select(PracticeSubmission.enrolment_id, Module.order)
        .join(PracticeAssignment, PracticeAssignment.id == PracticeSubmission.assignment_id)
        .join(Module, Module.id == PracticeAssignment.module_id)
        .where(PracticeSubmission.id == submission_id)
    ).one()
    return row.enrolment_id, row.order
