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
from courses.queries.cohorts import CohortHead, within_cohorts


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


def organisation_choices(by: Actor) -> tuple[Choice, ...]:
    """Return the client organisations that may pay in the actor's reach, by name.

    An organisation belongs where a place or a cohort of it lies. Of one without any nothing is
    known yet, so everybody who plans cohorts may choose it.
    """
    places = sa.select(Place.id).where(Place.client_organisation_id == Organisation.id)
    cohorts = sa.select(Cohort.id).where(Cohort.client_organisation_id == Organisation.id)
    near = sa.or_(
        policy.within(by, policies.MANAGE, organisation=Organisation.id),
        places.where(policy.within(by, policies.MANAGE, place=Place.id)).exists(),
        cohorts.where(within_cohorts(by, policies.MANAGE)).exists(),
        sa.and_(~places.exists(), ~cohorts.exists()),
    )
    rows = db.session.execute(
        sa.select(Organisation.id, Organisation.name)
        .where(near)
        .order_by(Organisation.name, Organisation.id)
    )
    return tuple(Choice(row.id, row.name) for row in rows)


def trainer_choices(head: CohortHead, by: Actor) -> tuple[Choice, ...]:
    """Return who holds a trainer's grant near this cohort and does not train it yet, by name.

    Near: a grant today that covers this cohort, or one over what lies in the actor's own reach.
    """
    train = sa.select(Grant.person_id).where(
        Grant.role == "trainer",
        Grant.holds_on(clock.today()),
        sa.or_(_covers(head), _lies_within(by)),
    )
    inside = sa.select(CohortTrainer.person_id).where(CohortTrainer.cohort_id == head.id)
    people = db.session.scalars(
        sa.select(Person)
        .where(Person.id.in_(train), Person.id.not_in(inside))
        .order_by(Person.sort_key, Person.id)
    )
    return tuple(Choice(person.id, person.display_name) for person in people)


def _covers(head: CohortHead) -> sa.ColumnElement[bool]:
    """Say whether a grant covers this cohort by its scope."""
    here = {
        "place": Grant.scope_id.in_(_place_and_above(head.place_id)),
        "organisation": Grant.scope_id == head.organisation_id,
        "cohort": Grant.scope_id == head.id,
    }
    by_scope = (sa.and_(Grant.scope_kind == kind, fits) for kind, fits in here.items())
    return sa.or_(Grant.scope_kind == "everything", *by_scope)


def _place_and_above(place_id: int) -> sa.Select[int]:
    above = (
        sa.select(Place.id, Place.parent_id)
        .where(Place.id == place_id)
        .cte("place_and_above", recursive=True)
    )
    parents = sa.select(Place.id, Place.parent_id).join(above, Place.id == above.c.parent_id)
    return sa.select(above.union(parents).c.id)


def _lies_within(by: Actor) -> sa.ColumnElement[bool]:
    """Say whether what a grant is about lies in the actor's reach."""
    reached = {
        "place": policy.within(by, policies.MANAGE, place=Grant.scope_id),
        "organisation": policy.within(by, policies.MANAGE, organisation=Grant.scope_id),
        "cohort": Grant.scope_id.in_(
            sa.select(Cohort.id).where(within_cohorts(by, policies.MANAGE))
        ),
    }
    return sa.or_(*(sa.and_(Grant.scope_kind == kind, fits) for kind, fits in reached.items()))


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
