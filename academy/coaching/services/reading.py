"""The read-log: who reads a note is written down before the note is read, or nothing is shown."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from academy.coaching.models import ReadLog
from academy.kernel import clock
from academy.kernel.db import db, side_write
from academy.kernel.policy import Actor


def note_reading(plan_id: int, kind: str, *, by: Actor, entry_id: int | None = None) -> datetime:
    """Write down that `by` reads this log now, as page, draft or pdf; return the instant.

    Ends the read until here, so that SQLite's one writer can be us. What fails, fails the page.
    """
    db.session.rollback()
    moment = clock.now()
    side_write(
        sa.insert(ReadLog).values(
            plan_id=plan_id,
            entry_id=entry_id,
            reader_id=by.person_id,
            kind=kind,
            at=moment,
        )
    )
    return moment


def note_document(plan_id: int, sha256: str, *, by: Actor, at: datetime) -> None:
    """Add to the reading of `at` which file came out of it; the file itself is not kept."""
    db.session.rollback()
    side_write(
        sa.update(ReadLog)
        .where(
            ReadLog.plan_id == plan_id,
            ReadLog.reader_id == by.person_id
            if by.person_id is not None
            else ReadLog.reader_id.is_(None),
            ReadLog.kind == "pdf",
            ReadLog.at == at,
        )
        .values(sha256=sha256)
    )
