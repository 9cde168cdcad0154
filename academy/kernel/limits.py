"""How often something may be tried: counted in the database, so that restarts do not forget.

What a page that only reads costs us is counted in memory, for reading writes nothing to the
database and a restart may forget it. Several web processes of one machine count together, in the
folder that they share while they run.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel import clock, ids
from academy.kernel.db import PLAIN, SECRET, Id, Model, apart, db
from academy.kernel.errors import TooManyError


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` within `window`, per key."""

    name: str
    times: int
    window: timedelta


SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in which the web processes of one `academy serve` count together."""

_here: defaultdict[str, list[float]] = defaultdict(list)
_here_lock = Lock()


class Attempt(Model):
    """One try. The key is stored as a hash: no addresses, no e-mail."""

    __tablename__ = "attempt"
    __table_args__ = (sa.Index("ix_attempt_key", "limit_name", "key_hash", "at"),)

    id: Mapped[Id]
    limit_name: Mapped[str] = mapped_column(sa.String(40), info=PLAIN)
    key_hash: Mapped[str] = mapped_column(sa.String(64), info=SECRET)
    at: Mapped[datetime] = mapped_column(info=PLAIN)


def spend(limit: Limit, key: str) -> None:
    """Count one try under `key`. Raises TooManyError when there were too many.

    The count is committed at once, apart from the caller's unit of work: a refused or rolled back
    try counts too. So call it before the first change; it ends what was read until then.
    Tries older than a day are swept along the way.
    """
    db.session.rollback()
    now = clock.real_now()
    key_hash = ids.digest(f"{limit.name}:{key}")
    with apart() as connection:
        queue_up(connection, key_hash)
        earlier = connection.scalar(
            sa.select(sa.func.count())
            .select_from(Attempt)
            .where(
                Attempt.limit_name == limit.name,
                Attempt.key_hash == key_hash,
                Attempt.at > now - limit.window,
            )
        )
        if (earlier or 0) < limit.times:
            connection.execute(
                sa.insert(Attempt).values(limit_name=limit.name, key_hash=key_hash, at=now)
            )
            connection.execute(sa.delete(Attempt).where(Attempt.at < now - timedelta(days=1)))
            return
    _refuse(limit)


def spend_here(limit: Limit, key: str, *, sentence: str) -> None:
    """Count one try under `key` on this machine. Raises TooManyError with `sentence`."""
    now = clock.real_now().timestamp()
    with _here_lock, _tries_of(ids.digest(f"{limit.name}:{key}")) as tries:
        tries[:] = [at for at in tries if at > now - limit.window.total_seconds()]
        if len(tries) >= limit.times:
            raise TooManyError(sentence)
        tries.append(now)


@contextmanager
def _tries_of(key_hash: str) -> Iterator[list[float]]:
    """Give the moments of earlier tries, to change in place; nobody else counts meanwhile."""
    folder = os.environ.get(SHARED_FOLDER)
    if not folder:
        yield _here[key_hash]
        return
    with Path(folder, f"tries-{key_hash}").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        tries = _read_tries(file.read())
        yield tries
        file.seek(0)
        file.truncate()
        json.dump(tries, file)


def _read_tries(text: str) -> list[float]:
    try:
        found: list[float] = json.loads(text)
    except ValueError:  # nobody tried yet, or a process was killed while it wrote
        return []
    return found


def forget_here() -> None:
    """Forget what this process counted."""
    with _here_lock:
        _here.clear()


def _refuse(limit: Limit) -> None:
    if limit.window >= timedelta(days=1):
        raise TooManyError(_("Dit ging vandaag te vaak mis. Probeer het morgen weer."))
    minutes = max(1, int(limit.window.total_seconds() // 60))
    raise TooManyError(
        _(
            "Dit ging te vaak mis. Wacht %(minutes)d minuten en probeer het dan weer.",
            minutes=minutes,
        )
    )


def queue_up(connection: Connection, key_hash: str) -> None:
    """Let tries under one key be counted one after another; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(int(key_hash[:15], 16))))


def forgive(limit: Limit, key: str) -> None:
    """Forget the tries under `key`, after a success. Takes part in the caller's unit of work."""
    db.session.execute(
        sa.delete(Attempt).where(
            Attempt.limit_name == limit.name,
            Attempt.key_hash == ids.digest(f"{limit.name}:{key}"),
        )
    )


def give_back(limit: Limit, key: str) -> None:
    """Take back the last try under `key`: it was no guess. Takes part in the unit of work.

    Twelve neighbours on one wifi come in one after another; only what fails counts for them all.
    """
    last = (
        sa.select(sa.func.max(Attempt.id))
        .where(
            Attempt.limit_name == limit.name,
            Attempt.key_hash == ids.digest(f"{limit.name}:{key}"),
        )
        .scalar_subquery()
    )
    db.session.execute(sa.delete(Attempt).where(Attempt.id == last))
