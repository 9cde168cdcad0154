"""Who asked for a place in a cohort, and who may be applied for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.kernel import policy
from academy.kernel.db import db
from academy.kernel.policy import Actor
from academy.people.models import Person
from academy.people.queries.names import bears
from courses import policies
from courses.models import Cohort, Enrolment
from courses.queries.choices import Choice
from courses.queries.cohorts import CohortHead
from courses.rules.enrolment import APPLYING, SEATED

PEOPLE_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """Somebody who asked for a place."""

    id: int
    name: str
    phone: str
    state: str
    note: str
    applied_on: date
    intake_held: bool
    agreed: bool


def waits_for_answer() -> sa.ColumnElement[bool]:
    """Say whether an enrolment of the cohort in the query around it waits for us.

    Who is on the waiting list waits for a chair, and for us once there is one.
    """
    seated = aliased(Enrolment)
    taken = (
        sa.select(sa.func.count())
        .select_from(seated)
        .where(seated.cohort_id == Cohort.id, seated.state.in_(sorted(SEATED)))
        .correlate(Cohort)
        .scalar_subquery()
    )
    is_free = sa.and_(Cohort.state.in_(("open", "running")), taken < Cohort.capacity)
    return sa.or_(
        Enrolment.state.in_(sorted(APPLYING - {"waitlisted"})),
        sa.and_(Enrolment.state == "waitlisted", is_free),
    )


def application_rows(cohort_id: int) -> tuple[ApplicationRow, ...]:
    """Return who asked for a place and has no answer, in the order they asked."""
    rows = db.session.execute(
        sa.select(Enrolment, Person)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state.in_(sorted(APPLYING)))
        .order_by(Enrolment.applied_on, Enrolment.id)
    )
    return tuple(
        ApplicationRow(
            id=enrolment.id,
            name=person.display_name,
            phone=person.phone or "",
            state=enrolment.state,
            note=enrolment.note,
            applied_on=enrolment.applied_on,
            intake_held=enrolment.intake_by_id is not None,
            agreed=enrolment.code_of_conduct_on is not None,
        )
        for enrolment, person in rows
    )


def people_to_apply(head: CohortHead, by: Actor, words: str) -> tuple[Choice, ...]:
    """Return people in reach whose name holds `words` and who are not in this cohort.

    Accents and capitals make no difference.
    """
    named = bears(words)
    if not named:
        return ()
    inside = sa.select(Enrolment.person_id).where(Enrolment.cohort_id == head.id)
    reach = policy.within(
        by,
        policies.APPLY,
        person=Person.id,
        place=Person.place_id,
        organisation=Person.organisation_id,
    )
    people = db.session.scalars(
        sa.select(Person)
        .where(reach, Person.id.not_in(inside), *named)
        .order_by(Person.sort_key, Person.id)
        .limit(PEOPLE_SHOWN)
    )
    return tuple(Choice(person.id, person.display_name) for person in people)
