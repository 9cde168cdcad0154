"""Signals: that somebody worries, about whom, and who follows up. Never more than one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching import policies, rules
from academy.coaching.models import CoachingPlan, Signal
from academy.coaching.queries.plans import call_name, full_name
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor
from academy.people.models import Person

Raiser = aliased(Person, name="raiser")
Assigned = aliased(Person, name="assigned")
Newer = aliased(CoachingPlan, name="newer_plan")
MOST = 50


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One signal: that it is, and who follows up; closed ones only for whom it is about."""

    id: int
    plan_id: int
    person_id: int
    person_name: str
    raised_by: str
    raised_by_id: int
    raised_on: date
    kind: str
    severity: str
    note: str
    state: str
    assigned_to: str
    assigned_to_id: int | None
    assigned_phone: str
    follow_up_by: date
    is_overdue: bool
    held_back_until: date | None
    held_back_because: str
    is_held: bool
    """Whether it is not shown to the participant today."""
    closed_on: date | None

    @property
    def is_own(self) -> bool:
        """Whether somebody raised it about themselves."""
        return self.raised_by_id == self.person_id

    @property
    def is_for_coach(self) -> bool:
        """Whether a coach may follow it up."""
        return rules.is_for_coach(self.severity, own=self.is_own)


def signals_of_plan(plan_id: int, today: date) -> tuple[SignalRow, ...]:
    """Return the open signals about the person of one plan, for the coordinator."""
    return _signals(CoachingPlan.id == plan_id, today)


def for_coach(found: Iterable[SignalRow]) -> tuple[SignalRow, ...]:
    """Return what a coach sees: not what somebody told the coordinator alone."""
    return tuple(one for one in found if not one.is_own)


def own_signals(person_id: int, today: date) -> tuple[SignalRow, ...]:
    """Return what a participant sees of signals about them: not those held back for safety.

    What is closed stays there until it is thrown away; what is open comes first.
    """
    about = CoachingPlan.person_id == person_id
    found = _signals(about, today) + _signals(about, today, are_closed=True)
    return tuple(one for one in found if not one.is_held)


def assigned_signals(actor: Actor, today: date) -> tuple[SignalRow, ...]:
    """Return what `actor` is to follow up, first due first."""
    near = sa.or_(
        policies.within_guided(actor, CoachingPlan.person_id), policies.within_region(actor)
    )
    return _signals(sa.and_(Signal.assigned_to_id == actor.person_id, near), today)


def _signals(condition: Any, today: date, *, are_closed: bool = False) -> tuple[SignalRow, ...]:
    is_closed = Signal.state == "closed"
    later = sa.exists().where(Newer.person_id == CoachingPlan.person_id, Newer.id > CoachingPlan.id)
    rows = db.session.execute(
        sa.select(Signal, CoachingPlan.id, Person, Raiser, Assigned)
        .join_from(Signal, CoachingPlan, CoachingPlan.person_id == Signal.person_id)
        .join(Person, Person.id == Signal.person_id)
        .join(Raiser, Raiser.id == Signal.raised_by_id)
        .outerjoin(Assigned, Assigned.id == Signal.assigned_to_id)
        .where(condition, ~later, is_closed if are_closed else ~is_closed)
        .order_by(Signal.closed_on.desc() if are_closed else Signal.follow_up_by, Signal.id)
        .limit(MOST)
    )
    return tuple(_row(today, *row) for row in rows)


def _is_held(signal: Signal, today: date) -> bool:
    return signal.held_back_until is not None and signal.held_back_until > today


def _row(
    today: date, signal: Signal, plan_id: int, person: Person, raiser: Person, assigned: Any
) -> SignalRow:
    return SignalRow(
        id=signal.id,
        plan_id=plan_id,
        person_id=signal.person_id,
        person_name=person.display_name,
        raised_by=raiser.display_name,
        raised_by_id=signal.raised_by_id,
        raised_on=signal.raised_on,
        kind=signal.kind,
        severity=signal.severity,
        note=signal.note,
        state=signal.state,
        assigned_to=full_name(assigned),
        assigned_to_id=signal.assigned_to_id,
        assigned_phone=(assigned.phone or "") if assigned is not None else "",
        follow_up_by=signal.follow_up_by,
        is_overdue=signal.follow_up_by < today,
        held_back_until=signal.held_back_until,
        held_back_because=signal.held_back_because or "",
        is_held=_is_held(signal, today),
        closed_on=signal.closed_on,
    )


def plan_id_of_signal(signal_id: int) -> int:
    """Return the latest plan of whom a signal is about. Raises NotFoundError."""
    plan_id = db.session.scalar(
        sa.select(sa.func.max(CoachingPlan.id))
        .join(Signal, Signal.person_id == CoachingPlan.person_id)
        .where(Signal.id == signal_id)
    )
    if plan_id is None:
        raise NotFoundError
    return plan_id


def told(signal_id: int) -> dict[str, Any] | None:
    """Return what the message to who follows up says: no name, no kind; None once it is closed."""
    row = db.session.execute(
        sa.select(Signal.follow_up_by).where(Signal.id == signal_id, Signal.state != "closed")
    ).one_or_none()
    return None if row is None else {"due_on": row.follow_up_by, "signal_id": signal_id}


def told_closed(signal_id: int) -> dict[str, Any] | None:
    """Return what who raised a signal hears: that it is finished, and whom to ask."""
    row = db.session.execute(
        sa.select(Signal.raised_on, Assigned)
        .join(Assigned, Assigned.id == Signal.assigned_to_id)
        .where(Signal.id == signal_id, Signal.state == "closed")
    ).one_or_none()
    if row is None:
        return None
    return {
        "raised_on": row.raised_on,
        "name": row[1].display_name,
        "call_name_of": call_name(row[1]),
        "phone": row[1].phone or "",
    }
