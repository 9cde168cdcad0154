"""The sessions of a cohort, with their lessons, and the lessons that have none yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.i18n import pick
from courses.models import Module, Session
from courses.queries.cohorts import CohortHead


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session of a cohort, with its lesson."""

    id: int
    module_id: int
    module_key: str
    order: int
    title: str
    starts_at: datetime
    ends_at: datetime
    location: str
    state: str
    moved_from: date | None


def session_rows(cohort_id: int) -> tuple[SessionRow, ...]:
    """Return the sessions of a cohort in the order of their lessons."""
    rows = db.session.execute(
        sa.select(Session, Module.key, Module.order, Module.title_nl, Module.title_en)
        .join(Module, Module.id == Session.module_id)
        .where(Session.cohort_id == cohort_id)
        .order_by(Module.order)
    )
    return tuple(
        SessionRow(
            id=session.id,
            module_id=session.module_id,
            module_key=key,
            order=order,
            title=pick({"nl": title_nl, "en": title_en}),
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            location=session.location,
            state=session.state,
            moved_from=session.moved_from,
        )
        for session, key, order, title_nl, title_en in rows
    )


def session_for_register(sessions: tuple[SessionRow, ...]) -> SessionRow | None:
    """Return the session whose register is at hand: today's, else the latest that was."""
    today = clock.today()
    begun = [
        one
        for one in sessions
        if one.state != "cancelled" and one.starts_at.astimezone(clock.AMSTERDAM).date() <= today
    ]
    return max(begun, key=lambda one: one.starts_at, default=None)


@dataclass(frozen=True, slots=True)
class UnplannedModule:
    """A lesson that has no session yet."""

    id: int
    label: str
    minutes: int


def unplanned_modules(head: CohortHead) -> tuple[UnplannedModule, ...]:
    """Return the lessons that have no session yet, in order."""
    planned = sa.select(Session.module_id).where(Session.cohort_id == head.id)
    rows = db.session.execute(
        sa.select(
            Module.id, Module.order, Module.title_nl, Module.title_en, Module.duration_minutes
        )
        .where(Module.course_version_id == head.course_version_id, Module.id.not_in(planned))
        .order_by(Module.order)
    )
    return tuple(
        UnplannedModule(
            row.id,
            f"{row.order}. {pick({'nl': row.title_nl, 'en': row.title_en})}",
            row.duration_minutes,
        )
        for row in rows
    )
