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
from certificates.services import decisions
from tests.certificates.ready import commit_scene, make_keys, make_ready
from tests.factories import make_actor, make_enrolment, make_person

CERTIFICATES = int(os.environ.get("ACADEMY_TEST_CERTIFICATES", "200"))
KILLS = int(os.environ.get("ACADEMY_TEST_KILLS", "30"))
LEASE = timedelta(seconds=2)


def grant_many(number: int) -> None:
    """Grant `number` certificates, committed in one go."""
    scene = commit_scene()
    with unit_of_work():
        trainer, board = make_actor(scene.trainer), make_actor(scene.board)
        for _ in range(number):
            enrolment = make_enrolment(scene.cohort, make_person("Deelnemer"))
            make_ready(enrolment, by=scene.trainer)
            decision_id = decisions.propose(enrolment.id, by=trainer)
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


@pytest.mark.crash
@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_no_kill_loses_or_doubles_a_certificate(app: Flask) -> None:
    documents.close()
    make_keys()
    grant_many(CERTIFICATES)
    moments = random.Random(20261123)
    killed_at_work = 0

    for _ in range(KILLS):
        worker = start_worker(app)
        time.sleep(moments.uniform(0.05, 2.5))
        killed_at_work += unmade() > 0
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
    worker = start_worker(app)
    deadline = time.monotonic() + 240
    while unmade() and time.monotonic() < deadline:
        time.sleep(0.5)
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)

    assert killed_at_work >= KILLS // 2
    assert unmade() == 0
    assert checks.file_faults() == []
    assert checks.serial_faults() == []
    assert checks.key_faults() == []
    issued = sa.select(sa.func.count()).select_from(CertificateEvent)
    assert db.session.scalar(issued.where(CertificateEvent.kind == "issued")) == CERTIFICATES
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutgoingMail)) == CERTIFICATES
