"""What comes round by the clock: once per round, however many workers tick."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from academy.kernel import clock, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.queue import Job, periodic
from tests.kernel.databases import app, database_url, postgres_server  # noqa: F401

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""Long ago: on PostgreSQL the server's own clock says what is due."""
done: list[int] = []


def turn() -> None:
    done.append(1)


queue.register("test.turn", turn)


@pytest.fixture(autouse=True)
def _rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    done.clear()
    monkeypatch.setattr(periodic, "periodic", {"test.turn": timedelta(minutes=5)})


def jobs() -> int:
    count = db.session.scalar(sa.select(sa.func.count()).select_from(Job)) or 0
    db.session.rollback()
    return count


def test_many_workers_enqueue_a_round_once(app):  # noqa: F811
    with time_machine.travel(NOON, tick=False):
        for _worker in range(3):
            assert periodic.beat(app, {}) == queue.rounds(clock.real_now())
        assert jobs() == 1
        queue.run_pending(strict=True)
        periodic.beat(app, {})
        queue.run_pending(strict=True)
    assert done == [1]


def test_the_next_round_comes_and_a_worker_that_saw_one_asks_nothing(app):  # noqa: F811
    with time_machine.travel(NOON, tick=False):
        seen = periodic.beat(app, {})
        queue.run_pending(strict=True)
    with time_machine.travel(NOON + timedelta(minutes=4, seconds=59), tick=False):
        assert periodic.beat(app, seen) is seen
    with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
        assert periodic.beat(app, seen) != seen
    assert jobs() == 2


def test_while_a_round_still_waits_no_other_is_enqueued(app):  # noqa: F811
    """A disk that fails for a day would leave a hundred of them behind."""
    with time_machine.travel(NOON, tick=False):
        seen = periodic.beat(app, {})
    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
        later = periodic.beat(app, seen)
        assert (later, jobs()) == ({}, 1)
        queue.run_pending(strict=True)
        assert periodic.beat(app, later) == queue.rounds(clock.real_now())
        assert jobs() == 2


def test_rounds_that_were_done_are_forgotten_and_no_other_jobs(app):  # noqa: F811
    with time_machine.travel(NOON, tick=False):
        periodic.beat(app, {})
        queue.run_pending(strict=True)
    with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
        periodic.beat(app, {})
    with unit_of_work():
        queue.forget_done("test.turn", before=datetime(2100, 1, 1, tzinfo=UTC))
    assert jobs() == 1
