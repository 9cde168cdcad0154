"""The worker: a thread per lane that does jobs, and one that renews their leases."""

from __future__ import annotations

import contextvars
import logging
import signal
import threading
import time
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from academy.kernel import disk, ids
from academy.kernel.db import db, unit_of_work
from academy.kernel.queue.leases import (
    Leased,
    database_now,
    do,
    give_back,
    record_end,
    run_pending,
    take,
)
from academy.kernel.queue.models import Job
from academy.kernel.queue.periodic import beat
from academy.kernel.queue.registry import known

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)
"""How long a job stays with a worker that gives no sign of life."""
IDLE_SECONDS = 0.25
DATABASE_DOWN_SECONDS = 1.0
GRACE_SECONDS = 25.0


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
        for lane in sorted({one.lane for one in known.values()})
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
            beaten = beat(app, beaten)
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
    names = tuple(name for name, one in known.items() if one.lane == lane)
    doubtful: list[str] = []
    disk_failures = 0
    while not stop.is_set():
        try:
            job = _take(app, names, lease, doubtful)
        except sa.exc.SQLAlchemyError as error:
            disk_failures = _let_alone(error, disk_failures, stop)
            continue
        if job is None:
            stop.wait(IDLE_SECONDS)
            continue
        held.add(job.token)
        try:
            failure = contextvars.copy_context().run(do, app, job)
            disk_failures = disk_failures + 1 if disk.failed(failure) else 0
            disk_failures = _end(app, job, failure, disk_failures, stop)
        finally:
            held.discard(job.token)
        # Nothing that has to be written can be done: all of the lane lets such a disk alone.
        stop.wait(disk.pause_seconds(disk_failures))


def _take(
    app: Flask, names: tuple[str, ...], lease: timedelta, doubtful: list[str]
) -> Leased | None:
    """Take the next job, after giving back what was perhaps taken when the database failed."""
    with app.app_context():
        give_back(doubtful)
        doubtful[:] = [ids.nonce()]
        job = take(names, lease, token=doubtful[0])
    doubtful.clear()
    return job


def _end(
    app: Flask, job: Leased, failure: Exception | None, disk_failures: int, stop: threading.Event
) -> int:
    """Note how a job ended, again and again while the database fails; the lease goes on meanwhile.

    Returns how often in a row a disk failed. After the signal to stop it tries once: who takes the
    job over does it again.
    """
    while True:
        try:
            with app.app_context(), unit_of_work():
                record_end(job, failure)
        except sa.exc.SQLAlchemyError as error:
            disk_failures = _let_alone(error, disk_failures, stop)
            if stop.is_set():
                return disk_failures
        else:
            return disk_failures


def _let_alone(error: sa.exc.SQLAlchemyError, disk_failures: int, stop: threading.Event) -> int:
    """Wait for a database that failed; returns how often in a row it was for the disk."""
    log.error("database unreachable error=%s", type(error).__name__)
    disk_failures = disk_failures + 1 if disk.failed(error) else 0
    stop.wait(max(DATABASE_DOWN_SECONDS, disk.pause_seconds(disk_failures)))
    return disk_failures


def _renew(app: Flask, held: set[str], lease: timedelta) -> None:
    tokens = tuple(held)
    if not tokens:
        return
    try:
        with app.app_context(), unit_of_work():
            until = database_now() + lease
            db.session.execute(
                sa.update(Job).where(Job.lease_token.in_(tokens)).values(leased_until=until)
            )
    except sa.exc.SQLAlchemyError as error:
        log.error("lease not renewed error=%s", type(error).__name__)  # noqa: TRY400


def _let_finish(
    app: Flask, lanes: list[threading.Thread], held: set[str], lease: timedelta
) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    while any(thread.is_alive() for thread in lanes) and time.monotonic() < deadline:
        _renew(app, held, lease)
        for thread in lanes:
            thread.join(min(1.0, lease.total_seconds() / 4))
