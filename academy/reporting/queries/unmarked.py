"""Sessions whose register is still open a day after they ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.kernel import clock
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.i18n import pick
from academy.kernel.policy import Actor
from academy.people.models import Person
from academy.reporting import rules
from academy.reporting.policies import SEE_GROUPS
from certificates.queries.lists import full_name
from courses.models import AttendanceCell, Cohort, CohortTrainer, Enrolment, Module, Session
from courses.queries.cohorts import within_cohorts
from courses.queries.register import TAKING_PART

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class UnmarkedRow:
    """One session with people who have no mark yet, and the lead trainer."""

    session_id: int
    cohort_id: int
    cohort: str
    order: int
    title: str
    starts_at: datetime
    unmarked: int
    people: int
    trainer: str


def _people() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(Enrolment)
        .where(Enrolment.cohort_id == Cohort.id, Enrolment.state.in_(TAKING_PART))
        .correlate(Cohort)
        .scalar_subquery()
    )


def _marked(session: Any) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(AttendanceCell)
        .join(Enrolment, Enrolment.id == AttendanceCell.enrolment_id)
        .where(AttendanceCell.session_id == session.id, Enrolment.state.in_(TAKING_PART))
        .correlate(session)
        .scalar_subquery()
    )


def _lead_trainer() -> sa.ScalarSelect[str]:
    return (
        sa.select(full_name(Person))
        .join(CohortTrainer, CohortTrainer.person_id == Person.id)
        .where(CohortTrainer.cohort_id == Cohort.id)
        .order_by(CohortTrainer.position)
        .limit(1)
        .correlate(Cohort)
        .scalar_subquery()
    )


def _is_open(session: Any) -> sa.ColumnElement[bool]:
    """Say whether the register of a session in the query around it is open for too long."""
    return sa.and_(
        session.cohort_id == Cohort.id,
        Cohort.state.in_(sorted(rules.RUNNING)),
        session.state != "cancelled",
        session.ends_at < clock.now() - rules.REGISTER_AFTER,
        _people() > _marked(session),
    )


def open_sessions() -> sa.ScalarSelect[int]:
    """Return how many registers of the cohort in the query around it are open for too long."""
    session = aliased(Session)
    return (
        sa.select(sa.func.count(session.id))
        .where(_is_open(session))
        .correlate(Cohort)
        .scalar_subquery()
    )


def first_open_session() -> sa.ScalarSelect[int]:
    """Return the oldest session of the cohort in the query around it that is open for too long."""
    session = aliased(Session)
    return (
        sa.select(session.id)
        .where(_is_open(session))
        .order_by(session.starts_at, session.id)
        .limit(1)
        .correlate(Cohort)
        .scalar_subquery()
    )


def count_unmarked(by: Actor) -> sa.ScalarSelect[int]:
    """Return, for a query of counts, how many registers in reach are open for too long."""
    return (
        sa.select(sa.func.count(Session.id))
        .join(Cohort, Cohort.id == Session.cohort_id)
        .where(within_cohorts(by, SEE_GROUPS), _is_open(Session))
        .scalar_subquery()
    )


def unmarked_rows(
    by: Actor, *, after: str | None = None, limit: int = PAGE_SIZE
) -> Page[UnmarkedRow]:
    """Return the sessions in reach with open registers, the oldest first: one statement."""
    conditions = [within_cohorts(by, SEE_GROUPS), _is_open(Session)]
    last = from_cursor(after, datetime, int)
    if last is not None:
        bound = sa.tuple_(sa.literal(last[0], Session.starts_at.type), sa.literal(last[1]))
        conditions.append(sa.tuple_(Session.starts_at, Session.id) > bound)
    people = _people().label("people")
    rows = db.session.execute(
        sa.select(
            Session.id,
            Session.starts_at,
            Cohort.id.label("cohort_id"),
            Cohort.name,
            Module.order,
            Module.title_nl,
            Module.title_en,
            people,
            _marked(Session).label("marked"),
            _lead_trainer().label("trainer"),
        )
        .join(Cohort, Cohort.id == Session.cohort_id)
        .join(Module, Module.id == Session.module_id)
        .where(*conditions)
        .order_by(Session.starts_at, Session.id)
        .limit(limit + 1)
    ).all()
    shown = rows[:limit]
    found = tuple(
        UnmarkedRow(
            session_id=row.id,
            cohort_id=row.cohort_id,
            cohort=row.name,
            order=row.order,
            title=pick({"nl": row.title_nl, "en": row.title_en}),
            starts_at=row.starts_at,
            unmarked=row.people - row.marked,
            people=row.people,
            trainer=row.trainer or "",
        )
        for row in shown
    )
    more = len(rows) > limit
    return Page(found, to_cursor(found[-1].starts_at, found[-1].session_id) if more else None)
