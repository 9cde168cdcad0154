"""Real workers, forked from this warm process, and what they still have to make."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from academy.kernel import queue
from academy.kernel.db import db, unit_of_work
from certificates.models import Certificate, RoundProposal
from certificates.services import decisions, rounds
from tests.certificates.ready import commit_scene, make_ready
from tests.factories import make_actor, make_enrolment, make_person

LEASE = timedelta(seconds=2)


def grant_many(number: int, way: str) -> None:
    """Grant `number` certificates, committed in one go: each by itself, or asked as one round."""
    scene = commit_scene()
    with unit_of_work():
        trainer, board = make_actor(scene.trainer), make_actor(scene.board)
        proposals = []
        for _ in range(number):
            enrolment = make_enrolment(scene.cohort, make_person("Deelnemer"))
            make_ready(enrolment, by=scene.trainer)
            proposals.append(decisions.propose(enrolment.id, by=trainer))
        if way == "round":
            rounds.ask_all(proposals, by=board)
            return
        for decision_id in proposals:
            decisions.decide(decision_id, "grant", by=board)


def start_worker(app: Flask, *, prepare: Callable[[], None] = lambda: None) -> int:
    """Fork a worker that first does `prepare`, and return its process id."""
    db.session.remove()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        try:
            prepare()
            queue.work(app, lease=LEASE)
        finally:
            os._exit(0)
    return child


@contextmanager
def running(app: Flask) -> Iterator[int]:
    """Have a worker for the block; it must live to the end of it. Yields its process id."""
    worker = start_worker(app)
    ended = 0
    try:
        yield worker
        ended, _ = os.waitpid(worker, os.WNOHANG)
    finally:
        if not ended:
            kill(worker)
    assert not ended, "the worker died"


def kill(worker: int) -> None:
    """End a worker as the machine would."""
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)


def unmade() -> int:
    """Return how many certificates are to be granted, or granted and without a file."""
    approved = sa.select(sa.func.count()).where(Certificate.state == "approved")
    asked = sa.select(sa.func.count()).where(RoundProposal.state == "asked")
    found = (db.session.scalar(approved) or 0) + (db.session.scalar(asked) or 0)
    db.session.rollback()
    return found


def wait_until(holds: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Wait until something holds; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"after {seconds:.0f} seconds: {what}"
        time.sleep(0.1)
