"""What every step of an enrolment does: follow the machine, leave its trace, count the chairs.

The steps that may follow each other stand in `courses.rules.enrolment`; what people do with an
enrolment in `courses.services.enrolment`.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, events, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, NotFoundError
from academy.kernel.policy import Actor, Capability
from academy.people.models import Person
from courses import policies
from courses.events import EnrolmentStepTaken
from courses.models import Cohort, Enrolment, EnrolmentEvent
from courses.queries.cohorts import cohort_reach
from courses.rules.enrolment import REOPENED, SEATED, TRANSITIONS, may_follow


def take_first_step(
    enrolment: Enrolment, state: str, *, by: Actor, at: datetime | None = None
) -> None:
    """Take a first step of a row that has no id yet."""
    before, enrolment.state = enrolment.state, state
    db.session.add(enrolment)
    db.session.flush()  # the event and the audit line need the id
    _recorded(enrolment, before, by=by, at=at)


def take_step(enrolment: Enrolment, state: str, *, by: Actor, at: datetime | None = None) -> None:
    """Take a step that the machine allows. Raises ConflictError for any other."""
    refuse_step(enrolment, state)
    before, enrolment.state = enrolment.state, state
    _recorded(enrolment, before, by=by, at=at)


def reopen(enrolment: Enrolment, *, by: Actor) -> None:
    """Let somebody take part again whose end was set aside; of anybody else nothing changes.

    The answer to an objection calls this, and checks the right.
    """
    if may_follow(REOPENED, enrolment.state, "active"):
        before, enrolment.state, enrolment.note = enrolment.state, "active", ""
        _recorded(enrolment, before, by=by)


def refuse_step(enrolment: Enrolment, state: str) -> None:
    """Raise ConflictError if `state` may not follow on the state of `enrolment`."""
    if not may_follow(TRANSITIONS, enrolment.state, state):
        sentence = _(
            "Dat kan nu niet met de deelname van %(name)s. Kijk eerst hoe het staat.",
            name=name_of(enrolment),
        )
        raise ConflictError(sentence)


def _recorded(enrolment: Enrolment, before: str, *, by: Actor, at: datetime | None = None) -> None:
    db.session.add(
        EnrolmentEvent(
            enrolment_id=enrolment.id,
            from_state=before,
            to_state=enrolment.state,
            at=at or clock.now(),
            by_id=by.person_id,
        )
    )
    audit.record(
        f"courses:enrolment:{enrolment.state}",
        ("enrolment", enrolment.id),
        by=by,
        subject_id=enrolment.person_id,
        before=before,
    )
    events.emit(EnrolmentStepTaken(enrolment.id, enrolment.person_id, before, enrolment.state))


def free_chair(cohort: Cohort, *, by: Actor) -> None:
    """Open a full cohort again when it has a free chair."""
    if cohort.state == "full" and seats_taken(cohort.id) < cohort.capacity:
        set_cohort_state(cohort, "open", by=by)


def set_cohort_state(cohort: Cohort, state: str, *, by: Actor) -> None:
    """Change the state of a cohort that follows from its chairs."""
    before, cohort.state = cohort.state, state
    audit.record("courses:cohort:changed", ("cohort", cohort.id), by=by, before=before, after=state)


def seats_taken(cohort_id: int) -> int:
    """Return how many chairs of a cohort are taken."""
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Enrolment)
            .where(Enrolment.cohort_id == cohort_id, Enrolment.state.in_(SEATED))
        )
        or 0
    )


def find_enrolment(person_id: int, cohort_id: int) -> Enrolment | None:
    """Return somebody's enrolment in a cohort, or None."""
    return db.session.scalars(
        sa.select(Enrolment).where(
            Enrolment.person_id == person_id, Enrolment.cohort_id == cohort_id
        )
    ).one_or_none()


def name_of(enrolment: Enrolment) -> str:
    """Return the name of whose enrolment this is, for a sentence to people."""
    return db.session.get_one(Person, enrolment.person_id).display_name


def locked_cohort(cohort_id: int) -> Cohort:
    """Return the cohort, locked: two people must not get the same chair. Raises NotFoundError."""
    cohort = db.session.get(Cohort, cohort_id, with_for_update=True)
    if cohort is None:
        raise NotFoundError
    return cohort


def locked_enrolment(enrolment_id: int) -> Enrolment:
    """Return the enrolment, locked. Raises NotFoundError."""
    enrolment = db.session.get(Enrolment, enrolment_id, with_for_update=True)
    if enrolment is None:
        raise NotFoundError
    return enrolment


def enrolment_to_change(
    enrolment_id: int, *, by: Actor, right: Capability = policies.MANAGE
) -> tuple[Enrolment, Cohort]:
    """Return an enrolment and its cohort, both locked, which `by` may change.

    Raises NotFoundError.
    """
    enrolment = locked_enrolment(enrolment_id)
    cohort = locked_cohort(enrolment.cohort_id)
    policy.require(by, right, cohort_reach(cohort, person_id=enrolment.person_id))
    return enrolment, cohort
