"""How migrations run: the app's engine, batch mode for SQLite, types rendered without app code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection

database = current_app.extensions["migrate"].db


def render_type(kind: str, thing: Any, _autogen: Any) -> str | bool:
    """Migrations import no application code: our instants are plain timestamps with zone."""
    if kind == "type" and type(thing).__name__ == "UtcDateTime":
        return "sa.DateTime(timezone=True)"
    if kind == "type" and type(thing).__name__ == "Encrypted":
        return "sa.Text()"
    return False


@contextmanager
def keys_let_go(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew; what points at it must not fall with the old one.

    Without this a change of `person` would fail, or take along every row that hangs on a person.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    plain: Any = connection.connection.dbapi_connection  # a pragma does nothing in a transaction
    plain.execute("pragma foreign_keys=off")
    try:
        yield
    finally:
        plain.execute("pragma foreign_keys=on")


def refuse_loose_keys(ctx: Any, **_step: Any) -> None:
    """Let a step fail that leaves a row pointing at nothing; it is undone."""
    if ctx.connection.dialect.name != "sqlite":
        return
    loose = ctx.connection.exec_driver_sql("pragma foreign_key_check").all()
    if loose:
        raise RuntimeError(f"rows point at nothing, first in {loose[0][0]}")


def run() -> None:
    """Run the migrations on the app's database, a transaction per step."""
    with database.engine.connect() as connection, keys_let_go(connection):
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            render_item=render_type,
            compare_type=True,
            transaction_per_migration=True,
            on_version_apply=refuse_loose_keys,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
