"""Which practicals go on, and who may assess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.kernel import clock, policy
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor
from academy.people.models import Grant, Person, Place
from courses import policies
from courses.models import (
    Assessment,
    AssessorDeclaration,
    Cohort,
    CourseVersion,
    Enrolment,
    FinalAttempt,
)
from courses.queries.practical.parts import BUSY, LEARNING, name_of
from courses.queries.progress import rule_of
from courses.queries.reviewers import scored_before

RESIDENTS = ("resident_assessor",)
ASSESSORS = ("assessor", *RESIDENTS)

PAGE_SIZE = 25
NO_DAY = date.max
_DAY = sa.func.coalesce(FinalAttempt.planned_on, sa.literal(NO_DAY, sa.Date()))


@dataclass(frozen=True, slots=True)
class PracticalRow:
    """One practical that is going on. `my_role` is empty for who only plans.

    `knows_privately` is what the asker said of the participant, None as long as they did not.
    `needs_other` says that somebody else must be named, and the asker may do that.
    """

    id: int
    person: str
    cohort: str
    state: str
    planned_on: date | None
    my_role: str
    handed_in: bool
    knows_privately: bool | None
    needs_other: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be an assessor."""

    person_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who may look at one participant's practical, as first, second and third.

    Where the course asks for a resident as second, `second` holds residents only.
    """

    enrolment_id: int
    person: str
    cohort: str
    first: tuple[Candidate, ...]
    second: tuple[Candidate, ...]
    third: tuple[Candidate, ...]
    second_is_resident: bool


def practicals_page(by: Actor, *, cursor: str | None = None) -> Page[PracticalRow]:
    """Return the practicals that go on and that `by` looks at or plans, the first day first.

    Those without a day come last.
    """
    after = from_cursor(cursor, date, int)
    query = _going_on(by).where(sa.or_(_mine(by), _planning(by)))
    if after is not None:
        place = sa.tuple_(sa.literal(after[0], sa.Date()), after[1])
        query = query.where(sa.tuple_(_DAY, FinalAttempt.id) > place)
    rows = db.session.execute(query.limit(PAGE_SIZE + 1)).all()
    last = rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None
    following = to_cursor(last.planned_on or NO_DAY, last.id) if last is not None else None
    return Page(tuple(_row(one) for one in rows[:PAGE_SIZE]), following)


def waiting_practicals(by: Actor) -> tuple[PracticalRow, ...]:
    """Return the practicals that wait for `by` now, the first of them.

    To score, to compare the scores of, or to name another assessor for.
    """
    to_do = sa.and_(
        _mine(by),
        AssessorDeclaration.knows_privately.is_not(sa.true()),
        sa.or_(Assessment.handed_in_at.is_(None), FinalAttempt.state == "both_scored"),
    )
    waits = sa.or_(to_do, sa.and_(_planning(by), _made_way()))
    rows = db.session.execute(_going_on(by).where(waits).limit(PAGE_SIZE))
    return tuple(_row(one) for one in rows)


def _mine(by: Actor) -> sa.ColumnElement[bool]:
    return sa.and_(
        Assessment.assessor_id == by.person_id,
        policy.within(by, policies.SCORE, cohort=Cohort.id, place=Cohort.place_id),
    )


def _planning(by: Actor) -> sa.ColumnElement[bool]:
    return policy.within(by, policies.PLAN_FINAL, cohort=Cohort.id, place=Cohort.place_id)


def _going_on(by: Actor) -> sa.Select[*tuple[Any, ...]]:
    """Select the practicals that go on, of others who still take part; `by` asks."""
    return (
        sa.select(
            FinalAttempt.id,
            FinalAttempt.state,
            FinalAttempt.planned_on,
            Person.call_name,
            Person.prefix,
            Person.last_name,
            Cohort.name.label("cohort"),
            Assessment.role,
            Assessment.handed_in_at,
            AssessorDeclaration.knows_privately,
            sa.and_(_planning(by), _made_way()).label("needs_other"),
        )
        .join(Enrolment, Enrolment.id == FinalAttempt.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .outerjoin(
            Assessment,
            sa.and_(
                Assessment.final_attempt_id == FinalAttempt.id,
                Assessment.assessor_id == by.person_id,
            ),
        )
        .outerjoin(
            AssessorDeclaration,
            sa.and_(
                AssessorDeclaration.final_attempt_id == FinalAttempt.id,
                AssessorDeclaration.assessor_id == Assessment.assessor_id,
            ),
        )
        .where(
            FinalAttempt.state.in_(BUSY),
            Enrolment.state.in_(LEARNING),
            Enrolment.person_id != by.person_id,
        )
        .order_by(_DAY, FinalAttempt.id)
    )


def _row(row: Any) -> PracticalRow:
    return PracticalRow(
        id=row.id,
        person=name_of(row),
        cohort=row.cohort,
        state=row.state,
        planned_on=row.planned_on,
        my_role=row.role or "",
        handed_in=row.handed_in_at is not None,
        knows_privately=row.knows_privately,
        needs_other=bool(row.needs_other),
    )


def _made_way() -> sa.ColumnElement[bool]:
    """Say of an attempt whether somebody who still had to score knows the participant."""
    theirs = aliased(Assessment)
    said = aliased(AssessorDeclaration)
    return (
        sa.exists()
        .where(
            theirs.final_attempt_id == FinalAttempt.id,
            theirs.handed_in_at.is_(None),
            said.final_attempt_id == FinalAttempt.id,
            said.assessor_id == theirs.assessor_id,
            said.knows_privately.is_(sa.true()),
        )
        .correlate(FinalAttempt)
    )


def get_candidates(enrolment_id: int, *, by: Actor) -> Candidates:
    """Return who may assess this participant today: no coach, nobody who knows them privately.

    Nor who looked before, when an objection was answered with: others look anew.

    Raises NotFoundError for who may not plan it.
    """
    row = db.session.execute(
        sa.select(
            Enrolment.person_id,
            Cohort.id,
            Cohort.place_id,
            Cohort.name,
            Cohort.course_version_id,
            CourseVersion.content_hash,
            Person.call_name,
            Person.prefix,
            Person.last_name,
        )
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(
            Enrolment.id == enrolment_id,
            Enrolment.person_id != by.person_id,
            policy.within(by, policies.PLAN_FINAL, cohort=Cohort.id, place=Cohort.place_id),
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError
    final = rule_of(row.course_version_id, row.content_hash).final
    asks_resident = final is not None and final.second_is_resident
    holders = _holders(row.id, row.place_id, but=row.person_id, enrolment_id=enrolment_id)
    return Candidates(
        enrolment_id=enrolment_id,
        person=name_of(row),
        cohort=row.name,
        first=_with_roles(holders, ("trainer",)),
        second=_with_roles(holders, RESIDENTS if asks_resident else ASSESSORS),
        third=_with_roles(holders, ASSESSORS),
        second_is_resident=asks_resident,
    )


def _holders(cohort_id: int, place_id: int, *, but: int, enrolment_id: int) -> Sequence[Any]:
    today = clock.today()
    around = sa.select(Place.id, Place.parent_id).where(Place.id == place_id).cte(recursive=True)
    around = around.union(
        sa.select(Place.id, Place.parent_id).join(around, Place.id == around.c.parent_id)
    )
    holds = Grant.holds_on(today)
    coaches = sa.select(Grant.person_id).where(
        holds, Grant.role == "coach", Grant.scope_kind == "person", Grant.scope_id == but
    )
    acquainted = (
        sa.select(AssessorDeclaration.assessor_id)
        .join(FinalAttempt, FinalAttempt.id == AssessorDeclaration.final_attempt_id)
        .join(Enrolment, Enrolment.id == FinalAttempt.enrolment_id)
        .where(Enrolment.person_id == but, AssessorDeclaration.knows_privately.is_(sa.true()))
    )
    return db.session.execute(
        sa.select(Person.id, Person.call_name, Person.prefix, Person.last_name, Grant.role)
        .join(Person, Person.id == Grant.person_id)
        .where(
            holds,
            Grant.role.in_(("trainer", "assessor", "resident_assessor")),
            sa.or_(
                Grant.scope_kind == "everything",
                sa.and_(Grant.scope_kind == "cohort", Grant.scope_id == cohort_id),
                sa.and_(Grant.scope_kind == "place", Grant.scope_id.in_(sa.select(around.c.id))),
            ),
            Person.id != but,
            Person.id.not_in(coaches),
            Person.id.not_in(acquainted),
            Person.id.not_in(scored_before(enrolment_id)),
        )
        .order_by(Person.sort_key, Person.id)
    ).all()


def _with_roles(holders: Sequence[Any], roles: tuple[str, ...]) -> tuple[Candidate, ...]:
    found = {row.id: name_of(row) for row in holders if row.role in roles}
    return tuple(Candidate(person_id, name) for person_id, name in found.items())
