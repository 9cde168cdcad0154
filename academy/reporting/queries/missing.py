"""What nobody asked or wrote down yet about people who ask for a place or take part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.policy import Actor
from academy.people.models import Person
from academy.reporting import rules
from academy.reporting.policies import SEE_REGION
from academy.reporting.rules import Gap, PersonFacts
from courses.models import Cohort, Enrolment
from courses.queries.cohorts import within_cohorts
from courses.rules.enrolment import APPLYING

PAGE_SIZE = 20
SEATED_NOW = ("admitted", "active", "paused")


@dataclass(frozen=True, slots=True)
class MissingRow:
    """One person in one group, and what is missing."""

    enrolment_id: int
    person_id: int
    name: str
    phone: str
    cohort: str
    gaps: tuple[Gap, ...]
    sort_key: str


def _empty(column: Any) -> sa.ColumnElement[bool]:
    return sa.func.coalesce(column, "") == ""


def _has_seat() -> sa.ColumnElement[bool]:
    return Enrolment.state.in_(SEATED_NOW)


def _incomplete() -> sa.ColumnElement[bool]:
    """Say in SQL whether `rules.gaps` finds anything."""
    return sa.or_(
        sa.and_(_empty(Person.phone), _empty(Person.email)),
        sa.and_(
            _has_seat(),
            sa.or_(
                Enrolment.intake_by_id.is_(None),
                Enrolment.code_of_conduct_on.is_(None),
                _empty(Person.name_on_certificate),
            ),
        ),
    )


def _conditions(by: Actor) -> list[sa.ColumnElement[bool]]:
    return [
        within_cohorts(by, SEE_REGION),
        Cohort.state.in_(rules.CURRENT),
        Enrolment.state.in_((*SEATED_NOW, *sorted(APPLYING))),
        Enrolment.person_id != by.person_id,
        _incomplete(),
    ]


def count_missing(by: Actor) -> sa.ScalarSelect[int]:
    """Return, for a query of counts, about how many people something is missing."""
    return (
        sa.select(sa.func.count(Enrolment.id))
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(*_conditions(by))
        .scalar_subquery()
    )


def missing_rows(
    by: Actor, *, after: str | None = None, limit: int = PAGE_SIZE
) -> Page[MissingRow]:
    """Return about whom something is missing in the region of `by`, by name: one statement."""
    conditions = _conditions(by)
    last = from_cursor(after, str, int)
    if last is not None:
        conditions.append(sa.tuple_(Person.sort_key, Enrolment.id) > sa.tuple_(*last))
    rows = db.session.execute(
        sa.select(Enrolment, Person, Cohort.name)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(*conditions)
        .order_by(Person.sort_key, Enrolment.id)
        .limit(limit + 1)
    ).all()
    found = tuple(_row(*row) for row in rows[:limit])
    more = len(rows) > limit
    return Page(found, to_cursor(found[-1].sort_key, found[-1].enrolment_id) if more else None)


def _row(enrolment: Enrolment, person: Person, cohort: str) -> MissingRow:
    return MissingRow(
        enrolment_id=enrolment.id,
        person_id=person.id,
        name=person.display_name,
        phone=person.phone or "",
        cohort=cohort,
        gaps=rules.gaps(
            PersonFacts(
                has_phone=bool(person.phone),
                has_mail=bool(person.email),
                has_printed_name=bool(person.name_on_certificate),
                has_seat=enrolment.state in SEATED_NOW,
                had_intake=enrolment.intake_by_id is not None,
                agreed=enrolment.code_of_conduct_on is not None,
            )
        ),
        sort_key=person.sort_key,
    )
