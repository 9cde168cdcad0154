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
from ipaddress import IPv6Address, IPv6Network
from pathlib import Path
from threading import Lock

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel import clock, disk, ids
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

Ends = dict[str, list[float]]
"""Per key when each try is over. They are kept in 256 parts, each cleared whenever it is used."""

_here: defaultdict[str, Ends] = defaultdict(dict)
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
    """Count one try under `key` on this machine. Raises TooManyError with `sentence`.

    On a disk that is full or fails nothing is counted: who only reads is not kept from it.
    """
    key_hash = ids.digest(f"{limit.name}:{_household(key)}")
    try:
        with _here_lock, _ends_beside(key_hash) as ends:
            _count_here(limit, ends, key_hash, sentence=sentence)
    except OSError as error:
        if not disk.failed(error):
            raise


def _household(key: str) -> str:
    """Return the network of an IPv6 address, of which one household has a great many."""
    try:
        address = IPv6Address(key)
    except ValueError:
        return key
    return str(address.ipv4_mapped or IPv6Network((int(address), 64), strict=False))


def _count_here(limit: Limit, ends: Ends, key_hash: str, *, sentence: str) -> None:
    now = clock.real_now().timestamp()
    for one, moments in list(ends.items()):
        ends[one] = [end for end in moments if end > now]
        if not ends[one]:
            del ends[one]
    tries = ends.setdefault(key_hash, [])
    if len(tries) >= limit.times:
        raise TooManyError(sentence)
    tries.append(now + limit.window.total_seconds())


@contextmanager
def _ends_beside(key_hash: str) -> Iterator[Ends]:
    """Give the tries that are kept beside this one, to change in place; nobody else counts then."""
    bucket = key_hash[:2]
    folder = os.environ.get(SHARED_FOLDER)
    if not folder:
        yield _here[bucket]
        return
    with Path(folder, f"tries-{bucket}").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        ends = _read_ends(file.read())
        yield ends
        file.seek(0)
        file.truncate()
        json.dump(ends, file)


def _read_ends(text: str) -> Ends:
    try:
        found: Ends = json.loads(text)
    except ValueError:  # nobody tried yet, or a process was killed while it wrote
        return {}
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
