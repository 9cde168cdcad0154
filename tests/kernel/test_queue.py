"""Durable jobs: with the change or not at all, once or again, never lost and never silently."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import current_app

from academy.kernel import clock, queue
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, set_reading, unit_of_work
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import SYSTEM
from academy.kernel.queue import Job
from tests.kernel.databases import app, database_url, postgres_server  # noqa: F401
from tests.kernel.queue_worker import register_jobs

WORKER = Path(__file__).with_name("queue_worker.py")
ROOT = Path(__file__).parents[2]

did: list[object] = []


def note(number: int) -> None:
    did.append(number)


def note_time(number: int) -> None:
    did.append(clock.now())


def fail(number: int) -> None:
    did.append(number)
    raise ConnectionError("jan@example.org")


def wait(number: int) -> None:
    did.append(number)
    raise queue.NotNowError(timedelta(minutes=1))


def come_further(number: int) -> None:
    """As work that is cut off again and again, each time after a part of it."""
    did.append(number)
    with unit_of_work():
        queue.note_progress()
    with unit_of_work():
        did.append(db.session.scalar(sa.select(Job.losses).where(Job.state == "running")))


def enqueue_another(number: int) -> None:
    did.append(number)
    with unit_of_work():
        queue.enqueue("test.note", number=number + 1)


for function in (note, note_time, fail, wait, come_further, enqueue_another):
    queue.register(f"test.{function.__name__}", function)
register_jobs()


@pytest.fixture(autouse=True)
def _fresh_list() -> None:
    did.clear()


def enqueue(job: str, **arguments: object) -> None:
    with unit_of_work():
        queue.enqueue(job, **arguments)


def states() -> Counter[str]:
    with unit_of_work():
        return Counter(db.session.scalars(sa.select(Job.state)))


# --- in the same transaction ----------------------------------------------------------------


@pytest.mark.usefixtures("app")
def test_a_committed_job_is_done_once() -> None:
    enqueue("test.note", number=1)
    assert queue.run_pending() == 1
    assert queue.run_pending() == 0
    assert did == [1]
    assert states() == {"done": 1}


@pytest.mark.usefixtures("app")
def test_a_rolled_back_job_is_not_done() -> None:
    def roll_back() -> None:
        with unit_of_work():
            queue.enqueue("test.note", number=1)
            raise KeyError

    with pytest.raises(KeyError):
        roll_back()
    assert queue.run_pending() == 0
    assert did == []


@pytest.mark.usefixtures("app")
def test_a_key_is_enqueued_once_even_when_its_job_is_done() -> None:
    enqueue("test.note", key="a", number=1)
    enqueue("test.note", key="a", number=2)
    queue.run_pending()
    enqueue("test.note", key="a", number=3)
    queue.run_pending()
    assert did == [1]


@pytest.mark.usefixtures("app")
def test_a_key_belongs_to_its_job_and_jobs_without_key_are_all_done() -> None:
    enqueue("test.note", key="a", number=1)
    enqueue("test.note_time", key="a", number=1)
    enqueue("test.note", number=2)
    enqueue("test.note", number=2)
    assert queue.run_pending() == 4


@pytest.mark.usefixtures("app")
def test_a_known_key_does_not_spoil_the_unit_of_work() -> None:
    enqueue("test.note", key="a", number=1)
    with unit_of_work():
        queue.enqueue("test.note", key="a", number=2)
        queue.enqueue("test.note", number=3)
    queue.run_pending()
    assert did == [1, 3]


@pytest.mark.usefixtures("app")
def test_an_unknown_job_and_an_object_are_refused() -> None:
    with pytest.raises(LookupError):
        enqueue("test.unheard_of")
    with pytest.raises(TypeError, match="number"):
        enqueue("test.note", number=[1])
    with pytest.raises(ValueError, match="twice"):
        queue.register("test.note", fail)


# --- inline ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("app")
def test_jobs_that_jobs_enqueue_are_done_in_the_same_run_up_to_the_limit() -> None:
    enqueue("test.enqueue_another", number=1)
    assert queue.run_pending(limit=1) == 1
    assert did == [1]
    assert queue.run_pending() == 1
    assert did == [1, 2]


@pytest.mark.usefixtures("app")
def test_a_standing_clock_holds_for_inline_jobs() -> None:
    moment = datetime(2025, 5, 1, 12, tzinfo=UTC)
    enqueue("test.note_time", number=1)
    with clock.at(moment):
        queue.run_pending()
    assert did == [moment]


@pytest.mark.usefixtures("app")
def test_inline_jobs_are_refused_inside_a_unit_of_work() -> None:
    with pytest.raises(RuntimeError), unit_of_work():
        queue.run_pending()


@pytest.mark.usefixtures("app")
def test_inline_jobs_run_after_a_page_that_only_read() -> None:
    enqueue("test.note", number=1)
    set_reading(True)
    try:
        db.session.scalars(sa.select(Job)).all()
        assert queue.run_pending() == 1
    finally:
        set_reading(False)


# --- failures -------------------------------------------------------------------------------


@pytest.mark.usefixtures("app")
def test_a_failing_job_is_tried_five_times_with_growing_waits_and_then_is_a_dead_letter() -> None:
    with time_machine.travel(0, tick=False) as traveller:
        # PostgreSQL's clock does not travel along, so there the job is made due by hand.
        enqueue("test.fail", number=1)
        waits = []
        while states() == {"waiting": 1}:
            assert queue.run_pending() == 1
            assert queue.run_pending() == 0
            with unit_of_work():
                job = db.session.scalars(sa.select(Job)).one()
                waits.append(job.run_after)
                traveller.move_to(job.run_after.timestamp() + 1)
                job.run_after = datetime(1971, 1, 1, tzinfo=UTC) - timedelta(days=365)
    assert did == [1] * 5
    [letter] = queue.dead_letters()
    assert (letter.name, letter.tries, letter.arguments) == ("test.fail", 5, {"number": 1})
    assert letter.last_error.startswith("ConnectionError in fail:")
    assert "jan@" not in letter.last_error
    assert len(waits) == 5


@pytest.mark.usefixtures("app")
def test_a_dead_letter_is_tried_again_when_somebody_asks() -> None:
    enqueue("test.fail", number=1)
    with unit_of_work():
        db.session.scalars(sa.select(Job)).one().tries = len(queue.BACK_OFF)
    queue.run_pending()
    [letter] = queue.dead_letters()
    db.session.rollback()
    with unit_of_work():
        queue.retry(letter.id, by=SYSTEM)
    assert states() == {"waiting": 1}
    with unit_of_work():
        assert db.session.scalars(sa.select(AuditEvent.action)).all() == ["kernel:job:retried"]
    with pytest.raises(NotFoundError), unit_of_work():
        queue.retry(letter.id, by=SYSTEM)


@pytest.mark.usefixtures("app")
def test_strict_running_raises_what_a_job_raised_after_recording_it() -> None:
    enqueue("test.fail", number=1)
    with pytest.raises(ConnectionError):
        queue.run_pending(strict=True)
    with unit_of_work():
        assert db.session.scalars(sa.select(Job.tries)).one() == 1


@pytest.mark.usefixtures("app")
def test_a_job_that_cannot_be_done_yet_counts_no_failure() -> None:
    enqueue("test.wait", number=1)
    assert queue.run_pending() == 1
    assert queue.run_pending() == 0
    with unit_of_work():
        job = db.session.scalars(sa.select(Job)).one()
        assert (job.state, job.tries, job.last_error) == ("waiting", 0, None)
        assert job.run_after > clock.real_now() + timedelta(seconds=50)


@pytest.mark.usefixtures("app")
def test_the_oldest_waiting_age_is_that_of_the_job_due_longest() -> None:
    assert queue.oldest_waiting_age() is None
    db.session.rollback()
    enqueue("test.note", number=1)
    enqueue("test.note", number=2)
    with unit_of_work():
        first = db.session.scalars(sa.select(Job).order_by(Job.id).limit(1)).one()
        first.run_after = clock.real_now() - timedelta(hours=1)
    age = queue.oldest_waiting_age()
    assert age is not None
    assert timedelta(minutes=59) < age < timedelta(minutes=61)


# --- real workers ---------------------------------------------------------------------------


@contextmanager
def workers(folder: Path, count: int = 1) -> Iterator[list[subprocess.Popen[bytes]]]:
    environment = {**os.environ, "LOG_FOLDER": str(folder), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(WORKER), current_app.config["SQLALCHEMY_DATABASE_URI"]]
    started = [subprocess.Popen(command, env=environment) for _ in range(count)]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()


def lines(folder: Path, name: str) -> list[str]:
    path = folder / name
    return path.read_text().splitlines() if path.exists() else []


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


@pytest.mark.crash
@pytest.mark.usefixtures("app")
def test_a_job_of_a_killed_worker_is_done_by_a_worker_that_lives(tmp_path: Path) -> None:
    enqueue("worker.slow", number=1, seconds=3)
    with workers(tmp_path) as [first]:
        until(lambda: len(lines(tmp_path, "starts")) == 1)
        with workers(tmp_path):
            first.kill()
            until(lambda: states()["done"] == 1)
    starts = lines(tmp_path, "starts")
    assert len({line.split()[1] for line in starts}) == 2
    assert lines(tmp_path, "ends") == ["1"]


@pytest.mark.crash
@pytest.mark.usefixtures("app")
def test_a_job_longer_than_its_lease_stays_with_its_worker(tmp_path: Path) -> None:
    enqueue("worker.slow", number=1, seconds=3)
    with workers(tmp_path, 2):
        until(lambda: states()["done"] == 1)
    assert len(lines(tmp_path, "starts")) == 1


@pytest.mark.crash
@pytest.mark.usefixtures("app")
def test_three_workers_do_300_jobs_once_each(tmp_path: Path) -> None:
    with workers(tmp_path, 3):
        with unit_of_work():
            for number in range(300):
                queue.enqueue("worker.quick", key=str(number), number=number)
        until(lambda: states() == {"done": 300})
    done = Counter(line.split()[0] for line in lines(tmp_path, "starts"))
    assert done == {str(number): 1 for number in range(300)}


@pytest.mark.crash
@pytest.mark.usefixtures("app")
def test_workers_killed_again_and_again_lose_nothing(tmp_path: Path) -> None:
    with unit_of_work():
        for number in range(100):
            queue.enqueue("worker.quick", number=number)
        for number in range(3):
            queue.enqueue("worker.slow", number=1000 + number, seconds=2)
    for _ in range(4):
        before = len(lines(tmp_path, "starts"))
        with workers(tmp_path, 2):
            until(lambda before=before: len(lines(tmp_path, "starts")) > before)
            time.sleep(0.2)
    with workers(tmp_path, 2):
        until(lambda: states() == {"done": 103})
    done = {line.split()[0] for line in lines(tmp_path, "starts")}
    assert {str(number) for number in range(100)} <= done
    assert {"1000", "1001", "1002"} == set(lines(tmp_path, "ends"))


@pytest.mark.crash
@pytest.mark.usefixtures("app")
def test_sigterm_lets_the_running_job_finish_and_leaves_the_rest(tmp_path: Path) -> None:
    enqueue("worker.slow", number=1, seconds=2)
    enqueue("worker.slow", number=2, seconds=2)
    with workers(tmp_path) as [worker]:
        until(lambda: len(lines(tmp_path, "starts")) == 1)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=20) == 0
    assert lines(tmp_path, "ends") == ["1"]
    assert states() == {"done": 1, "waiting": 1}


@pytest.mark.crash
@pytest.mark.usefixtures("app")
def test_a_job_that_takes_its_workers_along_is_given_up(tmp_path: Path) -> None:
    enqueue("worker.deadly", number=1)
    with unit_of_work():
        db.session.scalars(sa.select(Job)).one().losses = queue.MOST_LOSSES
    with workers(tmp_path) as [worker]:
        worker.wait(timeout=30)
    time.sleep(1.6)
    enqueue("worker.quick", number=2)
    assert queue.run_pending() == 1
    [letter] = queue.dead_letters()
    assert letter.last_error == "worker lost"


@pytest.mark.usefixtures("app")
def test_a_job_that_comes_further_each_time_is_never_given_up() -> None:
    enqueue("test.come_further", number=1)
    with unit_of_work():
        job = db.session.scalars(sa.select(Job)).one()
        job.state, job.losses = "running", queue.MOST_LOSSES - 1
        job.leased_until = clock.real_now() - timedelta(seconds=1)
    assert queue.run_pending(strict=True) == 1
    assert did == [1, 0]
    assert states() == {"done": 1}
