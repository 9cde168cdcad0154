"""Finding persons, places and organisations."""

from __future__ import annotations

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.people.models import Grant, Person


def has_administrator() -> bool:
    """Say whether somebody holds an administrator's grant today."""
    today = clock.today()
    count = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Grant)
        .where(
            Grant.role == "admin",
            Grant.holds_on(today),
        )
    )
    return bool(count)


def is_empty() -> bool:
    """Say whether the academy knows nobody yet."""
    return db.session.scalar(sa.select(Person.id).limit(1)) is None
