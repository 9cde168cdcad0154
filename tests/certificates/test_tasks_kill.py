"""The worker is killed at random moments: no certificate is lost, doubled or left half made."""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.kernel import documents, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.mail import OutgoingMail
from certificates.models import Certificate, CertificateEvent
from certificates.queries import checks
from certificates.queries.chain_checks import chain_faults
from certificates.services import decisions, rounds
from tests.certificates.ready import commit_scene, make_keys, make_ready
from tests.factories import make_actor, make_enrolment, make_person
from tests.trust.sizes import size

CERTIFICATES = size(500, otherwise=200)
KILLS = size(100, otherwise=30)
WORKERS = size(3, otherwise=1)
LEASE = timedelta(seconds=2)
LONGEST_LIFE = {"each": 2.5, "round": 0.9}
"""A round makes twenty-five files in about a second: a worker for it is killed sooner."""


def grant_many(number: int, way: str) -> None:
    """Grant `number` certificates, committed in one go: each by itself, or as one round."""
    scene = commit_scene()
    with unit_of_work():
        trainer, board = make_actor(scene.trainer), make_actor(scene.board)
        proposals = []
        for _ in range(number):
            enrolment = make_enrolment(scene.cohort, make_person("Deelnemer"))
            make_ready(enrolment, by=scene.trainer)
            proposals.append(decisions.propose(enrolment.id, by=trainer))
        if way == "round":
            assert rounds.grant_all(proposals, by=board).count == number
            return
        for decision_id in proposals:
            decisions.decide(decision_id, "grant", by=board)


def start_worker(app: Flask) -> int:
    """Fork a worker from this warm process and return its process id."""
    db.session.remove()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        try:
            queue.work(app, lease=LEASE)
        finally:
            os._exit(0)
    return child


def unmade() -> int:
    found = db.session.scalar(
        sa.select(sa.func.count()).select_from(Certificate).where(Certificate.state == "approved")
    )
    db.session.rollback()
    return found or 0


def kill(worker: int) -> None:
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)


@pytest.mark.crash
@pytest.mark.trust("T20")
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("way", ["each", "round"])
def test_no_kill_loses_or_doubles_a_certificate(app: Flask, way: str) -> None:
    documents.close()
    make_keys()
    grant_many(CERTIFICATES, way)
    moments = random.Random(20261123)
    killed_at_work = 0

    workers = [start_worker(app) for _ in range(WORKERS)]
    for _ in range(KILLS):
        time.sleep(moments.uniform(0.05, LONGEST_LIFE[way]))
        killed_at_work += unmade() > 0
        kill(workers.pop(0))
        workers.append(start_worker(app))
    deadline = time.monotonic() + 240
    while unmade() and time.monotonic() < deadline:
        time.sleep(0.5)
    for worker in workers:
        kill(worker)

    assert killed_at_work >= KILLS // 2
    assert unmade() == 0
    assert checks.file_faults() == []
    assert checks.serial_faults() == []
    assert checks.key_faults() == []
    assert chain_faults() == []
    issued = sa.select(sa.func.count()).select_from(CertificateEvent)
    assert db.session.scalar(issued.where(CertificateEvent.kind == "issued")) == CERTIFICATES
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutgoingMail)) == CERTIFICATES
