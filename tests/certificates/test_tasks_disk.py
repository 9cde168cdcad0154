"""Disks that are full or fail while certificates are issued: nothing acknowledged is lost (T21).

Whatever failed, the same is asked afterwards: what the register calls issued is whole, and the rest
is issued by the queue itself, without anybody doing something.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from academy.app import create_app
from academy.keeping.checks import all_faults
from academy.keeping.doctor import examine
from academy.kernel import clock, disk, documents, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.mail import OutgoingMail
from academy.kernel.queue import Job
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from academy.people.adapters.cookie import cookie_name
from academy.people.models import Account, SignIn
from certificates.adapters.make import SealedDocument
from certificates.adapters.many import make_one
from certificates.models import Certificate, CertificateEvent
from certificates.queries import checks
from certificates.queries.approvals import ISSUE_JOB
from certificates.tasks import issuing
from tests.certificates.failing_disks import (
    Disk,
    faulty_worker,
    lift_limit,
    limit_files,
    settings_of,
    small_disk,
)
from tests.certificates.ready import CODE, commit_scene, grant, make_keys
from tests.certificates.workers import grant_many, running, unmade, wait_until
from tests.conftest import Browser, make_settings
from tests.factories import make_person, make_sign_in
from tests.trust.sizes import size

forks = pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
CERTIFICATES = 30
RUNS = size(10, otherwise=3)
RECOVERY_SECONDS = 120


@pytest.fixture(autouse=True)
def own_folders(app: Flask, tmp_path: Path) -> Iterator[None]:
    """Files and checkpoints of this test only: other tests' would stand in no register here."""
    with settings_of(app, storage=tmp_path / "own-files", checkpoints=tmp_path / "own-points"):
        yield


def assert_whole() -> None:
    """What was acknowledged is there, also while the disk fails."""
    db.session.rollback()
    assert checks.file_faults() == []
    assert checks.serial_faults() == []
    db.session.rollback()


def assert_recovered(number: int) -> None:
    """All is as if nothing had failed, and nobody has to do anything."""
    db.session.rollback()
    assert all_faults() == []
    assert queue.dead_letters() == []
    issued = sa.select(sa.func.count()).where(CertificateEvent.kind == "issued")
    assert db.session.scalar(issued) == number
    told = sa.select(sa.func.count()).where(OutgoingMail.template.startswith("certificates/"))
    assert db.session.scalar(told) == number
    db.session.rollback()


def wait_until_made(number: int) -> None:
    wait_until(lambda: unmade() == 0, seconds=RECOVERY_SECONDS, what="not everything was made")
    assert_recovered(number)


def waiting_for_disk() -> int:
    found = queue.count_waiting_for_disk()
    db.session.rollback()
    return found


# --- a storage and a checkpoint folder without room -----------------------------------------------


@pytest.mark.crash
@pytest.mark.trust("T21")
@pytest.mark.timeout(600)
@forks
@pytest.mark.parametrize("way", ["each", "round"])
def test_a_full_storage_and_a_full_checkpoint_folder_lose_nothing(
    app: Flask, tmp_path: Path, way: str
) -> None:
    documents.close()
    make_keys()
    with (
        small_disk(tmp_path / "files", kilobytes=800) as files,
        small_disk(tmp_path / "checkpoints", kilobytes=64) as kept,
        settings_of(app, storage=files.folder, checkpoints=kept.folder),
    ):
        kept.fill()
        grant_many(CERTIFICATES, way)
        with running(app):
            wait_until(lambda: waiting_for_disk() >= 2, seconds=60, what="nothing waits")
            assert 0 < unmade() < CERTIFICATES
            assert_whole()
            assert list(files.folder.glob(".*")) == []  # no half file
            assert said_by_doctor("storage") == said_by_doctor("worker") == "fault"
            before = tries_met()
            files.enlarge()
            kept.free()
            wait_until_made(CERTIFICATES)
            today = f"{clock.real_today()}"
            wait_until((kept.folder / f"{today}.json").exists, seconds=60, what="no checkpoint")
        assert before < 30  # it tried now and then, and did not spin
        assert sorted(path.suffix for path in kept.folder.iterdir()) == [".json", ".sig"]
        assert all_faults() == []


def said_by_doctor(subject: str) -> str:
    states = {one.state for one in examine(current()) if one.subject == subject}
    return "fault" if "fault" in states else "ok"


def tries_met() -> int:
    """Return how many files were made in vain: stored ones that nothing names."""
    known = checks.known_files()
    db.session.rollback()
    return sum(sha256 not in known for sha256 in Storage(current().storage).hashes())


# --- a database without room ----------------------------------------------------------------------


@pytest.fixture
def cramped(app: Flask, session_folder: Path, tmp_path: Path) -> Iterator[tuple[Flask, Disk]]:
    """An academy whose SQLite lies on a small disk; files lie elsewhere."""
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        pytest.skip("a full disk of the server is not ours to make")
    with small_disk(tmp_path / "database", kilobytes=32 * 1024) as small:
        db.session.remove()
        shutil.copy(session_folder / "clean.sqlite", small.folder / "academy.sqlite")
        url = f"sqlite:///{small.folder / 'academy.sqlite'}"
        other = create_app(make_settings(url, tmp_path, KEYS=str(current().keys)), testing=True)
        other.config["WTF_CSRF_ENABLED"] = False
        other.test_client_class = Browser
        with other.app_context():
            yield other, small
            db.session.remove()
            db.engine.dispose()


@pytest.mark.crash
@pytest.mark.sqlite
@pytest.mark.trust("T21")
@pytest.mark.timeout(600)
@forks
def test_a_full_database_loses_nothing_and_pages_say_it_kindly(
    cramped: tuple[Flask, Disk],
) -> None:
    app, small = cramped
    documents.close()
    make_keys()
    grant_many(CERTIFICATES, "each")
    client = signed_in_long_ago(app)
    db.session.remove()
    small.fill(leave=600 * 1024)
    with running(app):
        wait_until(lambda: is_full(small), seconds=60, what="the disk never filled")
        small.fill()
        assert_whole()
        left = unmade()
        assert left > 0

        refused = next(
            (answer for answer in asked_again_and_again(client) if answer.status_code == 503), None
        )
        assert refused is not None
        assert "kan nu niets bewaren" in refused.text
        assert "Er is niets veranderd." in refused.text
        for page in ("/", "/controleer", "/vandaag", "/readyz"):
            assert client.get(page).status_code == 200, page
        assert said_by_doctor("storage") == "fault"

        small.free()
        wait_until_made(CERTIFICATES)
    assert client.post("/binnenkomen", data={"mailbox": "iemand@test.example"}).status_code < 400
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("pragma integrity_check").scalar() == "ok"


def asked_again_and_again(client: FlaskClient) -> Iterator[TestResponse]:
    """Ask for codes: a few small writes still fit where the log of the database has room."""
    for place in range(20):
        yield client.post("/binnenkomen", data={"mailbox": f"iemand{place}@test.example"})


def is_full(small: Disk) -> bool:
    return shutil.disk_usage(small.folder).free < 64 * 1024


def signed_in_long_ago(app: Flask) -> FlaskClient:
    """Return the browser of somebody whose last-seen is due: a page that writes along the way."""
    with unit_of_work():
        person = make_person("Samira")
        db.session.add(Account(person_id=person.id, mailbox=f"p{person.id}@test.example"))
        db.session.flush()
        token = make_sign_in(person.id)
        db.session.execute(
            sa.update(SignIn).values(last_seen_at=clock.real_now() - timedelta(minutes=2))
        )
    client = app.test_client()
    client.set_cookie(cookie_name(), token)
    return client


# --- files that may not grow, and calls that fail at random ---------------------------------------


@pytest.mark.crash
@pytest.mark.trust("T21")
@pytest.mark.timeout(600)
@forks
def test_files_that_may_not_grow_lose_nothing(app: Flask) -> None:
    """`ulimit -f`: on SQLite it strikes the database too, in the midst of its log."""
    documents.close()
    make_keys()
    grant_many(CERTIFICATES, "each")
    moments = random.Random(20261123)
    with running(app) as worker:
        for _ in range(RUNS):
            limit_files(worker, moments.randrange(1024, 600 * 1024))
            time.sleep(moments.uniform(0.3, 1.2))
            assert_whole()
            lift_limit(worker)
            time.sleep(moments.uniform(0.1, 0.4))
        wait_until_made(CERTIFICATES)


@pytest.mark.crash
@pytest.mark.trust("T21")
@pytest.mark.timeout(900)
def test_calls_that_fail_at_random_lose_nothing(app: Flask, tmp_path: Path) -> None:
    """libfiu: any write, flush or rename of the worker fails, of its files and of SQLite."""
    documents.close()
    make_keys()
    grant_many(CERTIFICATES, "each")
    db.session.remove()
    moments = random.Random(20261123)
    log = tmp_path / "worker.log"
    with faulty_worker(tmp_path, log=log) as worker:
        wait_until(lambda: unmade() < CERTIFICATES, seconds=60, what=log.read_text())
        for _ in range(RUNS):
            said = log.stat().st_size
            worker.fail(moments.uniform(0.005, 0.02), moments.choice([errno.EIO, errno.ENOSPC]))
            wait_until(partial(failed_or_done, log, said), seconds=60, what="nothing failed")
            assert_whole()
            worker.mend()
        assert log.stat().st_size > 0
        wait_until_made(CERTIFICATES)


def failed_or_done(log: Path, said: int) -> bool:
    return log.stat().st_size > said or unmade() == 0


# --- every call in turn ---------------------------------------------------------------------------

CALLS = ("open", "fsync", "replace", "unlink")


class Failing:
    """Lets the call number `at` of those that store a file fail, and counts them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, at: int, error: int) -> None:
        self.at, self.error, self.calls = at, error, 0
        for name in CALLS:
            monkeypatch.setattr(os, name, self._counted(getattr(os, name)))
        monkeypatch.setattr(os, "fdopen", self._opened(os.fdopen))

    def _count(self) -> None:
        self.calls += 1
        if self.calls == self.at:
            raise OSError(self.error, os.strerror(self.error))

    def _counted(self, call: Callable) -> Callable:
        def counted(*values, **words):
            self._count()
            return call(*values, **words)

        return counted

    def _opened(self, call: Callable) -> Callable:
        def opened(descriptor, *values):
            file = call(descriptor, *values)
            write = file.write

            class Half:
                """Writes half of it, as a disk does that fills up, and then fails."""

                def write(inner, data: bytes) -> int:  # noqa: N805
                    try:
                        self._count()
                    except OSError:
                        write(data[: len(data) // 2])
                        file.flush()
                        raise
                    return write(data)

                def __getattr__(inner, name: str):  # noqa: N805
                    return getattr(file, name)

                def __enter__(inner):  # noqa: N805
                    return inner

                def __exit__(inner, *what):  # noqa: N805
                    file.close()

            return Half()

        return opened


@pytest.fixture
def sealed(own_folders: None) -> tuple[int, SealedDocument]:
    """A granted certificate and its sealed file, which nobody entered yet; an empty storage."""
    make_keys()
    certificate_id = grant(commit_scene())
    with unit_of_work():
        paper = issuing.find_paper(certificate_id, code=CODE)
    assert paper is not None
    return certificate_id, make_one(paper, issuing.sealing_of_now())


def states_after_failure(certificate_id: int) -> tuple[str, list[str]]:
    """Return how the register calls it, and the names of stored files that are not whole."""
    db.session.rollback()
    state = db.session.get_one(Certificate, certificate_id).state
    db.session.rollback()
    storage = Storage(current().storage)
    broken = []
    for sha256 in storage.hashes():
        try:
            storage.get(sha256)
        except ValueError:
            broken.append(sha256)
    return state, broken


@pytest.mark.pdf
@pytest.mark.trust("T21")
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_whichever_call_fails_the_register_says_nothing_of_it(
    sealed, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    certificate_id, document = sealed
    for at in range(1, 50):
        with monkeypatch.context() as patch:
            failing = Failing(patch, at=at, error=error)
            with suppress(OSError):
                issuing.enter(certificate_id, document, code=CODE)
        state, broken = states_after_failure(certificate_id)
        assert broken == []
        if failing.calls < at:
            break
        assert state == "approved"
    assert at > 5
    assert state == "issued"
    assert checks.file_faults() == []


@pytest.mark.pdf
@pytest.mark.trust("T21", planted=True)
def test_a_file_that_is_not_put_in_place_whole_is_found(
    sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the tests above look at does tell half a file from a whole one."""
    certificate_id, document = sealed

    def careless(path: Path, content: bytes, **_mode: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content[: len(content) // 2])

    monkeypatch.setattr("academy.kernel.storage.write_whole", careless)
    issuing.enter(certificate_id, document, code=CODE)
    state, broken = states_after_failure(certificate_id)
    assert (state, len(broken)) == ("issued", 1)
    assert checks.file_faults() != []


@pytest.mark.pdf
@pytest.mark.trust("T21", planted=True)
def test_a_queue_that_takes_a_full_disk_for_a_mistake_gives_up(
    sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the rule for disks a job would wait for somebody's hand."""
    certificate_id, _document = sealed

    def full(_storage: Storage, _data: bytes) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Storage, "put", full)
    for is_known in (True, False):
        if not is_known:
            monkeypatch.setattr(disk, "failed", lambda _error: False)
        for _ in range(len(queue.BACK_OFF) + 1):
            with unit_of_work():
                db.session.execute(sa.update(Job).values(run_after=Job.created_at))
            queue.run_pending()
        states = set(db.session.scalars(sa.select(Job.state).where(Job.name == ISSUE_JOB)))
        db.session.rollback()
        assert states == ({"waiting"} if is_known else {"dead"})
    assert db.session.get_one(Certificate, certificate_id).state == "approved"
