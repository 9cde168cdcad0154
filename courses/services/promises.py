"""The promise to residents that a governor makes in the last meeting, printed on the proof."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock
from academy.kernel.db import db
from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.policy import Actor
from courses import policies
from courses.models import CourseVersion, Promise, Session
from courses.services.taking_part import get_participation, refuse_unless_learning

LONGEST = 260


def make_promise(enrolment_id: int, text: str, *, by: Actor, due_on: date | None = None) -> int:
    """Keep somebody's promise, and by when; a later one takes its place. Returns its id.

    Without `due_on` it is the day on which the group comes back to the same residents. Raises
    NotFoundError, also for a course that asks for no promise, ConflictError when the course does
    not run, or InvalidInputError.
    """
    learner = get_participation(enrolment_id, right=policies.HAND_IN, by=by, lock=True)
    refuse_unless_learning(learner)
    course = _course(learner.course_version_id)
    if not course["certificate"].get("promise_on_certificate"):
        raise NotFoundError
    text = " ".join(text.split())
    if not 1 <= len(text) <= LONGEST:
        sentence = _("Schrijf je belofte in één of twee zinnen.")
        raise InvalidInputError(sentence, fields={"promise": sentence})
    promise = db.session.scalars(
        sa.select(Promise).where(Promise.enrolment_id == enrolment_id)
    ).one_or_none() or Promise(enrolment_id=enrolment_id)
    promise.helped_by_id = None if by.person_id == learner.person_id else by.person_id
    promise.text, promise.due_on = text, due_on or _reunion_on(learner.cohort_id, course)
    db.session.add(promise)
    db.session.flush()  # the audit names the row
    audit.record(
        "courses:promise:made",
        ("promise", promise.id),
        by=by,
        subject_id=learner.person_id,
        on_behalf_of=audit.on_behalf(by, learner.person_id),
    )
    return promise.id


def _course(course_version_id: int) -> Mapping[str, Any]:
    content: dict[str, Any] = db.session.execute(
        sa.select(CourseVersion.content).where(CourseVersion.id == course_version_id)
    ).scalar_one()
    course: Mapping[str, Any] = content["course"]
    return course


def _reunion_on(cohort_id: int, course: Mapping[str, Any]) -> date | None:
    """Return the day of coming back. Source: course.yaml, `followup_session_days`."""
    days = (course.get("after_certificate") or {}).get("followup_session_days")
    last = db.session.scalar(
        sa.select(sa.func.max(Session.starts_at)).where(
            Session.cohort_id == cohort_id, Session.state != "cancelled"
        )
    )
    if days is None or last is None:
        return None
    return last.astimezone(clock.AMSTERDAM).date() + timedelta(days=days)
