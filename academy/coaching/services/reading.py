"""The read-log: who reads a note is written down before the note is read, or nothing is shown."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.coaching.models import ReadLog
from academy.kernel import clock
from academy.kernel.db import db, side_write
from academy.kernel.errors import DomainError
from academy.kernel.policy import Actor


class ReadingNotNotedError(DomainError):
    """It could not be written down who reads; so nobody reads."""

    status = 503
    slug = "reading-not-noted"


def note_reading(
    plan_id: int,
    kind: str,
    *,
    by: Actor,
    entry_id: int | None = None,
    edition: str | None = None,
    opening_id: int | None = None,
) -> datetime:
    """Write down that `by` reads this log now, and return the instant.

    `kind` is page, draft, pdf or export; a PDF names its `edition`, a reading in need its opening.
    Ends the read until here, so that SQLite's one writer can be us. Raises ReadingNotNotedError:
    then no note may be shown.
    """
    db.session.rollback()
    moment = clock.now()
    _write(
        sa.insert(ReadLog).values(
            plan_id=plan_id,
            entry_id=entry_id,
            reader_id=by.person_id,
            kind=kind,
            edition=edition,
            opening_id=opening_id,
            at=moment,
        )
    )
    return moment


def note_document(plan_id: int, sha256: str, *, by: Actor, at: datetime) -> None:
    """Add to the reading of `at` which file came out of it; the file itself is not kept."""
    db.session.rollback()
    _write(
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


def _write(statement: sa.Executable) -> None:
    try:
        side_write(statement)
    except sa.exc.SQLAlchemyError as error:
        raise ReadingNotNotedError(
            _("We kunnen nu niet opschrijven wie leest. Daarom laten we het logboek niet zien.")
        ) from error
