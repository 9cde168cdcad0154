"""Which version of a talk stands: the last correction under it, else the talk itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching.models import LogEntry
from academy.kernel.db import db

Latest = aliased(LogEntry, name="latest_entry")
_Newer = aliased(LogEntry, name="newer_entry")

IS_LATEST = sa.and_(Latest.corrects_id == LogEntry.id, Latest.state != "draft")
"""Joins, to a talk, its corrections; `stands(Latest)` keeps the last of them."""
DAY = sa.func.coalesce(Latest.happened_on, LogEntry.happened_on)
ENERGY = sa.case((Latest.id.is_not(None), Latest.energy), else_=LogEntry.energy)


def stands(entry: Any = LogEntry) -> sa.ColumnElement[bool]:
    """Say that a row is shared, and that no later correction of the same talk replaced it."""
    talk = sa.func.coalesce(entry.corrects_id, entry.id)
    newer = sa.exists().where(
        _Newer.corrects_id == talk, _Newer.id > entry.id, _Newer.state != "draft"
    )
    return sa.and_(entry.state != "draft", ~newer)


def replaced_ids() -> Any:
    """Return the query of all that a correction replaced: few, for a count of many."""
    corrected = sa.select(_Newer.corrects_id).where(
        _Newer.corrects_id.is_not(None), _Newer.state != "draft"
    )
    again = (
        sa.select(Latest.id)
        .join(_Newer, sa.and_(_Newer.corrects_id == Latest.corrects_id, _Newer.id > Latest.id))
        .where(_Newer.state != "draft")
    )
    return corrected.union(again)


_LATEST_ENERGY = (
    sa.select(LogEntry.energy)
    .where(LogEntry.plan_id == sa.bindparam("plan"), LogEntry.energy.is_not(None), stands(LogEntry))
    .order_by(LogEntry.happened_on.desc(), LogEntry.id.desc())
    .limit(2)
)


def latest_energies(plan_id: int) -> list[int | None]:
    """Return the last two figures of energy, each of another talk, latest first."""
    return list(db.session.scalars(_LATEST_ENERGY, {"plan": plan_id}))


def last_day(plan_id: int, *kinds: str) -> date | None:
    """Return the day of the last talk as it stands, of these kinds when any are named."""
    query = sa.select(sa.func.max(LogEntry.happened_on)).where(
        LogEntry.plan_id == plan_id, stands(LogEntry)
    )
    return db.session.scalar(query.where(LogEntry.kind.in_(kinds)) if kinds else query)


def version_that_stands(talk_id: int) -> LogEntry:
    """Return the version of a talk that stands."""
    query = (
        sa.select(LogEntry)
        .where(sa.or_(LogEntry.id == talk_id, LogEntry.corrects_id == talk_id))
        .where(LogEntry.state != "draft")
        .order_by(LogEntry.id.desc())
        .limit(1)
    )
    return db.session.scalars(query).one()


def versions_of(talk_id: int) -> list[LogEntry]:
    """Return a talk and its corrections, locked for changing, in one order."""
    query = (
        sa.select(LogEntry)
        .where(sa.or_(LogEntry.id == talk_id, LogEntry.corrects_id == talk_id))
        .where(LogEntry.state != "draft")
        .order_by(LogEntry.id)
        .with_for_update()
    )
    return list(db.session.scalars(query))


def energy_line(
    plan_id: int, *, most: int = 8, within: sa.ColumnElement[bool]
) -> list[tuple[date, int]]:
    """Return the latest figures the participant gave, as they stand, oldest first."""
    rows = db.session.execute(
        sa.select(DAY, ENERGY)
        .select_from(LogEntry)
        .outerjoin(Latest, sa.and_(IS_LATEST, stands(Latest)))
        .where(
            LogEntry.plan_id == plan_id,
            LogEntry.state != "draft",
            ENERGY.is_not(None),
            LogEntry.corrects_id.is_(None),
            within,
        )
        .order_by(DAY.desc(), LogEntry.id.desc())
        .limit(most)
    )
    return [(day, energy) for day, energy in rows if energy is not None][::-1]
