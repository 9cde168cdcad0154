"""What messages about the day of a practical print; None when it is needless by now."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.messages.models import AnnouncedMessage, SentMessage
from courses.models import Cohort, Enrolment, FinalAttempt
from courses.queries.practical.parts import LEARNING
from courses.queries.told import contact_of

WAITS_AT_MOST = timedelta(days=1)
"""After that, what did not go, goes no more: its reader wants nothing, or cannot be reached."""


def own_day(
    attempt_id: int, planned_on: str, *, reader_id: int, again: bool
) -> dict[str, Any] | None:
    """Return what a participant reads; `again`: they heard of another day before."""
    row = _ahead(attempt_id, planned_on)
    if row is None or row.person_id != reader_id:
        return None
    about = {"day_of": row.planned_on, "again": again, "enrolment_id": row.enrolment_id}
    return about | contact_of(row.cohort_id)


def day_to_look(
    attempt_id: int, planned_on: str, *, reader_id: int, again: bool
) -> dict[str, Any] | None:
    """Return what an assessor reads, unless somebody else looks by now. It names nobody."""
    row = _ahead(attempt_id, planned_on)
    if row is None or reader_id not in (row.first_assessor_id, row.second_assessor_id):
        return None
    return {
        "day_of": row.planned_on,
        "again": again,
        "attempt_id": attempt_id,
        "cohort": row.cohort,
    }


def _ahead(attempt_id: int, planned_on: str) -> Any:
    """Return a practical that is still to come on that very day, or None."""
    row = db.session.execute(
        sa.select(
            FinalAttempt.planned_on,
            FinalAttempt.enrolment_id,
            FinalAttempt.first_assessor_id,
            FinalAttempt.second_assessor_id,
            Enrolment.person_id,
            Enrolment.cohort_id,
            Cohort.name.label("cohort"),
        )
        .join(Enrolment, Enrolment.id == FinalAttempt.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(
            FinalAttempt.id == attempt_id,
            FinalAttempt.state == "planned",
            FinalAttempt.planned_on == date.fromisoformat(planned_on),
            FinalAttempt.planned_on >= clock.today(),
            Enrolment.state.in_(LEARNING),
        )
    )
    return row.one_or_none()


def heard(message: str, *, person_id: int, key: str) -> tuple[str | None, frozenset[str]]:
    """Return the day that somebody heard last, and the days that they are about to hear.

    `key` is how the keys of all messages about one practical begin.
    """
    rows = db.session.execute(
        sa.select(AnnouncedMessage.ids, AnnouncedMessage.due_at, SentMessage.id.label("sent_id"))
        .outerjoin(SentMessage, SentMessage.key == AnnouncedMessage.key)
        .where(
            AnnouncedMessage.name == message,
            AnnouncedMessage.person_id == person_id,
            AnnouncedMessage.key.startswith(key, autoescape=True),
        )
        .order_by(AnnouncedMessage.id)
    ).all()
    told = [row.ids["planned_on"] for row in rows if row.sent_id is not None]
    since = clock.now() - WAITS_AT_MOST
    coming = [row.ids["planned_on"] for row in rows if row.sent_id is None and row.due_at > since]
    return (told[-1] if told else None), frozenset(coming)
