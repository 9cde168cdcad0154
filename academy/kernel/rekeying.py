"""A new key for what lies encrypted: with which key each text opens, and writing it anew.

It knows no feature: whatever column is `Encrypted` or a `LockedFile` takes part. Pages stay usable
meanwhile. A batch is read and computed outside a write; its write takes a moment, and leaves alone
what somebody changed in the meantime. Killed halfway it is run again: what is new is skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from academy.kernel import audit
from academy.kernel.db import db, only_reading, unit_of_work
from academy.kernel.encrypted import Encrypted, LockedFile
from academy.kernel.policy import Actor
from academy.kernel.settings import current

BATCH = 200
"""Rows per write: some thirty milliseconds in which nobody else writes to SQLite."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many texts of a column open with the newest key, only with an older one, with none."""

    column: str
    newest: int = 0
    older: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class _Rows:
    """A table as it is stored: its key and its encrypted columns, without decrypting.

    Files are large: they are read and written one by one.
    """

    name: str
    stored: Any
    key: str
    columns: tuple[str, ...]
    has_files: bool

    @property
    def batch(self) -> int:
        """How many rows are read at once."""
        return 1 if self.has_files else BATCH


def encrypted_tables() -> list[_Rows]:
    """Return every table that holds encrypted text, of all features that are loaded."""
    found = []
    for table in db.metadata.sorted_tables:
        locked = {
            one.name: one.type.impl_instance
            for one in table.columns
            if isinstance(one.type, (Encrypted, LockedFile))
        }
        if locked:
            (key,) = table.primary_key.columns
            stored = sa.table(
                table.name,
                sa.column(key.name, key.type),
                *(sa.column(name, kind) for name, kind in locked.items()),
            )
            has_files = any(isinstance(kind, sa.LargeBinary) for kind in locked.values())
            found.append(_Rows(table.name, stored, key.name, tuple(locked), has_files))
    return found


def table_names() -> set[str]:
    """Return the names of the tables that hold encrypted text."""
    return {rows.name for rows in encrypted_tables()}


def look() -> list[Tally]:
    """Return per column with which keys its texts open. Reads everything, changes nothing."""
    return [tally for rows in encrypted_tables() for tally in _look_at(rows)]


def _look_at(rows: _Rows) -> list[Tally]:
    newest, every = _ciphers()
    counted = {name: {"newest": 0, "older": 0, "lost": 0} for name in rows.columns}
    for batch in _batches(rows):
        for row in batch:
            for name in rows.columns:
                if text := row[name]:
                    counted[name][_opens_with(text, newest, every)] += 1
    return [Tally(f"{rows.name}.{name}", **counted[name]) for name in rows.columns]


def faults() -> list[str]:
    """Return a sentence per column with texts that no key opens, for `academy check`."""
    return [
        f"{one.column}: {one.lost} texts do not open with any key of ACADEMY_NOTES_KEY"
        for one in look()
        if one.lost
    ]


def renew(*, by: Actor, after_batch: Callable[[], None] | None = None) -> int:
    """Write every text that the newest key does not open anew with it; return how many.

    Must run outside a unit of work: each batch is one. What no key opens is left as it is.
    `after_batch` is called between the batches.
    """
    renewed = 0
    for rows in encrypted_tables():
        for batch in _batches(rows):
            changes = _changes(rows, batch)
            if changes:
                with unit_of_work():
                    _write(rows, changes)
                renewed += len(changes)
            if after_batch is not None:
                after_batch()
    if renewed:
        with unit_of_work():
            audit.record("kernel:notes:rekeyed", ("notes_key", None), by=by, texts=renewed)
    return renewed


@dataclass(frozen=True, slots=True)
class _Change:
    key: int
    column: str
    before: str | bytes
    after: str | bytes


def _changes(rows: _Rows, batch: Sequence[Any]) -> list[_Change]:
    newest, every = _ciphers()
    return [
        _Change(row[rows.key], name, row[name], _rotated(row[name], every))
        for row in batch
        for name in rows.columns
        if row[name] and _opens_with(row[name], newest, every) == "older"
    ]


def _rotated(text: str | bytes, every: MultiFernet) -> str | bytes:
    token = every.rotate(text)
    return token if isinstance(text, bytes) else token.decode()


def _write(rows: _Rows, changes: list[_Change]) -> None:
    """Put the new texts in place of exactly the old ones; a text that changed since stays."""
    for name in rows.columns:
        of_column = [one for one in changes if one.column == name]
        if of_column:
            statement = (
                sa.update(rows.stored)
                .where(
                    rows.stored.c[rows.key] == sa.bindparam("which"),
                    rows.stored.c[name] == sa.bindparam("before"),
                )
                .values({name: sa.bindparam("after")})
            )
            db.session.connection().execute(
                statement,
                [{"which": one.key, "before": one.before, "after": one.after} for one in of_column],
            )


def _batches(rows: _Rows) -> Iterator[Sequence[Any]]:
    """Give the rows of a table by key, each batch read in a transaction of its own.

    What is added meanwhile is left out, or it would never end: it has the newest key anyway.
    """
    key = rows.stored.c[rows.key]
    (end,) = _read(sa.select(sa.func.max(key)))[0].values()
    last = None
    while end is not None and last != end:
        query = sa.select(rows.stored).where(key <= end).order_by(key).limit(rows.batch)
        batch = _read(query if last is None else query.where(key > last))
        if not batch:
            return
        last = batch[-1][rows.key]
        yield batch


def _read(query: Any) -> Sequence[Any]:
    db.session.rollback()
    with only_reading():
        found = db.session.execute(query).mappings().all()
        db.session.rollback()
    return found


def _opens_with(text: str | bytes, newest: Fernet, every: MultiFernet) -> str:
    for name, cipher in (("newest", newest), ("older", every)):
        try:
            cipher.decrypt(text)
        except InvalidToken:
            continue
        return name
    return "lost"


def _ciphers() -> tuple[Fernet, MultiFernet]:
    keys = [Fernet(key) for key in current().notes_key]
    return keys[0], MultiFernet(keys)
