"""Which open signals nobody may follow up, or nobody did in time. No text, no kind."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching import rules
from academy.coaching.models import CoachingPlan, Signal
from academy.coaching.queries.overseers import Overseer, overseers
from academy.kernel.db import db
from academy.people.models import Grant

Newer = aliased(CoachingPlan, name="newer_plan_of_signal")
OPEN = ("open", "taken_over")


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


def _may(row: Any, among: tuple[Overseer, ...]) -> bool:
    is_own = row.raised_by_id == row.person_id
    for_guide = row.state != "stopped" and rules.is_for_coach(row.severity, own=is_own)
    if row.guides and for_guide:
        return True
    return row.assigned_to_id != row.person_id and any(
        one.person_id == row.assigned_to_id and (one.places is None or row.place_id in one.places)
        for one in among
    )
