"""Who is host of a cohort, whether its course asks for one, and who could be."""

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
from academy.people.queries.names import bears
from courses import policies
from courses.models import Cohort, CohortHost, CohortTrainer, CourseVersion, Enrolment
from courses.queries.choices import Choice
from courses.queries.progress import rule_of

PEOPLE_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Host:
    """The host of a cohort, and the name to which they said yes."""

    person_id: int
    printed_name: str
    agreed_on: date
    noted_by: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may become a host, and how we would print the name."""

    person_id: int
    name: str
    printed_name: str
    phone: str


def is_host_asked(cohort_id: int) -> bool:
    """Say whether a host signs what the people of this cohort get."""
    row = db.session.execute(
        sa.select(CourseVersion.id, CourseVersion.content_hash)
        .join(Cohort, Cohort.course_version_id == CourseVersion.id)
        .where(Cohort.id == cohort_id)
    ).one_or_none()
    return row is not None and rule_of(row.id, row.content_hash).with_host


def find_host(cohort_id: int) -> Host | None:
    """Return the host of a cohort, or None. A host who was erased has no name any more."""
    noter = aliased(Person)
    row = db.session.execute(
        sa.select(CohortHost, noter)
        .join(noter, noter.id == CohortHost.noted_by_id)
        .where(CohortHost.cohort_id == cohort_id, CohortHost.printed_name != "")
    ).one_or_none()
    if row is None:
        return None
    host, noted_by = row
    return Host(host.person_id, host.printed_name, host.agreed_on, noted_by.display_name)


def get_candidate(person_id: int, by: Actor) -> Candidate:
    """Return somebody in the actor's reach as a host to be. Raises NotFoundError."""
    person = db.session.scalars(
        sa.select(Person).where(Person.id == person_id, _in_reach(by))
    ).one_or_none()
    if person is None:
        raise NotFoundError
    return Candidate(
        person_id=person.id,
        name=person.display_name,
        printed_name=person.name_on_certificate or person.display_name,
        phone=person.phone or "",
    )


def candidates(cohort_id: int, by: Actor, words: str) -> tuple[Choice, ...]:
    """Return people in reach whose name holds `words`, who neither train nor take part here."""
    named = bears(words)
    if not named:
        return ()
    inside = sa.select(Enrolment.person_id).where(Enrolment.cohort_id == cohort_id)
    training = sa.select(CohortTrainer.person_id).where(CohortTrainer.cohort_id == cohort_id)
    people = db.session.scalars(
        sa.select(Person)
        .where(_in_reach(by), Person.id.not_in(inside.union(training)), *named)
        .order_by(Person.sort_key, Person.id)
        .limit(PEOPLE_SHOWN)
    )
    return tuple(Choice(person.id, person.display_name) for person in people)


def _in_reach(by: Actor) -> sa.ColumnElement[bool]:
    return policy.within(
        by,
        policies.MANAGE,
        person=Person.id,
        place=Person.place_id,
        organisation=Person.organisation_id,
    )
