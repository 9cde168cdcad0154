"""Who may not make it, who has done everything, whom to call: what the rules say in a region.

At most `MOST_JUDGED` people are judged in one go: those for whom counting marks leaves it open.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.policy import Actor
from academy.people.models import Person
from academy.reporting import rules
from academy.reporting.policies import SEE_GROUPS
from certificates.models import Decision
from certificates.queries.standing import IS_OPEN
from courses.models import Cohort, CourseVersion, Enrolment
from courses.queries.cohorts import within_cohorts
from courses.queries.forecast import Counts, counts_of
from courses.queries.progress import progress_of_many, rule_of
from courses.rules import CourseRule
from courses.rules.risk import Risk, needs_a_call, risk_of

PAGE_SIZE = 20
MOST_JUDGED = 250
MOST_ROUNDS = 8

KEY = (Cohort.starts_on, Cohort.id, Person.sort_key, Enrolment.id)
"""The group that began first is done first; within it by name."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One person who takes part, with what the rules say of them today."""

    enrolment_id: int
    name: str
    phone: str
    cohort_id: int
    cohort: str
    complete: bool
    proposed: bool
    to_call: bool
    risk: Risk | None
    key: tuple[date, int, str, int]

    @property
    def to_propose(self) -> bool:
        """Whether everything is met and nobody proposed it."""
        return self.complete and not self.proposed


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found. `is_all` says whether everybody was judged who had to be."""

    people: tuple[Judged, ...]
    is_all: bool

    @property
    def at_risk(self) -> tuple[Judged, ...]:
        """Who may not make it."""
        return tuple(one for one in self.people if one.risk is not None)

    @property
    def to_propose(self) -> tuple[Judged, ...]:
        """Who has done everything and is not proposed."""
        return tuple(one for one in self.people if one.to_propose)


def judge(
    by: Actor,
    *,
    after: str | None = None,
    cohort_ids: Collection[int] | None = None,
    versions: dict[int, CourseRule] | None = None,
) -> Judgement:
    """Judge the people in reach for whom it is open, those of the oldest group first.

    `cohort_ids` keeps to those groups, `after` goes on behind the key of a page.
    """
    scope = _scope(by, cohort_ids)
    versions = versions_in(*scope) if versions is None else versions
    if not versions:
        return Judgement((), is_all=True)
    rows = _candidates(scope, counts_of(versions, *scope), from_cursor(after, date, int, str, int))
    people = _judged(rows[:MOST_JUDGED])
    return Judgement(people, is_all=len(rows) <= MOST_JUDGED)


def _scope(by: Actor, cohort_ids: Collection[int] | None) -> list[sa.ColumnElement[bool]]:
    conditions = [
        within_cohorts(by, SEE_GROUPS),
        Cohort.state.in_(sorted(rules.RUNNING)),
        Enrolment.state == "active",
        Enrolment.person_id != by.person_id,
    ]
    if cohort_ids is not None:
        conditions.append(Cohort.id.in_(sorted(cohort_ids)))
    return conditions


def versions_in(*conditions: sa.ColumnElement[bool]) -> dict[int, CourseRule]:
    """Return the rules of the course versions that these groups follow."""
    rows = db.session.execute(
        sa.select(CourseVersion.id, CourseVersion.content_hash)
        .join(Cohort, Cohort.course_version_id == CourseVersion.id)
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .where(*conditions)
        .distinct()
    )
    return {row.id: rule_of(row.id, row.content_hash) for row in rows}


def _candidates(
    scope: Sequence[sa.ColumnElement[bool]], counts: Counts, last: tuple[Any, ...] | None
) -> Sequence[Any]:
    proposed = (
        sa.exists().where(Decision.enrolment_id == Enrolment.id, IS_OPEN).correlate(Enrolment)
    )
    statement = (
        sa.select(
            *KEY,
            Enrolment.id.label("enrolment_id"),
            Cohort.name.label("cohort"),
            Person.phone,
            proposed.label("proposed"),
        )
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(counts.table, counts.table.c.enrolment_id == Enrolment.id)
        .where(
            *scope,
            sa.or_(counts.may_be_at_risk, sa.and_(counts.may_complete, sa.not_(proposed))),
        )
        .order_by(*KEY)
        .limit(MOST_JUDGED + 1)
    )
    if last is not None:
        statement = statement.where(
            sa.tuple_(*KEY) > sa.tuple_(sa.literal(last[0], sa.Date), *last[1:])
        )
    return db.session.execute(statement).all()


def _judged(rows: Sequence[Any]) -> tuple[Judged, ...]:
    progress = progress_of_many([row.enrolment_id for row in rows])
    return tuple(
        Judged(
            enrolment_id=row.enrolment_id,
            name=progress[row.enrolment_id].name,
            phone=row.phone or "",
            cohort_id=progress[row.enrolment_id].cohort_id,
            cohort=row.cohort,
            complete=progress[row.enrolment_id].verdict.complete,
            proposed=row.proposed,
            to_call=needs_a_call(progress[row.enrolment_id].evidence),
            risk=risk_of(progress[row.enrolment_id].verdict),
            key=tuple(row[: len(KEY)]),
        )
        for row in rows
        if row.enrolment_id in progress
    )


def everybody(by: Actor) -> tuple[Judged, ...]:
    """Judge everybody in reach for whom it is open, in `MOST_ROUNDS` rounds at most."""
    found: list[Judged] = []
    after = None
    for _round in range(MOST_ROUNDS):
        judgement = judge(by, after=after)
        found += judgement.people
        if judgement.is_all:
            break
        after = to_cursor(*judgement.people[-1].key)
    return tuple(found)


def page_of(found: Sequence[Judged], judgement: Judgement) -> Page[Judged]:
    """Return the first piece of what was found; the rest is judged when it is asked for."""
    shown = tuple(found[:PAGE_SIZE])
    if len(found) > PAGE_SIZE:
        return Page(shown, to_cursor(*shown[-1].key))
    if not judgement.is_all:
        return Page(shown, to_cursor(*judgement.people[-1].key))
    return Page(shown, None)
