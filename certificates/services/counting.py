"""The verification counter: how often strangers check, and no address more than thirty a minute.

It is one of the three writes that a GET may do. Where a check came from stands apart from which
certificate was looked at, and is forgotten after an hour. The holder sees a count per certificate,
never from where.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from academy.kernel import clock, ids
from academy.kernel.db import apart, db, side_write_if_room
from academy.kernel.errors import TooManyError
from academy.kernel.limits import queue_up
from certificates.models import Certificate, CheckCount, VerificationCount

PER_MINUTE = 30
STEP_SECONDS = 10
"""Checks from one address are counted together per ten seconds."""
FORGET_AFTER = timedelta(hours=1)


def count_check(way: str, *, address: str) -> None:
    """Count one check of `way` (number, code or file) from `address`, in its own transaction.

    Raises TooManyError, and counts nothing, when the address had its thirty of this minute. Call
    it before the page reads.
    """
    db.session.rollback()  # end what was read, so that SQLite's one writer can be us
    now = clock.real_now()
    address_hash = ids.digest(f"verify:{address}")
    with apart() as connection:
        queue_up(connection, address_hash)
        earlier = _recent(connection, address_hash, now)
        if not earlier:
            _forget_addresses(connection, now)
        if earlier < PER_MINUTE:
            _plus_one(connection, way, address_hash, now)
            return
    raise TooManyError(_("Dat waren veel controles achter elkaar. Probeer het over een minuut."))


def count_look(number: str) -> None:
    """Count that a stranger saw this certificate today, by its code, its file or a shared link.

    A number alone can be guessed and counts for nothing. Call it after the page has read.
    """
    db.session.rollback()  # end what was read, so that SQLite's one writer can be us
    side_write_if_room(_look(db.engine.dialect.name, number))


def _look(dialect: str, number: str) -> sa.Executable:
    insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    seen = sa.select(Certificate.id, sa.literal(clock.real_today()), sa.literal(1)).where(
        Certificate.number == number
    )
    statement: sa.Executable = (
        insert(CheckCount)
        .from_select(["certificate_id", "on", "times"], seen)
        .on_conflict_do_update(
            index_elements=["certificate_id", "on"], set_={"times": CheckCount.times + 1}
        )
    )
    return statement


def _recent(connection: Connection, address_hash: str, now: datetime) -> int:
    since = now - timedelta(seconds=60 + STEP_SECONDS)
    return connection.scalar(_counted(), {"address": address_hash, "after": since}) or 0


@cache
def _counted() -> sa.Select[Any]:
    return sa.select(sa.func.sum(VerificationCount.times)).where(
        VerificationCount.address_hash == sa.bindparam("address"),
        VerificationCount.since > sa.bindparam("after"),
    )


def _plus_one(connection: Connection, way: str, address_hash: str, now: datetime) -> None:
    since = now.replace(second=now.second - now.second % STEP_SECONDS, microsecond=0)
    connection.execute(
        _count_up(connection.dialect.name),
        {"since": since, "way": way, "address_hash": address_hash, "times": 1},
    )


@cache
def _count_up(dialect: str) -> sa.Executable:
    insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement: sa.Executable = insert(VerificationCount).on_conflict_do_update(
        index_elements=["address_hash", "since", "way"],
        set_={"times": VerificationCount.times + 1},
    )
    return statement


def _forget_addresses(connection: Connection, now: datetime) -> None:
    connection.execute(
        sa.update(VerificationCount)
        .where(
            VerificationCount.address_hash.is_not(None),
            VerificationCount.since < now - FORGET_AFTER,
        )
        .values(address_hash=None)
    )
