"""Adding jobs to a unit of work, and forgetting those that were done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from academy.kernel import clock
from academy.kernel.db import Model, db
from academy.kernel.queue.models import Argument, Job
from academy.kernel.queue.registry import known


def enqueue(job: str, *, key: str | None = None, **arguments: Argument) -> None:
    """Add a job to the current unit of work; it is lost with it or done after it.

    A `key` that this job was ever enqueued with is not enqueued again, done or not. Raises
    LookupError for an unknown job and TypeError for an argument that is not a plain value.
    """
    if job not in known:
        raise LookupError(f"no feature registers the job {job}")
    refuse_objects(arguments)
    now = clock.real_now()
    insert_once(
        Job,
        name=job,
        key=key,
        arguments=arguments,
        state="waiting",
        run_after=now,
        tries=0,
        losses=0,
        created_at=now,
    )


def refuse_objects(arguments: dict[str, Argument]) -> None:
    """Raise TypeError unless all `arguments` are plain values, fit to wait in a row."""
    for name, value in arguments.items():
        if not isinstance(value, str | int | None):
            raise TypeError(f"{name} must be a text, a number, a truth value or None")


def insert_once(model: type[Model], **values: Any) -> int | None:
    """Insert a row and return its id, or None when a unique constraint knows it already."""
    is_sqlite = db.session.get_bind().dialect.name == "sqlite"
    insert: Any = sqlite.insert if is_sqlite else postgresql.insert
    statement = insert(model).values(**values).on_conflict_do_nothing()
    new_id: int | None = db.session.scalar(statement.returning(model.id))  # type: ignore[attr-defined]
    return new_id


def forget_done(job: str, *, before: datetime) -> None:
    """Delete the jobs of one name that were done before an instant: their keys cannot return."""
    db.session.execute(
        sa.delete(Job).where(Job.name == job, Job.state == "done", Job.done_at < before)
    )
