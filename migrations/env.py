"""How migrations run: the app's engine, batch mode for SQLite, types rendered without app code."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db


def render_type(kind: str, thing: Any, _autogen: Any) -> str | bool:
    """Migrations import no application code: our instants are plain timestamps with zone."""
    if kind == "type" and type(thing).__name__ == "UtcDateTime":
        return "sa.DateTime(timezone=True)"
    if kind == "type" and type(thing).__name__ == "Encrypted":
        return "sa.Text()"
    return False


def run() -> None:
    """Run the migrations on the app's database, in one transaction."""
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            render_item=render_type,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
