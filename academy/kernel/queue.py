"""Durable jobs: a row written with the change it follows from, done at least once by a worker.

A worker leases a job, renews the lease while it works and marks the job done. What a killed
worker held is taken over when its lease ends. What met a full or failing disk waits and never
counts as a failure. So a job function takes ids, reloads, manages its
own units of work and is safe to run twice. Why our own table: docs/decisions/0002-jobs.md.
"""

from __future__ import annotations

import contextvars
import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel import audit, clock, disk, ids
from academy.kernel.db import PLAIN, Id, Model, db, one_of, set_reading, unit_of_work
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)
"""How long a job stays with a worker that gives no sign of life."""
INLINE_LEASE = timedelta(minutes=5)
"""The same for `run_pending`, which renews nothing."""
BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (2, 15, 60, 300))
"""The wait after the first, second… failure. After the last one a failing job is dead."""
MOST_LOSSES = 20
"""How often in a row a job may take its worker along before it is dead."""
IDLE_SECONDS = 0.25
DATABASE_DOWN_SECONDS = 1.0
GRACE_SECONDS = 25.0

Argument = str | int | bool | None


class Job(Model):
    """One thing to do after a commit. Arguments and key hold ids and codes, never names."""

    __tablename__ = "job"
    __table_args__ = (
        sa.UniqueConstraint("name", "key", name="uq_job_name_key"),
        sa.Index("ix_job_due", "state", "run_after"),
        one_of("state", ("waiting", "running", "done", "dead")),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(sa.String(80), info=PLAIN)
    key: Mapped[str | None] = mapped_column(sa.String(200), info=PLAIN)
    arguments: Mapped[dict[str, Any]] = mapped_column(info=PLAIN)
    state: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    run_after: Mapped[datetime] = mapped_column(info=PLAIN)
    leased_until: Mapped[datetime | None] = mapped_column(info=PLAIN)
    lease_token: Mapped[str | None] = mapped_column(sa.String(32), info=PLAIN)
    tries: Mapped[int] = mapped_column(info=PLAIN)
    losses: Mapped[int] = mapped_column(info=PLAIN)
    last_error: Mapped[str | None] = mapped_column(sa.String(120), info=PLAIN)
    created_at: Mapped[datetime] = mapped_column(info=PLAIN)
    done_at: Mapped[datetime | None] = mapped_column(info=PLAIN)


class NotNowError(Exception):
    """A job cannot be done yet through nobody's fault; it waits and no failure is counted."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


# --- what can be done -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    function: Callable[..., None]
    lane: str


_known: dict[str, _Known] = {}
_periodic: dict[str, timedelta] = {}
_preparations: list[Callable[[], None]] = []
_doing: contextvars.ContextVar[int | None] = contextvars.ContextVar("doing", default=None)


def register(name: str, function: Callable[..., None], *, lane: str = "main") -> None:
    """Let the job `name` (`<feature>.<verb>`) be done by `function`, called with keyword ids.

    Jobs of one lane wait for each other within a worker; lanes do not. Raises ValueError when the
    name belongs to another function.
    """
    known = _known.setdefault(name, _Known(function, lane))
    if known != _Known(function, lane):
        raise ValueError(f"the job {name} is registered twice")


def every(name: str, interval: timedelta) -> None:
    """Let workers enqueue the job `name`, without arguments, once per `interval` of real time.

    However many workers there are: they enqueue it under one key per interval. While one of
    that name still waits or runs, the next one waits to be enqueued.
    """
    _periodic[name] = interval


def rounds(now: datetime) -> dict[str, str]:
    """Return per periodic job the key of the round in which `now` lies."""
    return {
        name: f"round-{int(now.timestamp() // interval.total_seconds())}"
        for name, interval in _periodic.items()
    }


def forget_done(job: str, *, before: datetime) -> None:
    """Delete the jobs of one name that were done before an instant: their keys cannot return."""
    db.session.execute(
        sa.delete(Job).where(Job.name == job, Job.state == "done", Job.done_at < before)
    )


def before_job(prepare: Callable[[], None]) -> Callable[[], None]:
    """Let `prepare` run before every job, in its app context (the demo clock, for instance)."""
    if prepare not in _preparations:
        _preparations.append(prepare)
    return prepare


def enqueue(job: str, *, key: str | None = None, **arguments: Argument) -> None:
    """Add a job to the current unit of work; it is lost with it or done after it.

    A `key` that this job was ever enqueued with is not enqueued again, done or not. Raises
    LookupError for an unknown job and TypeError for an argument that is not a plain value.
    """
    if job not in _known:
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


# --- one job --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Leased:
    id: int
    name: str
    arguments: dict[str, Any]
    tries: int
    token: str


def _database_now() -> datetime:
    """Return the database server's time, so that workers on several machines agree."""
    if db.session.get_bind().dialect.name == "sqlite":
        return clock.real_now()
    now: datetime = db.session.scalars(sa.select(sa.func.clock_timestamp())).one()
    return now


def _due(now: datetime) -> sa.ColumnElement[bool]:
    # A lease far in the future was given before the clock was set back; it counts as ended.
    ended = sa.or_(Job.leased_until < now, Job.leased_until > now + 2 * INLINE_LEASE)
    return sa.or_(
        sa.and_(Job.state == "waiting", Job.run_after <= now),
        sa.and_(Job.state == "running", ended),
    )


def _lease(names: tuple[str, ...], lease: timedelta) -> _Leased | None:
    """Take the job among `names` that is due longest, or None."""
    with unit_of_work():
        now = _database_now()
        job = db.session.scalars(
            sa.select(Job)
            .where(Job.name.in_(names), _due(now))
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
            job.state, job.leased_until, job.lease_token = "running", now + lease, ids.nonce()
        taken = _Leased(job.id, job.name, job.arguments, job.tries, job.lease_token or "")
    return _lease(names, lease) if lost_too_often else taken


def _do(app: Flask, job: _Leased) -> Exception | None:
    """Do one leased job and record how it ended. Returns what it raised."""
    failure: Exception | None = None
    _doing.set(job.id)
    with app.app_context():
        try:
            for prepare in _preparations:
                prepare()
            _known[job.name].function(**job.arguments)
        except Exception as error:  # noqa: BLE001  the outer edge: whatever fails is tried again
            failure = error
    with app.app_context(), unit_of_work():
        _record_end(job, failure)
    return failure


def _record_end(job: _Leased, failure: Exception | None) -> None:
    now = _database_now()
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
        job = _lease(tuple(_known), INLINE_LEASE)
    return (False, None) if job is None else (True, _do(app, job))


# --- the worker -----------------------------------------------------------------------------


def work(app: Flask, *, once: bool = False, lease: timedelta = LEASE) -> None:
    """Do jobs until SIGTERM or SIGINT, one at a time in each lane; `once`: only what is due now.

    After the signal a running job gets 25 seconds; what is not done then is done again later.
    Must run in the main thread. Raises RuntimeError when a lane broke down.
    """
    if once:
        with app.app_context():
            run_pending()
        return
    held: set[str] = set()
    stop = threading.Event()
    lanes = [
        threading.Thread(target=_serve, args=(app, lane, lease, held, stop), name=lane, daemon=True)
        for lane in sorted({known.lane for known in _known.values()})
    ]
    # Both signals raise KeyboardInterrupt here: a handler that sets an Event can deadlock.
    before = {
        number: signal.signal(number, signal.default_int_handler)
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        for thread in lanes:
            thread.start()
        beaten: dict[str, str] = {}
        while all(thread.is_alive() for thread in lanes):
            beaten = _beat(app, beaten)
            time.sleep(lease.total_seconds() / 4)
            _renew(app, held, lease)
        raise RuntimeError("a lane of the worker broke down")
    except KeyboardInterrupt:
        log.info("worker stops")
    finally:
        stop.set()
        _let_finish(app, lanes, held, lease)
        for number, handler in before.items():
            signal.signal(number, handler)


def _serve(app: Flask, lane: str, lease: timedelta, held: set[str], stop: threading.Event) -> None:
    names = tuple(name for name, known in _known.items() if known.lane == lane)
    disk_failures = 0
    while not stop.is_set():
        try:
            with app.app_context():
                job = _lease(names, lease)
            if job is None:
                stop.wait(IDLE_SECONDS)
                continue
            held.add(job.token)
            try:
                failure = contextvars.copy_context().run(_do, app, job)
            finally:
                held.discard(job.token)
            disk_failures = disk_failures + 1 if disk.failed(failure) else 0
        except sa.exc.SQLAlchemyError as error:
            log.error("database unreachable error=%s", type(error).__name__)  # noqa: TRY400
            disk_failures = disk_failures + 1 if disk.failed(error) else 0
            stop.wait(DATABASE_DOWN_SECONDS)
        # Nothing that has to be written can be done: all of the lane lets such a disk alone.
        stop.wait(disk.pause_seconds(disk_failures))


def _renew(app: Flask, held: set[str], lease: timedelta) -> None:
    tokens = tuple(held)
    if not tokens:
        return
    try:
        with app.app_context(), unit_of_work():
            until = _database_now() + lease
            db.session.execute(
                sa.update(Job).where(Job.lease_token.in_(tokens)).values(leased_until=until)
            )
    except sa.exc.SQLAlchemyError as error:
        log.error("lease not renewed error=%s", type(error).__name__)  # noqa: TRY400


def _beat(app: Flask, beaten: dict[str, str]) -> dict[str, str]:
    """Enqueue what comes round by the clock; returns the rounds that this worker has seen."""
    now = rounds(clock.real_now())
    if now == beaten:
        return beaten
    seen: dict[str, str] = {}
    try:
        with app.app_context(), unit_of_work():
            busy = _busy_names(now)
            for name, key in now.items():
                if name not in busy:
                    enqueue(name, key=key)
                    seen[name] = key
    except sa.exc.SQLAlchemyError as error:
        log.error("periodic jobs not enqueued error=%s", type(error).__name__)  # noqa: TRY400
        return beaten
    return seen


def _busy_names(now: dict[str, str]) -> set[str]:
    """Return which periodic jobs of an earlier round still wait or run: those come later."""
    rows = db.session.execute(
        sa.select(Job.name, Job.key).where(Job.name.in_(now), Job.state.in_(("waiting", "running")))
    )
    return {name for name, key in rows if key != now[name]}


def _let_finish(
    app: Flask, lanes: list[threading.Thread], held: set[str], lease: timedelta
) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    while any(thread.is_alive() for thread in lanes) and time.monotonic() < deadline:
        _renew(app, held, lease)
        for thread in lanes:
            thread.join(min(1.0, lease.total_seconds() / 4))


# --- for people -----------------------------------------------------------------------------


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
    now = _database_now()
    oldest = db.session.scalar(sa.select(sa.func.min(Job.run_after)).where(_due(now)))
    return None if oldest is None else max(now - oldest, timedelta())
