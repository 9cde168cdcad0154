"""Drafts of who may guide no more: nobody could read or finish them."""

from __future__ import annotations

import sqlalchemy as sa

from academy.coaching.models import AgreedAction, LogEntry, Signal
from academy.kernel.db import db


def drop_drafts(plan_id: int, *, but: int | None = None) -> None:
    """Throw away what was not shown to the participant, except what `but` is writing."""
    unshown = [LogEntry.plan_id == plan_id, LogEntry.state == "draft"]
    if but is not None:
        unshown.append(LogEntry.coach_id != but)
    found = list(db.session.scalars(sa.select(LogEntry.id).where(*unshown)))
    if not found:
        return
    db.session.execute(sa.update(Signal).where(Signal.entry_id.in_(found)).values(entry_id=None))
    db.session.execute(sa.delete(AgreedAction).where(AgreedAction.entry_id.in_(found)))
    db.session.execute(sa.delete(LogEntry).where(LogEntry.id.in_(found)))
