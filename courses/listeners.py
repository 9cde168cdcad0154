"""What courses does when it hears news of its own."""

from __future__ import annotations

from datetime import UTC

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.messages.engine import announce
from courses.events import SessionChanged
from courses.mails import COHORT_CANCELLED, SESSION_CHANGED
from courses.models import Cohort, Enrolment, Session

TOLD = ("admitted", "active", "paused")
CHANGES = ("moved", "cancelled")


def tell_the_group(event: SessionChanged) -> None:
    """Tell a group that a session was moved or cancelled; of the whole group's end only once."""
    if event.state not in CHANGES:
        return
    session = db.session.get_one(Session, event.session_id)
    cohort = db.session.get_one(Cohort, event.cohort_id)
    if session.starts_at <= clock.now():
        return
    people = db.session.scalars(
        sa.select(Enrolment.person_id).where(
            Enrolment.cohort_id == cohort.id, Enrolment.state.in_(TOLD)
        )
    ).all()
    if cohort.state == "cancelled":
        key = f"cohort-{cohort.id}-cancelled"
        announce(COHORT_CANCELLED, key=key, person_ids=people, cohort_id=cohort.id)
        return
    starts_at = session.starts_at.astimezone(UTC)
    announce(
        SESSION_CHANGED,
        key=f"session-{session.id}-{event.state}-{starts_at:%Y%m%d%H%M}",
        person_ids=people,
        use_by=session.starts_at,
        session_id=session.id,
        state=event.state,
        starts_at=starts_at.isoformat(),
    )
