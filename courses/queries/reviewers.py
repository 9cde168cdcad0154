"""Who may look at an objection: somebody of the academy who had no part in the result."""

from __future__ import annotations

import sqlalchemy as sa

from academy.kernel import clock, policy
from academy.kernel.db import db
from academy.kernel.policy import Actor
from academy.people.models import Grant, Person, Place
from courses import policies
from courses.models import (
    Assessment,
    AssessorDeclaration,
    Cohort,
    CohortTrainer,
    Enrolment,
    EnrolmentEvent,
    FinalAttempt,
    Objection,
)
from courses.queries.choices import Choice
from courses.queries.cohorts import within_cohorts
from courses.queries.moved import with_earlier

REVIEWER_ROLES = ("trainer", "assessor", "resident_assessor", "coordinator", "board", "certifier")
"""Who knows how the academy judges; what they may do elsewhere does not matter here."""


def reviewer_choices(enrolment_id: int, *, by: Actor) -> tuple[Choice, ...]:
    """Return who may look anew at a result of this enrolment today, by name.

    Not who asks, the participant, or anybody who had a part in it: see `involved`.
    """
    holder = sa.select(Enrolment.person_id).where(Enrolment.id == enrolment_id).scalar_subquery()
    rights = sa.select(Grant.person_id).where(
        Grant.role.in_(REVIEWER_ROLES), Grant.holds_on(clock.today()), _near(by)
    )
    people = db.session.scalars(
        sa.select(Person)
        .where(
            Person.id.in_(rights),
            Person.id != by.person_id,
            Person.id != holder,
            Person.id.not_in(involved(enrolment_id)),
        )
        .order_by(Person.sort_key, Person.id)
    )
    return tuple(Choice(person.id, person.display_name) for person in people)


def _near(by: Actor) -> sa.ColumnElement[bool]:
    """Say of a grant that it holds everywhere, or somewhere in the asker's own region."""
    right = policies.HANDLE_OBJECTION
    places = sa.select(Place.id).where(policy.within(by, right, place=Place.id))
    cohorts = sa.select(Cohort.id).where(within_cohorts(by, right))
    return sa.or_(
        Grant.scope_kind == "everything",
        sa.and_(Grant.scope_kind == "place", Grant.scope_id.in_(places)),
        sa.and_(Grant.scope_kind == "cohort", Grant.scope_id.in_(cohorts)),
    )


def involved(enrolment_id: int) -> sa.Select[int]:
    """Return who had a part in the result: trained, scored, ended it, coaches or knows the person.

    Groups that somebody was moved from count too, and so does who answered an earlier objection.
    """
    chain = with_earlier(enrolment_id)
    cohorts = sa.select(Enrolment.cohort_id).where(Enrolment.id.in_(chain))
    holder = sa.select(Enrolment.person_id).where(Enrolment.id == enrolment_id).scalar_subquery()
    attempts = sa.select(FinalAttempt.id).where(FinalAttempt.enrolment_id.in_(chain))
    theirs = (
        sa.select(FinalAttempt.id)
        .join(Enrolment, Enrolment.id == FinalAttempt.enrolment_id)
        .where(Enrolment.person_id == holder)
    )
    parts = sa.union(
        sa.select(CohortTrainer.person_id).where(CohortTrainer.cohort_id.in_(cohorts)),
        sa.select(Grant.person_id).where(
            Grant.role == "trainer", Grant.scope_kind == "cohort", Grant.scope_id.in_(cohorts)
        ),
        sa.select(Grant.person_id).where(
            Grant.role == "coach", Grant.scope_kind == "person", Grant.scope_id == holder
        ),
        sa.select(Assessment.assessor_id).where(Assessment.final_attempt_id.in_(attempts)),
        sa.select(AssessorDeclaration.assessor_id).where(
            AssessorDeclaration.final_attempt_id.in_(theirs),
            AssessorDeclaration.knows_privately.is_(sa.true()),
        ),
        sa.select(EnrolmentEvent.by_id).where(
            EnrolmentEvent.enrolment_id.in_(chain),
            EnrolmentEvent.to_state == "not_passed",
            EnrolmentEvent.by_id.is_not(None),
        ),
        sa.select(Objection.decided_by_id).where(
            Objection.enrolment_id.in_(chain), Objection.decided_by_id.is_not(None)
        ),
    ).subquery()
    return sa.select(parts.c[0])


def scored_before(enrolment_id: int) -> sa.Select[int]:
    """Return whose scores were set aside with the answer that others look anew."""
    return (
        sa.select(Assessment.assessor_id)
        .join(Objection, Objection.final_attempt_id == Assessment.final_attempt_id)
        .where(
            Objection.enrolment_id.in_(with_earlier(enrolment_id)), Objection.outcome == "reassess"
        )
    )
