"""The database handle, the declarative base, column labels and the one place that commits."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, registry

from academy.kernel import disk

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
MAX_INTEGER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Label:
    """What a column tells about a person, and what erasure does with it: keep, blank or delete."""

    kind: str
    on_erase: str = "keep"


def _label(kind: str, on_erase: str = "keep") -> dict[str, Label]:
    return {"personal": Label(kind, on_erase)}


PLAIN = _label("nothing")
PERSON = _label("link to a person")
IDENTITY = _label("name or spelling", "blank")
CONTACT = _label("way to reach", "blank")
PREFERENCE = _label("preference or need", "blank")
PROGRESS = _label("learning and assessment")
WORDS = _label("free text about or by a person", "blank")
NOTE = _label("coaching text, encrypted", "blank")
SECRET = _label("secret or its hash", "delete")
REGISTER = _label("certificate register")


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A timezone-aware instant, stored as UTC; a naive value is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> datetime | None:
        """Store as UTC. Raises ValueError for a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Any) -> datetime | None:
        """SQLite drops the zone, PostgreSQL gives the server's own; make both UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class _Base(DeclarativeBase):
    # Flask-SQLAlchemy 3.1 copies this class body, so the type map must sit on the registry.
    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime, dict[str, Any]: sa.JSON, list[Any]: sa.JSON},
    )


db = SQLAlchemy(model_class=_Base)

if TYPE_CHECKING:

    class Model(_Base):
        """Base of every table; at run time Flask-SQLAlchemy's twin below."""

        __abstract__ = True
else:
    Model = db.Model

Id = Annotated[int, mapped_column(primary_key=True, info=PLAIN)]


CONNECT_SECONDS = 2
"""How long a database server may take to answer at all; the shortest that its library knows."""


def engine_options(url: str) -> dict[str, Any]:
    """Return how to reach the database at `url`: a server may have gone away and come back."""
    if url.startswith("sqlite:"):
        return {}
    return {"pool_pre_ping": True, "connect_args": {"connect_timeout": CONNECT_SECONDS}}


def one_of(column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    """Return the check constraint that lets `column` hold one of `values` (or nothing)."""
    allowed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} in ({allowed})", name=f"{column}_known")


# --- transactions ---------------------------------------------------------------------------

_reading: ContextVar[bool] = ContextVar("reading", default=False)
_finishers: list[Callable[[Session], None]] = []


def set_reading(reading: bool) -> None:  # noqa: FBT001
    """Say whether what follows in this context only reads; SQLite then takes no write lock."""
    _reading.set(reading)


@contextmanager
def only_reading() -> Iterator[None]:
    """Let the block take no write lock of SQLite; its transaction must begin and end inside."""
    was_reading = _reading.get()
    _reading.set(True)
    try:
        yield
    finally:
        _reading.set(was_reading)


def before_commit(finish: Callable[[Session], None]) -> Callable[[Session], None]:
    """Let `finish` write what it kept back (the audit chain), just before each commit."""
    _finishers.append(finish)
    return finish


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Commit what the block did, or nothing of it. Inside another unit it simply takes part."""
    session = db.session()
    if session.info.get("in_unit"):
        yield
        return
    session.info["in_unit"] = True
    try:
        yield
        if session.info.get("keep_nothing"):
            session.rollback()
            return
        session.flush()
        for finish in _finishers:
            finish(session)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.clear()


def keep_nothing() -> None:
    """Let the running unit of work roll back although nothing is raised: the answer is an error."""
    db.session().info["keep_nothing"] = True


def side_write_if_room(*statements: sa.Executable) -> None:
    """Do a `side_write` that may be missing: a disk that is full keeps no page from being read."""
    try:
        side_write(*statements)
    except sa.exc.DBAPIError as error:
        if not disk.failed(error):
            raise


def side_write(*statements: sa.Executable) -> None:
    """Do one of the three named writes of a GET in its own short transaction.

    They are the read-log, the last-seen of a sign-in (also of a program's, its key) and the
    verification counter (`certificates.services.counting`). Must run before
    the page's own read begins, because SQLite allows one writer and keeps old snapshots.
    """
    with apart() as connection:
        for statement in statements:
            connection.execute(statement)


@contextmanager
def apart() -> Iterator[Connection]:
    """Write in a short transaction beside the session's, also while the page only reads.

    Whoever holds the session's write lock must let it go first, or SQLite waits for itself.
    """
    was_reading = _reading.get()
    _reading.set(False)
    try:
        with db.engine.begin() as connection:
            yield connection
    finally:
        _reading.set(was_reading)


def which_hold(conditions: Mapping[str, sa.ColumnElement[bool]]) -> frozenset[str]:
    """Return the names of the conditions that hold now, asked in one statement."""
    if not conditions:
        return frozenset()
    found = db.session.execute(sa.select(*conditions.values())).one()
    return frozenset(name for name, holds in zip(conditions, found, strict=True) if holds)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not type(connection).__module__.startswith("sqlite3"):
        return
    connection.isolation_level = None  # we write BEGIN ourselves, below
    for pragma in (
        "journal_mode=wal",
        "synchronous=full",
        "foreign_keys=on",
        "busy_timeout=10000",
        "secure_delete=on",
    ):
        connection.execute(f"pragma {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if connection.connection.dbapi_connection.isolation_level is not None:  # type: ignore[union-attr]
        return
    connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")


# --- pages by key ---------------------------------------------------------------------------


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, and the cursor of the next page (None at the end)."""

    rows: tuple[Row, ...]
    next_cursor: str | None = None


def to_cursor(*values: str | int | date) -> str:
    """Pack the sort values of the last row; opaque to the caller."""
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def from_cursor(cursor: str | None, *types: type) -> tuple[Any, ...] | None:
    """Unpack a cursor of `types` (str, int, date, datetime).

    Returns None for no cursor and for one that is not ours.
    """
    if not cursor:
        return None
    try:
        packed = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(packed, list) or len(packed) != len(types):
            return None
        return tuple(_unpacked(value, kind) for value, kind in zip(packed, types, strict=True))
    except (ValueError, RecursionError):
        return None


def _unpacked(value: Any, kind: type) -> Any:
    """Return one sort value. Raises ValueError for anything that we would not have packed."""
    if issubclass(kind, date) and isinstance(value, str):
        value = kind.fromisoformat(value)
    if type(value) is not kind:
        raise ValueError("another kind of value")
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise ValueError("larger than a database integer")
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("naive datetime")
    if isinstance(value, str) and b"\0" in value.encode():
        raise ValueError("no text that a database keeps")
    return value
