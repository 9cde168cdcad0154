"""What the forms about cohorts offer to choose from: places, organisations, trainers, cohorts."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from academy.kernel import clock, policy
from academy.kernel.db import db
from academy.kernel.policy import Actor
from academy.people.models import Grant, Organisation, Person, Place
from courses import policies
from courses.models import Cohort, CohortTrainer, CourseVersion
from courses.queries.cohorts import within_cohorts


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose in a form."""

    id: int
    label: str


def place_choices(by: Actor) -> tuple[Choice, ...]:
    """Return the places where the actor may plan a cohort."""
    rows = db.session.execute(
        sa.select(Place.id, Place.name, Place.municipality)
        .where(policy.within(by, policies.MANAGE, place=Place.id))
        .order_by(Place.name, Place.id)
    )
    return tuple(Choice(row.id, f"{row.name}, {row.municipality}") for row in rows)


def organisation_choices() -> tuple[Choice, ...]:
    """Return the client organisations, by name."""
    rows = db.session.execute(
        sa.select(Organisation.id, Organisation.name).order_by(Organisation.name, Organisation.id)
    )
    return tuple(Choice(row.id, row.name) for row in rows)


def trainer_choices(cohort_id: int) -> tuple[Choice, ...]:
    """Return who holds a trainer's grant today and does not train this cohort yet, by name."""
    today = clock.today()
    train = sa.select(Grant.person_id).where(
        Grant.role == "trainer",
        Grant.holds_on(today),
    )
    inside = sa.select(CohortTrainer.person_id).where(CohortTrainer.cohort_id == cohort_id)
    people = db.session.scalars(
        sa.select(Person)
        .where(Person.id.in_(train), Person.id.not_in(inside))
        .order_by(Person.sort_key, Person.id)
    )
    return tuple(Choice(person.id, person.display_name) for person in people)


def trainers_of(cohort_id: int) -> tuple[Choice, ...]:
    """Return who trains a cohort, the lead trainer first."""
    people = db.session.scalars(
        sa.select(Person)
        .join(CohortTrainer, CohortTrainer.person_id == Person.id)
        .where(CohortTrainer.cohort_id == cohort_id)
        .order_by(CohortTrainer.position)
    )
    return tuple(Choice(person.id, person.display_name) for person in people)


def transfer_choices(course_id: int, cohort_id: int, by: Actor) -> tuple[Choice, ...]:
    """Return the other cohorts of this course, in the actor's reach, that take people."""
    rows = db.session.execute(
        sa.select(Cohort.id, Cohort.name)
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .where(
            CourseVersion.course_id == course_id,
            Cohort.id != cohort_id,
            Cohort.state.in_(("open", "running")),
            within_cohorts(by, policies.MANAGE),
        )
        .order_by(Cohort.starts_on, Cohort.id)
    )
    return tuple(Choice(row.id, row.name) for row in rows)
