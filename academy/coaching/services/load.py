"""How much a coach has to do, kept up to date in the transaction that changes it."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from academy.coaching import rules
from academy.coaching.models import CoachingPlan, CoachLoad, LogEntry
from academy.kernel import clock
from academy.kernel.db import db


def recount(coach_ids: Iterable[int | None]) -> None:
    """Count anew whom these coaches guide and when they last wrote something down."""
    for coach_id in sorted({one for one in coach_ids if one is not None}):
        _recount(coach_id)


def note_written(entry_id: int) -> None:
    """Note that the coach of this entry wrote something down."""
    entry = db.session.get_one(LogEntry, entry_id)
    load = db.session.get(CoachLoad, entry.coach_id, with_for_update=True)
    if load is None:
        _recount(entry.coach_id)
        return
    load.last_entry_on = max(load.last_entry_on or entry.happened_on, entry.happened_on)
    if load.quiet_since is not None:
        load.quiet_since = max(load.quiet_since, load.last_entry_on)
    elif load.plans:
        _recount(load.coach_id)  # the talk may have ended a pause


_YES = sa.case(
    (CoachingPlan.participant_yes_on > CoachingPlan.coach_yes_on, CoachingPlan.participant_yes_on),
    else_=sa.func.coalesce(CoachingPlan.coach_yes_on, CoachingPlan.started_on),
)
"""When this coach began with somebody: the second yes."""


def _recount(coach_id: int) -> None:
    """Count anew. Who guided nobody that runs, and does from today, begins to be quiet today."""
    active_since = sa.case((CoachingPlan.state == "active", _YES))
    plans, since = db.session.execute(
        sa.select(sa.func.count(CoachingPlan.id), sa.func.min(active_since)).where(
            CoachingPlan.coach_id == coach_id, CoachingPlan.state.in_(rules.LIVE_STATES)
        )
    ).one()
    last = db.session.scalar(
        sa.select(sa.func.max(LogEntry.happened_on)).where(
            LogEntry.coach_id == coach_id, LogEntry.state != "draft"
        )
    )
    load = db.session.get(CoachLoad, coach_id, with_for_update=True)
    if load is None:
        load = CoachLoad(coach_id=coach_id)
        db.session.add(load)
    elif since is not None:
        since = load.quiet_since or clock.today()
    load.plans, load.last_entry_on = plans, last
    load.quiet_since = max(last or since, since) if since is not None else None
