"""How much of a plan is to be done, and what waits for a participant. Days and figures only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from academy.coaching.models import AgreedAction, LogEntry, PlanSheet, PlanStep
from academy.kernel.db import db


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
