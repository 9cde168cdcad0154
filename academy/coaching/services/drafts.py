"""Drafts of who may guide no more: nobody could read or finish them, so they go.

Nothing is kept of a person that the person may not read. Source: domain.md, section 2, 9.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from academy.coaching.models import AgreedAction, LogEntry, Signal
from academy.kernel import audit, clock
from academy.kernel.db import db
from academy.kernel.policy import Actor
from academy.people.models import Grant


def drop_drafts(plan_id: int, *, but: int | None = None) -> None:
    """Throw away what was not shown to the participant, except what `but` is writing."""
    unshown = [LogEntry.plan_id == plan_id, LogEntry.state == "draft"]
    if but is not None:
        unshown.append(LogEntry.coach_id != but)
    _drop(list(db.session.scalars(sa.select(LogEntry.id).where(*unshown))))


def drop_lost(people: Collection[int] | None = None, *, by: Actor) -> int:
    """Throw away the drafts of who does not guide that person today: their cover is over.

    About these people, or about everybody. Returns how many went.
    """
    guides = sa.exists().where(
        Grant.person_id == LogEntry.coach_id,
        Grant.role == "coach",
        Grant.scope_kind == "person",
        Grant.scope_id == LogEntry.person_id,
        Grant.holds_on(clock.today()),
    )
    lost = sa.select(LogEntry.id, LogEntry.person_id).where(LogEntry.state == "draft", ~guides)
    if people is not None:
        lost = lost.where(LogEntry.person_id.in_(sorted(people)))
    found = db.session.execute(lost.order_by(LogEntry.id)).all()
    _drop([one.id for one in found])
    for one in found:
        thing = ("coaching_log_entry", one.id)
        audit.record("coaching:entry:draft-dropped", thing, by=by, subject_id=one.person_id)
    return len(found)


def _drop(found: list[int]) -> None:
    if not found:
        return
    db.session.execute(sa.update(Signal).where(Signal.entry_id.in_(found)).values(entry_id=None))
    db.session.execute(sa.delete(AgreedAction).where(AgreedAction.entry_id.in_(found)))
    db.session.execute(sa.delete(LogEntry).where(LogEntry.id.in_(found)))
