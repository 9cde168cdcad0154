"""The bytes on disk: what was deleted in a table still lies in its file and its write-ahead log."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from academy.kernel.db import db


def wipe() -> bool:
    """Let nothing lie about of what was emptied; say whether that worked, or try again later.

    SQLite overwrites what it frees (`secure_delete`); the write-ahead log is written back and cut
    off, which waits for whoever still reads. PostgreSQL clears the tables; its own log goes round.
    Must run outside a unit of work.
    """
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        return _truncate_log()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("vacuum"))
        if connection.scalar(sa.text("select usesuper from pg_user where usename = current_user")):
            connection.execute(sa.text("checkpoint"))
    return True


def _truncate_log() -> bool:
    raw: Any = db.engine.raw_connection()
    try:
        answer = raw.driver_connection.execute("pragma wal_checkpoint(truncate)").fetchone()
        return answer is not None and answer[0] == 0
    finally:
        raw.close()
