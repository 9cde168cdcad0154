"""What courses does when it hears news of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.messages.engine import announce
from courses.events import CohortMoved, PracticalPlanned, SessionChanged
from courses.mails import (
    COHORT_CANCELLED,
    COHORT_MOVED,
    PRACTICAL_DAY,
    PRACTICAL_TO_LOOK,
    SESSION_CHANGED,
)
from courses.models import Cohort, Enrolment, FinalAttempt, Session
from courses.queries.practical.told import heard
from courses.queries.told import place_mark

TOLD = ("admitted", "active", "paused")
CHANGES = ("moved", "cancelled")
LAST_HOUR = 20
"""Nobody reads of a practical after this hour of its day."""


def tell_the_group(event: SessionChanged) -> None:
    """Tell a group that a session was moved or cancelled; of the whole group's end only once."""
    if event.state not in CHANGES:
        return
    session = db.session.get_one(Session, event.session_id)
    cohort = db.session.get_one(Cohort, event.cohort_id)
    if session.starts_at <= clock.now():
        return
    people = _people_of(cohort.id)
    if cohort.state == "cancelled":
        key = f"cohort-{cohort.id}-cancelled"
        announce(COHORT_CANCELLED, key=key, person_ids=people, cohort_id=cohort.id)
        return
    starts_at = session.starts_at.astimezone(UTC)
    announce(
        SESSION_CHANGED,
        key=f"session-{session.id}-{event.state}-{starts_at:%Y%m%d%H%M}",
        person_ids=people,
        use_by=session.starts_at,
        session_id=session.id,
        state=event.state,
        starts_at=starts_at.isoformat(),
    )


def tell_the_new_place(event: CohortMoved) -> None:
    """Tell a group where it meets from now on, with the first session there."""
    session = db.session.get_one(Session, event.session_id)
    mark = place_mark(session.location)
    announce(
        COHORT_MOVED,
        key=f"cohort-{event.cohort_id}-place-{mark}-{session.id}",
        person_ids=_people_of(event.cohort_id),
        use_by=session.starts_at,
        session_id=session.id,
        place=mark,
    )


def _people_of(cohort_id: int) -> Sequence[int]:
    return db.session.scalars(
        sa.select(Enrolment.person_id).where(
            Enrolment.cohort_id == cohort_id, Enrolment.state.in_(TOLD)
        )
    ).all()


def tell_of_the_practical(event: PracticalPlanned) -> None:
    """Tell the participant and who looks on which day a practical is; who chose it knows it.

    When only somebody else looks, they alone are told.
    """
    attempt = db.session.get_one(FinalAttempt, event.attempt_id)
    day = attempt.planned_on
    if attempt.state != "planned" or day is None or day < clock.today():
        return
    looking = {attempt.first_assessor_id, attempt.second_assessor_id}
    if event.new_assessor_id is not None:
        looking = {event.new_assessor_id}
    else:
        learner_id = db.session.get_one(Enrolment, attempt.enrolment_id).person_id
        _tell_day(PRACTICAL_DAY, attempt.id, learner_id, day)
    for person_id in sorted(looking - {event.by_id}):
        _tell_day(PRACTICAL_TO_LOOK, attempt.id, person_id, day)


def _tell_day(message: str, attempt_id: int, person_id: int, day: date) -> None:
    """Announce a day, unless somebody is about to hear it, or another day was a slip put right."""
    key, planned_on = f"practical-{attempt_id}-", day.isoformat()
    last, coming = heard(message, person_id=person_id, key=key)
    if planned_on in coming or (planned_on == last and coming):
        return
    announce(
        message,
        key=f"{key}{planned_on}-{clock.now():%Y%m%d%H%M%S}",
        person_ids=[person_id],
        use_by=clock.local(day, LAST_HOUR),
        attempt_id=attempt_id,
        planned_on=planned_on,
        reader_id=person_id,
        again=last is not None,
    )
