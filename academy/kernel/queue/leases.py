"""One job: taken with a lease, done, and its end noted; also all that are due, here and now."""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from academy.kernel import clock, disk, ids
from academy.kernel.db import db, set_reading, unit_of_work
from academy.kernel.queue.models import Job, NotNowError
from academy.kernel.queue.registry import known, preparations

log = logging.getLogger(__name__)

INLINE_LEASE = timedelta(minutes=5)
"""How long a job stays with `run_pending`, which renews nothing."""
BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (2, 15, 60, 300))
"""The wait after the first, second… failure. After the last one a failing job is dead."""
MOST_LOSSES = 20
"""How often in a row a job may take its worker along before it is dead.

A worker that lives but lost its lease takes that back: of a disk or a database that comes and goes
no job is given up.
"""

_doing: contextvars.ContextVar[int | None] = contextvars.ContextVar("doing", default=None)


@dataclass(frozen=True, slots=True)
class Leased:
    """A job that is this worker's for as long as its token stands in the row."""

    id: int
    name: str
    arguments: dict[str, Any]
    tries: int
    token: str


def database_now() -> datetime:
    """Return the database server's time, so that workers on several machines agree."""
    if db.session.get_bind().dialect.name == "sqlite":
        return clock.real_now()
    now: datetime = db.session.scalars(sa.select(sa.func.clock_timestamp())).one()
    return now


def due(now: datetime) -> sa.ColumnElement[bool]:
    """Say of a job that a worker may take it: it waits long enough, or who had it is silent."""
    # A lease far in the future was given before the clock was set back; it counts as ended.
    ended = sa.or_(Job.leased_until < now, Job.leased_until > now + 2 * INLINE_LEASE)
    return sa.or_(
        sa.and_(Job.state == "waiting", Job.run_after <= now),
        sa.and_(Job.state == "running", ended),
    )


def take(names: tuple[str, ...], lease: timedelta, *, token: str = "") -> Leased | None:
    """Take the job among `names` that is due longest, or None.

    Who may not learn whether it worked, for the database fails, names the `token` itself.
    """
    token = token or ids.nonce()
    with unit_of_work():
        now = database_now()
        job = db.session.scalars(
            sa.select(Job)
            .where(Job.name.in_(names), due(now))
            .order_by(Job.run_after, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if job is None:
            return None
        job.losses += job.state == "running"
        lost_too_often = job.losses > MOST_LOSSES
        if lost_too_often:
            job.state, job.last_error = "dead", "worker lost"
            job.leased_until = job.lease_token = None
            log.error("job dead job_id=%d job=%s error=worker-lost", job.id, job.name)
        else:
            job.state, job.leased_until, job.lease_token = "running", now + lease, token
        taken = Leased(job.id, job.name, job.arguments, job.tries, token)
    return take(names, lease, token=token) if lost_too_often else taken


def give_back(tokens: Collection[str]) -> None:
    """Let others have what may be taken under these tokens, though nobody does it: no loss."""
    if not tokens:
        return
    with unit_of_work():
        given = {"state": "waiting", "leased_until": None, "lease_token": None}
        db.session.execute(sa.update(Job).where(Job.lease_token.in_(tokens)).values(given))


def do(app: Flask, job: Leased) -> Exception | None:
    """Do one leased job; returns what it raised. How it ended is for `record_end`."""
    _doing.set(job.id)
    with app.app_context():
        try:
            for prepare in preparations:
                prepare()
            known[job.name].function(**job.arguments)
        except Exception as error:  # noqa: BLE001  the outer edge: whatever fails is tried again
            return error
    return None


def record_end(job: Leased, failure: Exception | None) -> None:
    """Note how a job ended; when another worker has it by now, only that no worker was lost."""
    now = database_now()
    end: dict[str, Any] = {"leased_until": None, "lease_token": None, "losses": 0}
    if failure is None:
        end |= {"state": "done", "done_at": now, "last_error": None}
    elif isinstance(failure, NotNowError):
        end |= {"state": "waiting", "run_after": now + failure.wait}
    elif disk.failed(failure):
        end |= {"state": "waiting", "run_after": now + disk.WAIT, "last_error": _where(failure)}
    elif job.tries < len(BACK_OFF):
        end |= {"state": "waiting", "run_after": now + BACK_OFF[job.tries]}
        end |= {"tries": job.tries + 1, "last_error": _where(failure)}
    else:
        end |= {"state": "dead", "tries": job.tries + 1, "last_error": _where(failure)}
    mine = sa.and_(Job.id == job.id, Job.lease_token == job.token)
    updated: Any = db.session.execute(sa.update(Job).where(mine).values(end))
    if not updated.rowcount:
        # The lease ran out, as on a disk that fails, but the job did not take this worker along.
        others = sa.and_(Job.id == job.id, Job.state == "running", Job.losses > 0)
        db.session.execute(sa.update(Job).where(others).values(losses=Job.losses - 1))
        log.warning("job lease lost job_id=%d job=%s", job.id, job.name)
    elif "last_error" in end and failure is not None:
        where, state = end["last_error"], end["state"]
        log.error("job failed job_id=%d job=%s state=%s error=%s", job.id, job.name, state, where)


def _where(failure: Exception) -> str:
    """Name the kind and the place of a failure; its message may hold personal data."""
    mark = disk.MARK if disk.failed(failure) else ""
    trace = failure.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" in {trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else ""
    return f"{mark}{type(failure).__name__}{place}"[:120]


def note_progress() -> None:
    """Say, in the caller's unit of work, that the running job came further.

    A job that takes its worker along too often in a row is given up: with this it begins to count
    anew, so that long work goes on however often it is cut off.
    """
    job_id = _doing.get()
    if job_id is not None:
        db.session.execute(sa.update(Job).where(Job.id == job_id, Job.losses > 0).values(losses=0))


def run_pending(limit: int | None = None, *, strict: bool = False) -> int:
    """Do the jobs that are due, at most `limit`, here and now; returns how many were tried.

    For tests, loaders and commands. What the caller did not commit is rolled back first, and a
    standing clock holds for the jobs too. `strict` raises a job's failure after recording it.
    Raises RuntimeError inside a unit of work.
    """
    if db.session().info.get("in_unit"):
        raise RuntimeError("jobs cannot run inside a unit of work")
    db.session.rollback()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    tried = 0
    while limit is None or tried < limit:
        found, failure = contextvars.copy_context().run(_do_next, app)
        if not found:
            break
        tried += 1
        if strict and failure is not None and not isinstance(failure, NotNowError):
            raise failure
    return tried


def _do_next(app: Flask) -> tuple[bool, Exception | None]:
    set_reading(False)
    with app.app_context():
        job = take(tuple(known), INLINE_LEASE)
    if job is None:
        return False, None
    failure = do(app, job)
    with app.app_context(), unit_of_work():
        record_end(job, failure)
    return True, failure
