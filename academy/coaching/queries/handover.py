"""What who guides may read after guidance went over or began again: the last year, or nothing old.

The participant decides: see `services.handover`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching import policies, rules
from academy.coaching.models import CoachingPlan, CoachTransfer, LogEntry, PlanSheet
from academy.coaching.queries.plans import PlanHead, full_name, get_guided_plan
from academy.kernel.clock import AMSTERDAM
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor
from academy.people.models import Person

_From, _To = aliased(Person, name="coach_before"), aliased(Person, name="coach_after")


@dataclass(frozen=True, slots=True)
class Handover:
    """How guidance went over. `answer` is the participant's: yes, no, or None while not asked."""

    plan_id: int
    to_id: int
    from_name: str
    to_name: str
    at: datetime
    talk_on: date | None
    answer: str | None
    answered_at: datetime | None

    def is_asked(self, coach_id: int | None) -> bool:
        """Say whether it is about this coach, and the participant gave no answer yet."""
        return self.answer is None and self.to_id == coach_id

    def opens_for(self, coach_id: int | None) -> bool:
        """Say whether the participant let this coach, and no other, read the last year."""
        return self.answer == "yes" and self.to_id == coach_id


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far back somebody may read: from a day, from a moment, all of it, or nothing."""

    day: date | None = None
    moment: datetime | None = None
    is_closed: bool = False

    def entries(self) -> sa.ColumnElement[bool]:
        """Return the condition that keeps a query within it."""
        if self.is_closed:
            return sa.false()
        if self.moment is not None:
            return LogEntry.created_at > self.moment
        if self.day is not None:
            return LogEntry.happened_on >= self.day
        return sa.true()

    def opens(self, written_at: datetime) -> bool:
        """Say whether a plan written at this moment may be read."""
        if self.is_closed or (self.moment is not None and written_at <= self.moment):
            return False
        return self.day is None or written_at.astimezone(AMSTERDAM).date() >= self.day


def find_handover(plan_id: int) -> Handover | None:
    """Return how a plan went over to its coach, the last time; None when it never did."""
    row = db.session.execute(
        sa.select(CoachTransfer, _From, _To)
        .join(_From, _From.id == CoachTransfer.from_id)
        .join(_To, _To.id == CoachTransfer.to_id)
        .where(CoachTransfer.plan_id == plan_id)
        .order_by(CoachTransfer.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    transfer, before, after = row
    return Handover(
        plan_id=plan_id,
        to_id=transfer.to_id,
        from_name=full_name(before),
        to_name=full_name(after),
        at=transfer.at,
        talk_on=transfer.talk_on,
        answer=transfer.answer,
        answered_at=transfer.answered_at,
    )


def horizon_for(plan: PlanHead, reader: Actor) -> Horizon:
    """Return how far back `reader` may read a plan and its log.

    The participant and the academy's own machine read all. Guidance that went over before we asked
    counts as yes: the yes to the new coach said so then. Guidance that stopped is closed to who
    guides that person anew, until the participant opens it.
    """
    if reader.person_id in (None, plan.person_id):
        return Horizon()
    if plan.state == "stopped":
        return _since_again(plan)
    if plan.transferred_on is None:
        return Horizon()
    handover = find_handover(plan.id)
    if handover is None or handover.opens_for(plan.coach_id):
        return Horizon(day=rules.visible_from(plan.transferred_on))
    return Horizon(moment=handover.at)


def _since_again(plan: PlanHead) -> Horizon:
    """Return how far back the coach of now may read guidance that stopped: the year to its end."""
    now = db.session.execute(
        sa.select(CoachingPlan.id, CoachingPlan.coach_id, CoachingPlan.transferred_on)
        .where(CoachingPlan.person_id == plan.person_id, CoachingPlan.state != "stopped")
        .limit(1)
    ).one_or_none()
    handover = find_handover(now.id) if now else None
    if now is None or handover is None or not handover.opens_for(now.coach_id):
        return Horizon(is_closed=True)
    ended_on = db.session.scalar(
        sa.select(sa.func.max(CoachingPlan.stopped_on)).where(
            CoachingPlan.person_id == plan.person_id, CoachingPlan.started_on.is_not(None)
        )
    )
    return Horizon(day=rules.visible_from(now.transferred_on or ended_on))


@dataclass(frozen=True, slots=True)
class Earlier:
    """Guidance of before: with whom, and from when to when."""

    plan_id: int
    coach_name: str
    started_on: date | None
    stopped_on: date | None


def earlier_guidance(plan: PlanHead | None, reader: Actor) -> tuple[Earlier, ...]:
    """Return the guidance before this plan whose log `reader` may open, the last one first.

    The participant opens all; who guides only what the participant let them read.
    """
    if plan is None or plan.earlier_id is None:
        return ()
    rows = db.session.execute(
        sa.select(CoachingPlan.id, _From, CoachingPlan.started_on, CoachingPlan.stopped_on)
        .outerjoin(_From, _From.id == CoachingPlan.coach_id)
        .where(
            CoachingPlan.person_id == plan.person_id,
            CoachingPlan.id < plan.id,
            CoachingPlan.started_on.is_not(None),
            _is_open_to(plan, reader),
        )
        .order_by(CoachingPlan.id.desc())
    )
    return tuple(Earlier(id_, full_name(coach), begun, ended) for id_, coach, begun, ended in rows)


def _is_open_to(plan: PlanHead, reader: Actor) -> sa.ColumnElement[bool]:
    if reader.person_id == plan.person_id:
        return sa.true()
    handover = find_handover(plan.id) if policies.guides(reader, plan.person_id) else None
    return sa.true() if handover and handover.opens_for(plan.coach_id) else sa.false()


def get_earlier_plan(plan_id: int, actor: Actor) -> PlanHead:
    """Return guidance that stopped, if the participant lets `actor`, who guides now, read it.

    Raises NotFoundError.
    """
    head = get_guided_plan(plan_id, actor)
    if head.state != "stopped" or horizon_for(head, actor).is_closed:
        raise NotFoundError
    return head


def get_guided_entry(entry_id: int, actor: Actor) -> PlanHead:
    """Return the plan of an entry that `actor` may read and add to as who guides.

    What stopped is only read: see `get_earlier_plan`. Raises NotFoundError.
    """
    row: Any = db.session.execute(
        sa.select(LogEntry.plan_id).where(LogEntry.id == entry_id)
    ).first()
    if row is None:
        raise NotFoundError
    head = get_guided_plan(row.plan_id, actor)
    if head.state == "stopped":
        raise NotFoundError
    is_open = sa.exists().where(LogEntry.id == entry_id, horizon_for(head, actor).entries())
    if not db.session.scalar(sa.select(is_open)):
        raise NotFoundError
    return head


def get_readable_plan(plan_id: int, actor: Actor) -> PlanHead:
    """Return the plan if `actor` guides that person, with the goal only if that one may read it.

    Raises NotFoundError.
    """
    head = get_guided_plan(plan_id, actor)
    horizon = horizon_for(head, actor)
    if horizon == Horizon():
        return head
    agreed = db.session.execute(
        sa.select(PlanSheet.goal, PlanSheet.written_at)
        .where(PlanSheet.plan_id == plan_id, PlanSheet.agreed_at.is_not(None))
        .order_by(PlanSheet.id.desc())
        .limit(1)
    ).one_or_none()
    if agreed is None:  # then the goal is as old as the guidance
        is_open = horizon.day is not None and (head.started_on or head.opened_on) >= horizon.day
    else:
        is_open = horizon.opens(agreed.written_at)
    return head if is_open else replace(head, goal="")
