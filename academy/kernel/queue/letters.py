"""What people see of jobs: those that were given up, those that wait, and trying again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from academy.kernel import audit, clock, disk
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor
from academy.kernel.queue.leases import database_now, due
from academy.kernel.queue.models import Argument, Job


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A job that was given up. `last_error` names the kind and place, never what it said."""

    id: int
    name: str
    key: str | None
    arguments: dict[str, Argument]
    tries: int
    last_error: str
    created_at: datetime


def dead_letters(*, limit: int | None = None) -> list[DeadLetter]:
    """Return the jobs that were given up, oldest first, at most `limit`."""
    rows = db.session.execute(_given_up().order_by(Job.id).limit(limit))
    return [DeadLetter(*row) for row in rows]


def get_dead_letter(job_id: int) -> DeadLetter:
    """Return a job that was given up. Raises NotFoundError."""
    row = db.session.execute(_given_up().where(Job.id == job_id)).one_or_none()
    if row is None:
        raise NotFoundError
    return DeadLetter(*row)


def _given_up() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        Job.id, Job.name, Job.key, Job.arguments, Job.tries, Job.last_error, Job.created_at
    ).where(Job.state == "dead")


def count_waiting_for_disk() -> int:
    """Return how many jobs met a full or failing disk and wait for it."""
    met = sa.select(sa.func.count(Job.id)).where(
        Job.state.in_(("waiting", "running")), Job.last_error.startswith(disk.MARK)
    )
    return db.session.scalar(met) or 0


def count_dead() -> sa.ScalarSelect[int]:
    """Return, for a query of counts, how many jobs were given up."""
    return sa.select(sa.func.count(Job.id)).where(Job.state == "dead").scalar_subquery()


def retry(job_id: int, *, by: Actor) -> None:
    """Let a job that was given up be tried again. Raises NotFoundError when it was not given up."""
    job = db.session.get(Job, job_id, with_for_update=True)
    if job is None or job.state != "dead":
        raise NotFoundError
    job.state, job.run_after, job.tries, job.losses = "waiting", clock.real_now(), 0, 0
    audit.record("kernel:job:retried", ("job", job_id), by=by)


def oldest_waiting_age() -> timedelta | None:
    """Return for how long the oldest due job waits for a worker, or None when none is due."""
    now = database_now()
    oldest = db.session.scalar(sa.select(sa.func.min(Job.run_after)).where(due(now)))
    return None if oldest is None else max(now - oldest, timedelta())
