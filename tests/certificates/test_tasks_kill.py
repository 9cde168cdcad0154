"""The worker is killed at random moments: no certificate is lost, doubled or left half made."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.keeping.checks import all_faults
from academy.kernel import documents
from academy.kernel.db import db
from academy.kernel.mail import OutgoingMail
from academy.kernel.storage import Storage
from certificates.models import CertificateEvent, RoundProposal
from certificates.queries import checks
from tests.certificates.failing_disks import settings_of
from tests.certificates.ready import commit_scene, issue, make_keys
from tests.certificates.workers import (
    grant_many,
    keep_children_warm,
    kill,
    start_worker,
    unmade,
    wait_until,
    warm_up,
)
from tests.trust.sizes import size

CERTIFICATES = size(500, otherwise=200)
KILLS = size(100, otherwise=30)
WORKERS = size(3, otherwise=1)
REST_SECONDS = size(900, otherwise=240)
"""How long they may take for the rest after the last kill; a busy machine needs it."""
SHORTEST_LIFE = 0.05
LIVES = {"each": 0.7, "round": 1.0}
"""The longest time between two kills, in how many times what a worker needs to come further.

Three work at a time and the oldest is killed, so that each lives for three of them.
"""


@pytest.fixture(autouse=True)
def own_folders(app: Flask, tmp_path: Path) -> Iterator[None]:
    """Files and checkpoints of this test only: other tests' would stand in no register here."""
    with settings_of(app, storage=tmp_path / "own-files", checkpoints=tmp_path / "own-points"):
        yield


def made() -> int:
    found = db.session.scalar(sa.select(sa.func.count()).where(CertificateEvent.kind == "issued"))
    db.session.rollback()
    return found or 0


def seconds_to_come_further(app: Flask) -> float:
    """Return how long a worker takes until it granted or made anything; kills it then."""
    before, started = came(), time.monotonic()
    worker = start_worker(app, prepare=keep_children_warm)
    wait_until(lambda: came() > before, seconds=120, what="nothing was granted or made")
    kill(worker)
    return time.monotonic() - started


def came() -> int:
    """Return how many certificates were granted in the round, and made."""
    granted = sa.select(sa.func.count()).where(RoundProposal.state == "granted")
    return (db.session.scalar(granted) or 0) + made()


@pytest.mark.crash
@pytest.mark.trust("T20")
@pytest.mark.timeout(1500)
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("way", ["each", "round"])
def test_no_kill_loses_or_doubles_a_certificate(app: Flask, way: str) -> None:
    documents.close()
    warm_up()
    make_keys()
    grant_many(CERTIFICATES, way)
    moments = random.Random(20261123)
    killed_at_work = 0
    longest = max(0.4, LIVES[way] * seconds_to_come_further(app))

    workers = [start_worker(app, prepare=keep_children_warm) for _ in range(WORKERS)]
    for _ in range(KILLS):
        time.sleep(moments.uniform(SHORTEST_LIFE, longest))
        killed_at_work += unmade() > 0
        kill(workers.pop(0))
        workers.append(start_worker(app, prepare=keep_children_warm))
    deadline = time.monotonic() + REST_SECONDS
    while unmade() and time.monotonic() < deadline:
        time.sleep(0.5)
    for worker in workers:
        kill(worker)

    assert killed_at_work >= KILLS // 2
    assert unmade() == 0
    assert all_faults() == []
    assert made() == CERTIFICATES
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutgoingMail)) == CERTIFICATES


@pytest.mark.pdf
@pytest.mark.trust("T20", planted=True)
def test_a_register_that_speaks_before_the_file_lies_there_is_found(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked after the kills does see what a kill in the wrong order would leave."""
    monkeypatch.setattr(Storage, "put", lambda _storage, data: hashlib.sha256(data).hexdigest())
    issue(commit_scene())
    assert any("has no file" in fault for fault in checks.file_faults())
