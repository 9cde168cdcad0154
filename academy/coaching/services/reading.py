"""The read-log: who reads a note is written down before the note is read, or nothing is shown."""

from __future__ import annotations

import sqlalchemy as sa

from academy.coaching.models import ReadLog
from academy.kernel import clock
from academy.kernel.db import db, side_write
from academy.kernel.policy import Actor


def note_reading(plan_id: int, kind: str, *, by: Actor, entry_id: int | None = None) -> None:
    """Write down that `by` reads this log now, as page, draft or pdf.

    Ends the read until here, so that SQLite's one writer can be us. What fails, fails the page.
    """
    db.session.rollback()
    side_write(
        sa.insert(ReadLog).values(
            plan_id=plan_id,
            entry_id=entry_id,
            reader_id=by.person_id,
            kind=kind,
            at=clock.now(),
        )
    )
