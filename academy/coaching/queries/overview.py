"""Plans that need somebody, and what waits for a participant. Dates, figures and names; no text.

Every list holds at most `MOST` rows, most urgent first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching import policies, rules
from academy.coaching.models import AgreedAction, CoachingPlan, LogEntry, PlanSheet, PlanStep
from academy.coaching.queries.plans import full_name
from academy.kernel.db import db
from academy.kernel.policy import Actor
from academy.people.models import Person

Coach = aliased(Person, name="coach")
MOST = 50


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One plan that needs somebody: since when, and who guides."""

    plan_id: int
    person_name: str
    coach_name: str
    coach_phone: str
    state: str
    day: date
    last_contact_on: date | None


def _to_match(actor: Actor, *conditions: Any) -> tuple[PlanRow, ...]:
    waiting = CoachingPlan.state.in_(("to_match", "proposed"))
    return _plans(actor, waiting, *conditions, day=CoachingPlan.match_by)


def unmatched(actor: Actor, today: date) -> tuple[PlanRow, ...]:
    """Return the plans that should have had a coach by now, longest first."""
    return _to_match(actor, CoachingPlan.match_by < today)


def contacts_overdue(actor: Actor, today: date) -> tuple[PlanRow, ...]:
    """Return the plans whose contact is more than a week late, longest first."""
    return _plans(
        actor,
        CoachingPlan.state.in_(rules.LIVE_STATES),
        CoachingPlan.next_contact_due < rules.overdue_before(today),
        day=CoachingPlan.next_contact_due,
    )


def _plans(actor: Actor, *conditions: Any, day: Any) -> tuple[PlanRow, ...]:
    rows = db.session.execute(
        sa.select(
            CoachingPlan.id,
            Person,
            Coach,
            CoachingPlan.state,
            day,
            CoachingPlan.last_contact_on,
        )
        .join_from(CoachingPlan, Person, Person.id == CoachingPlan.person_id)
        .outerjoin(Coach, Coach.id == CoachingPlan.coach_id)
        .where(policies.within_region(actor), *conditions)
        .order_by(day, CoachingPlan.id)
        .limit(MOST)
    )
    return tuple(
        PlanRow(
            plan_id,
            person.display_name,
            full_name(coach),
            (coach.phone or "") if coach is not None else "",
            state,
            when,
            last,
        )
        for plan_id, person, coach, state, when, last in rows
    )


@dataclass(frozen=True, slots=True)
class ActionCount:
    """How many agreements and steps of a plan are open, how many late, and the first day due."""

    open: int
    overdue: int
    first_due: date | None


def action_count(plan_id: int, today: date) -> ActionCount:
    """Return the number and due dates of a plan's open agreements and steps, without their text."""
    return _count(plan_id, today)


def _count(plan_id: int, today: date, owner: str | None = None) -> ActionCount:
    """Count what is to be done: what talks agreed, and the steps of the plan that counts."""
    agreed = (
        sa.select(AgreedAction.due_on.label("day"))
        .join(LogEntry, LogEntry.id == AgreedAction.entry_id)
        .where(
            AgreedAction.plan_id == plan_id,
            AgreedAction.state == "open",
            LogEntry.state != "draft",
        )
    )
    steps = (
        sa.select(PlanStep.open_due_on.label("day"))
        .join(PlanSheet, PlanSheet.id == PlanStep.sheet_id)
        .where(PlanSheet.plan_id == plan_id, PlanStep.open_due_on.is_not(None))
    )
    if owner is not None:
        agreed = agreed.where(AgreedAction.owner == owner)
        steps = steps.where(PlanStep.owner == owner)
    to_do = sa.union_all(agreed, steps).subquery()
    late = sa.func.sum(sa.case((to_do.c.day < today, 1), else_=0))
    row = db.session.execute(
        sa.select(sa.func.count(to_do.c.day), late, sa.func.min(to_do.c.day))
    ).one()
    return ActionCount(row[0], int(row[1] or 0), row[2])


@dataclass(frozen=True, slots=True)
class OwnNews:
    """What waits for a participant: entries not read yet, open and late agreements, a proposal."""

    unread: int
    open_actions: int
    overdue_actions: int
    first_due: date | None


def own_news(plan_id: int, *, today: date, unread_since: Any) -> OwnNews:
    """Return what is new in one's own log since an instant; figures only."""
    unread = db.session.scalar(
        sa.select(sa.func.count(sa.func.coalesce(LogEntry.corrects_id, LogEntry.id).distinct()))
        .select_from(LogEntry)
        .where(
            LogEntry.plan_id == plan_id,
            LogEntry.state == "shared",
            LogEntry.seen_at.is_(None),
            LogEntry.shared_at > unread_since,
        )
    )
    own = _count(plan_id, today, "participant")
    return OwnNews(unread or 0, own.open, own.overdue, own.first_due)
