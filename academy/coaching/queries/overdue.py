"""Contact that is too late, page by page: for the coordinator's list over the whole region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching import policies, rules
from academy.coaching.models import AgreedAction, CoachingPlan, LogEntry
from academy.coaching.queries.plans import full_name
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.policy import Actor
from academy.people.models import Person

Coach = aliased(Person, name="coach")
PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class OverdueRow:
    """One person whose coach has been silent too long; `due_on` is when contact was due."""

    plan_id: int
    person_name: str
    coach_name: str
    coach_phone: str
    due_on: date
    last_contact_on: date | None


def _is_overdue(actor: Actor, today: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        policies.within_region(actor),
        CoachingPlan.state.in_(rules.LIVE_STATES),
        CoachingPlan.next_contact_due < rules.overdue_before(today),
    )


def count_overdue(actor: Actor, today: date) -> sa.ScalarSelect[int]:
    """Return, for a query of counts, how many contacts in the region of `actor` are too late."""
    return (
        sa.select(sa.func.count(CoachingPlan.id))
        .where(*_is_overdue(actor, today))
        .scalar_subquery()
    )


def count_unmatched(actor: Actor, today: date) -> sa.ScalarSelect[int]:
    """Return, for a query of counts, how many people wait too long for a coach."""
    return (
        sa.select(sa.func.count(CoachingPlan.id))
        .where(
            policies.within_region(actor),
            CoachingPlan.state.in_(("to_match", "proposed")),
            CoachingPlan.match_by < today,
        )
        .scalar_subquery()
    )


def count_late_actions(actor: Actor, today: date) -> sa.ScalarSelect[int]:
    """Return, for a query of counts, how many agreements from talks are too late."""
    return (
        sa.select(sa.func.count(AgreedAction.id))
        .join_from(AgreedAction, CoachingPlan, CoachingPlan.id == AgreedAction.plan_id)
        .join(LogEntry, LogEntry.id == AgreedAction.entry_id)
        .where(
            policies.within_region(actor),
            CoachingPlan.is_awake(today),
            AgreedAction.state == "open",
            AgreedAction.due_on < today,
            LogEntry.state != "draft",
        )
        .scalar_subquery()
    )


def count_late_reviews(actor: Actor, today: date) -> sa.ScalarSelect[int]:
    """Return, for a query of counts, how many yearly reviews in the region are too late."""
    return (
        sa.select(sa.func.count(CoachingPlan.id))
        .where(
            policies.within_region(actor),
            CoachingPlan.is_awake(today),
            CoachingPlan.yearly_review_due < today,
        )
        .scalar_subquery()
    )


def overdue_rows(
    actor: Actor, today: date, *, after: str | None = None, limit: int = PAGE_SIZE
) -> Page[OverdueRow]:
    """Return whose contact is too late in the region of `actor`, longest first: one statement."""
    statement = (
        sa.select(CoachingPlan, Person, Coach)
        .join(Person, Person.id == CoachingPlan.person_id)
        .outerjoin(Coach, Coach.id == CoachingPlan.coach_id)
        .where(*_is_overdue(actor, today))
        .order_by(CoachingPlan.next_contact_due, CoachingPlan.id)
        .limit(limit + 1)
    )
    last = from_cursor(after, date, int)
    if last is not None:
        key = sa.tuple_(CoachingPlan.next_contact_due, CoachingPlan.id)
        statement = statement.where(key > sa.tuple_(sa.literal(last[0], sa.Date), last[1]))
    rows = db.session.execute(statement).all()
    found = tuple(_row(*row) for row in rows[:limit])
    more = len(rows) > limit
    return Page(found, to_cursor(found[-1].due_on, found[-1].plan_id) if more else None)


def _row(plan: Any, person: Person, coach: Person | None) -> OverdueRow:
    return OverdueRow(
        plan_id=plan.id,
        person_name=person.display_name,
        coach_name=full_name(coach),
        coach_phone=(coach.phone or "") if coach is not None else "",
        due_on=plan.next_contact_due,
        last_contact_on=plan.last_contact_on,
    )
