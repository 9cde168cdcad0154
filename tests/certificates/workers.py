"""Real workers, forked from this warm process, and what they still have to make."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from flask import Flask

from academy.kernel import documents, queue
from academy.kernel.db import db, unit_of_work
from certificates.models import Certificate, RoundProposal
from certificates.services import decisions, rounds
from tests.certificates.ready import commit_scene, make_ready
from tests.factories import make_actor, make_enrolment, make_person

LEASE = timedelta(seconds=1)


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


ROOM_MB = 8192
"""What a child forked from a test may take: it begins with all that the test has."""


class WarmChild:
    """A document child forked from its worker: the same from its first request on, a second sooner.

    It has what `DocumentChild` asks of a `subprocess.Popen`.
    """

    def __init__(self, nice: int, temporary: Path) -> None:
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _be_child(theirs_in, theirs_out, nice, temporary)
        os.close(theirs_in)
        os.close(theirs_out)
        self.stdin: IO[bytes] = os.fdopen(ours_out, "wb", buffering=0)
        self.stdout: IO[bytes] = os.fdopen(ours_in, "rb", buffering=0)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return None as long as it runs."""
        if self.returncode is None:
            ended, self.returncode = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = self.returncode if ended else None
        return self.returncode

    def kill(self) -> None:
        """End it."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> None:
        """Wait until it ended."""
        if self.returncode is None:
            _ended, self.returncode = os.waitpid(self.pid, 0)


def _be_child(requests: int, answers: int, nice: int, temporary: Path) -> None:
    try:
        os.dup2(requests, 0)
        os.dup2(answers, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.closerange(3, 4096)  # the worker's database is not ours to hold open
        gc.freeze()  # nor what it holds ours to clear away
        sys.stdin = os.fdopen(0)
        tempfile.tempdir = str(temporary)
        documents.serve(ROOM_MB, nice)
    finally:
        os._exit(0)


def warm_up() -> None:
    """Load here what a document child loads first; see `keep_children_warm`."""
    for name in ("make_in_child", "fast.bulk"):
        importlib.import_module(f"certificates.adapters.{name}")


def keep_children_warm() -> None:
    """Let the document children of this worker be forked from it."""
    documents.start_child = lambda _memory, nice, temporary: WarmChild(nice, temporary)  # type: ignore[assignment,return-value]


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
