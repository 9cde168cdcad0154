"""Which open signals nobody may follow up, or nobody did in time. No text, no kind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching import policies, rules
from academy.coaching.models import CoachingPlan, Signal
from academy.coaching.queries.overseers import Overseer, overseers, told_about
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.messages.declared import Due, Window
from academy.kernel.policy import Actor
from academy.people.models import Grant, Person

Newer = aliased(CoachingPlan, name="newer_plan_of_signal")
OPEN = ("open", "taken_over")
HOUR = 8


def open_signals(*columns: Any) -> sa.Select[Any]:
    """Return the open signals, each with the latest plan of whom it is about."""
    later = sa.exists().where(Newer.person_id == CoachingPlan.person_id, Newer.id > CoachingPlan.id)
    return (
        sa.select(*columns)
        .join_from(Signal, CoachingPlan, CoachingPlan.person_id == Signal.person_id)
        .where(Signal.state.in_(OPEN), ~later)
    )


def lost_signals(today: date, person_id: int | None = None) -> tuple[int, ...]:
    """Return the open signals that who has to follow them up may not, or that nobody has.

    Who guides today may, and who looks after the place; a high one, and what somebody said about
    themselves, is not for who guides. In three statements, whatever the number.
    """
    guides = sa.exists().where(
        Grant.person_id == Signal.assigned_to_id,
        Grant.role == "coach",
        Grant.scope_kind == "person",
        Grant.scope_id == Signal.person_id,
        Grant.holds_on(today),
    )
    statement = open_signals(
        Signal.id,
        Signal.assigned_to_id,
        Signal.severity,
        Signal.person_id,
        Signal.raised_by_id,
        CoachingPlan.place_id,
        CoachingPlan.state,
        guides.label("guides"),
    ).order_by(Signal.id)
    if person_id is not None:
        statement = statement.where(Signal.person_id == person_id)
    among = overseers(today)
    return tuple(one.id for one in db.session.execute(statement) if not _may(one, among))


def late_signals(window: Window) -> Iterator[Due]:
    """Yield the signals that were not followed up in time, once, to a coordinator by name.

    That is another than who was to follow it up, when there is another; what somebody said about
    themselves never reaches their coach.
    """
    day = timedelta(days=1)
    since, until = (one.astimezone(clock.AMSTERDAM).date() for one in (window.since, window.until))
    among = overseers(until)
    asked = None if window.people is None else set(db.session.scalars(window.people))
    for signal, place_id, coach_id in db.session.execute(
        open_signals(Signal, CoachingPlan.place_id, CoachingPlan.coach_id)
        .where(Signal.follow_up_by >= since - day, Signal.follow_up_by <= until - day)
        .order_by(Signal.id)
    ):
        told = _told_late(signal, place_id, coach_id, among)
        if told is None or (asked is not None and told.person_id not in asked):
            continue
        yield Due(
            key=f"signal-{signal.id}-late-{signal.follow_up_by:%Y%m%d}-{told.person_id}",
            person_id=told.person_id,
            due_at=clock.local(signal.follow_up_by + day, HOUR),
            ids={"signal_id": signal.id, "told_id": told.person_id},
        )


def _told_late(
    signal: Signal, place_id: int | None, coach_id: int | None, among: tuple[Overseer, ...]
) -> Overseer | None:
    is_own = signal.raised_by_id == signal.person_id
    if is_own:
        among = tuple(one for one in among if one.person_id != coach_id)
    return told_about(place_id, among, person_id=signal.person_id, rather_not=signal.assigned_to_id)


def told_late(signal_id: int, told_id: int) -> dict[str, Any] | None:
    """Return since when a signal waits and who was to follow it up; None once it is closed."""
    assigned = aliased(Person, name="assigned_late")
    row = db.session.execute(
        open_signals(Signal.follow_up_by, CoachingPlan.id, assigned)
        .outerjoin(assigned, assigned.id == Signal.assigned_to_id)
        .where(Signal.id == signal_id)
    ).one_or_none()
    if row is None:
        return None
    due_on, plan_id, who = row
    is_oneself = who is not None and who.id == told_id
    return {
        "due_on": due_on,
        "plan_id": plan_id,
        "is_oneself": is_oneself,
        "name": "" if who is None or is_oneself else who.display_name,
        "phone": "" if who is None or is_oneself else who.phone or "",
    }


def count_late(actor: Actor, today: date) -> sa.ScalarSelect[int]:
    """Return, for a query of counts, how many signals in the region of `actor` are too late."""
    return (
        open_signals(sa.func.count(Signal.id))
        .where(Signal.follow_up_by < today, policies.within_region(actor))
        .scalar_subquery()
    )


def _may(row: Any, among: tuple[Overseer, ...]) -> bool:
    is_own = row.raised_by_id == row.person_id
    for_guide = row.state != "stopped" and rules.is_for_coach(row.severity, own=is_own)
    if row.guides and for_guide:
        return True
    return row.assigned_to_id != row.person_id and any(
        one.person_id == row.assigned_to_id and (one.places is None or row.place_id in one.places)
        for one in among
    )
