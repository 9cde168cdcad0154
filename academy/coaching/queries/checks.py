"""What `academy check` asks of coaching."""

from __future__ import annotations

import sqlalchemy as sa
from cryptography.fernet import InvalidToken

from academy.coaching import rules
from academy.coaching.models import AgreedAction, CoachingPlan, LogEntry, OwnWords
from academy.kernel import clock
from academy.kernel.db import db
from academy.people.models import Grant


def faults() -> list[str]:
    """Return what is wrong: a coach without a right, a plan without a day, a note out of reach."""
    return [*_unguided(), *_without_day(), *_unreadable()]


def _unguided() -> list[str]:
    today = clock.today()
    held = sa.exists().where(
        Grant.person_id == CoachingPlan.coach_id,
        Grant.role == "coach",
        Grant.scope_kind == "person",
        Grant.scope_id == CoachingPlan.person_id,
        Grant.holds_on(today),
    )
    rows = db.session.scalars(
        sa.select(CoachingPlan.id)
        .where(CoachingPlan.state.in_(("proposed", *rules.LIVE_STATES)), ~held)
        .order_by(CoachingPlan.id)
    )
    return [f"coaching plan {plan_id}: its coach holds no right today" for plan_id in rows]


def _without_day() -> list[str]:
    rows = db.session.scalars(
        sa.select(CoachingPlan.id)
        .where(CoachingPlan.state.in_(rules.LIVE_STATES), CoachingPlan.next_contact_due.is_(None))
        .order_by(CoachingPlan.id)
    )
    return [f"coaching plan {plan_id}: no next contact is due" for plan_id in rows]


def _unreadable() -> list[str]:
    """Open the newest and oldest note of each kind: are the keys still there?"""
    found = []
    columns = (LogEntry.discussed, OwnWords.words, AgreedAction.text)
    for column in columns:
        table = column.class_
        for order in (table.id, table.id.desc()):
            try:
                db.session.scalars(sa.select(column).order_by(order).limit(1)).first()
            except InvalidToken:
                found.append(f"{table.__tablename__}: a note does not open with the notes key")
    return found
