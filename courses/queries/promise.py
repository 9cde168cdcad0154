"""The promise of one participant, where the course asks for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.kernel import policy
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor
from academy.people.models import Person
from courses import policies
from courses.models import Cohort, CourseVersion, Enrolment, Promise
from courses.queries.practice import LEARNING, RUNNING
from courses.queries.progress import rule_of


@dataclass(frozen=True, slots=True)
class MadePromise:
    """What somebody promised, or nothing yet. `helped_by` typed it on their behalf."""

    enrolment_id: int
    person_id: int
    person: str
    text: str
    due_on: date | None
    helped_by: str
    can_change: bool


def get_promise(enrolment_id: int, *, by: Actor) -> MadePromise:
    """Return the promise of somebody for whom `by` may hand in.

    Raises NotFoundError, also for a course that asks for no promise.
    """
    helper = aliased(Person)
    row = db.session.execute(
        sa.select(
            Enrolment.person_id,
            Enrolment.state,
            Cohort.state.label("cohort_state"),
            CourseVersion.id.label("version_id"),
            CourseVersion.content_hash,
            Person.call_name,
            Person.prefix,
            Person.last_name,
            Promise.text,
            Promise.due_on,
            helper.call_name.label("helper_call_name"),
            helper.prefix.label("helper_prefix"),
            helper.last_name.label("helper_last_name"),
        )
        .join(Person, Person.id == Enrolment.person_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .outerjoin(Promise, Promise.enrolment_id == Enrolment.id)
        .outerjoin(helper, helper.id == Promise.helped_by_id)
        .where(
            Enrolment.id == enrolment_id,
            policy.within(
                by,
                policies.HAND_IN,
                person=Enrolment.person_id,
                cohort=Enrolment.cohort_id,
                place=Cohort.place_id,
            ),
        )
    ).one_or_none()
    if row is None or not rule_of(row.version_id, row.content_hash).with_promise:
        raise NotFoundError
    return MadePromise(
        enrolment_id=enrolment_id,
        person_id=row.person_id,
        person=_name(row.call_name, row.prefix, row.last_name),
        text=row.text or "",
        due_on=row.due_on,
        helped_by=_name(row.helper_call_name, row.helper_prefix, row.helper_last_name),
        can_change=row.state in LEARNING and row.cohort_state in RUNNING,
    )


def _name(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)
