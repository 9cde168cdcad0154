"""A disk that comes and goes takes no worker along: who lives says so, and no job is given up."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.kernel import clock, disk, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.queue import Job, leases, worker
from tests.kernel.databases import app, database_url, postgres_server  # noqa: F401

pytestmark = pytest.mark.trust("T21")
FAILURES = queue.MOST_LOSSES + 5
LEASE = timedelta(seconds=60)

did: list[int] = []
stop = threading.Event()


def note() -> None:
    did.append(1)


def lapse() -> None:
    """Let the lease run out and another worker begin, as when it cannot be renewed for a while."""
    did.append(1)
    with unit_of_work():
        past = clock.real_now() - timedelta(hours=1)
        db.session.execute(sa.update(Job).values(leased_until=past))
    others.append(leases.take(("test.lapse",), LEASE))


others: list[leases.Leased | None] = []
queue.register("test.noted", note, lane="flapping")
queue.register("test.lapse", lapse, lane="lapsing")


def full() -> sa.exc.OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return sa.exc.OperationalError("commit", {}, error)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    did.clear()
    others.clear()
    stop.clear()
    monkeypatch.setattr(worker, "DATABASE_DOWN_SECONDS", 0.0)
    monkeypatch.setattr(disk, "pause_seconds", lambda _times: 0.0)


def failing(function: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    """Return `function`, which meets a full disk so many times: before, or after what it does."""
    left = iter(range(FAILURES))

    def called(*values: Any, **words: Any) -> Any:
        fails = next(left, None) is not None
        if fails and not after:
            raise full()
        found = function(*values, **words)
        if fails:
            raise full()
        return found

    return called


def serve_until_noted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Do the jobs of the lane until the end of one is noted."""
    noting = worker.record_end

    def noted(*values: Any) -> None:
        noting(*values)
        stop.set()

    monkeypatch.setattr(worker, "record_end", noted)
    worker._serve(app, "flapping", LEASE, set(), stop)


def row() -> tuple[str, int, int]:
    with unit_of_work():
        job = db.session.scalars(sa.select(Job)).one()
        return job.state, job.tries, job.losses


def test_a_job_that_was_perhaps_taken_is_given_back(app, monkeypatch):  # noqa: F811
    """The commit reached the disk, and then the disk said that it did not."""
    with unit_of_work():
        queue.enqueue("test.noted")
    monkeypatch.setattr(worker, "take", failing(leases.take, after=True))
    serve_until_noted(app, monkeypatch)
    assert (did, row()) == ([1], ("done", 0, 0))


@pytest.mark.parametrize("after", [False, True])
def test_the_end_of_a_job_is_noted_as_soon_as_it_can_be(app, monkeypatch, after):  # noqa: F811
    with unit_of_work():
        queue.enqueue("test.noted")
    monkeypatch.setattr(worker, "record_end", failing(leases.record_end, after=after))
    serve_until_noted(app, monkeypatch)
    assert (did, row()) == ([1], ("done", 0, 0))


def test_a_worker_that_is_told_to_stop_waits_for_no_disk(app, monkeypatch):  # noqa: F811
    with unit_of_work():
        queue.enqueue("test.noted")

    def told(*_values: Any) -> None:
        stop.set()
        raise full()

    monkeypatch.setattr(worker, "record_end", told)
    worker._serve(app, "flapping", LEASE, set(), stop)
    assert row()[0] == "running"


def test_a_lease_that_a_living_worker_lost_is_no_loss(app):  # noqa: F811
    with unit_of_work():
        queue.enqueue("test.lapse")
    job = leases.take(("test.lapse",), LEASE)
    for _ in range(FAILURES):
        assert job is not None
        failure = leases.do(app, job)
        with unit_of_work():
            leases.record_end(job, failure)
        assert row() == ("running", 0, 0)
        job = others[-1]
    assert len(did) == FAILURES
    assert queue.dead_letters() == []


@pytest.mark.trust("T21", planted=True)
def test_a_worker_that_is_never_heard_of_again_counts(app):  # noqa: F811
    """What the tests above look at does count a loss where there is one."""
    with unit_of_work():
        queue.enqueue("test.lapse")
    losses = Counter[int]()
    for _ in range(queue.MOST_LOSSES + 1):
        assert leases.take(("test.lapse",), LEASE) is not None
        losses[row()[2]] += 1
        with unit_of_work():
            db.session.execute(sa.update(Job).values(leased_until=clock.real_now() - LEASE))
    assert leases.take(("test.lapse",), LEASE) is None
    assert losses == Counter(range(queue.MOST_LOSSES + 1))
    assert [one.last_error for one in queue.dead_letters()] == ["worker lost"]
