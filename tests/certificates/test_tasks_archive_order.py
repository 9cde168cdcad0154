"""One file that cannot be proved stops no other, and costs no time stamp each time."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.kernel import queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.documents import DocumentError
from academy.kernel.queue import Job
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.adapters import archive
from certificates.adapters.archive import Answers, ArchivedDocument, InformationAwayError
from certificates.rules.archiving import Newest
from certificates.tasks import archiving as tasks
from tests.certificates.failing_disks import settings_of

END = datetime(2029, 1, 1, tzinfo=UTC)
COUNT = 5


class Files:
    """Files that wait, in order of urgency, and what came of trying them."""

    def __init__(self) -> None:
        storage = Storage(current().storage)
        self.waiting = [
            Newest(n, f"N-{n}", storage.put(b"file %d" % n), "B-T", END, END, END)
            for n in range(1, COUNT + 1)
        ]
        self.tried: list[int] = []
        self.proved: list[int] = []
        self.fails: dict[int, Callable[[], Exception]] = {}

    def archived(self, data: bytes, *_: object, **__: object) -> ArchivedDocument:
        number = int(data.split()[1])
        self.tried.append(number)
        if number in self.fails:
            failure = self.fails[number]()
            raise failure
        return ArchivedDocument(data + b" proved", "", "B-LTA", END + timedelta(days=9))

    def record(self, certificate_id: int, *_: object, **__: object) -> bool:
        self.proved.append(certificate_id)
        self.waiting = [one for one in self.waiting if one.certificate_id != certificate_id]
        return True


@pytest.fixture
def files(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Files]:
    with settings_of(app, storage=tmp_path / "own"):
        found = Files()
        monkeypatch.setattr(tasks, "due_files", lambda: list(found.waiting))
        monkeypatch.setattr(tasks, "is_newest", lambda *_: True)
        monkeypatch.setattr(tasks, "archived", found.archived)
        monkeypatch.setattr(tasks, "record_archived", found.record)
        monkeypatch.setattr(tasks, "_resting", {})
        yield found


def refused(kind: str) -> Callable[[], DocumentError]:
    return lambda: DocumentError("Nee.", kind=kind)


def test_a_file_that_cannot_be_read_stops_no_other(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    get, bad = Storage.get, files.waiting[0].sha256

    def failing(storage: Storage, sha256: str) -> bytes:
        if sha256 == bad:
            raise OSError(errno.EIO, "Input/output error")
        return get(storage, sha256)

    monkeypatch.setattr(Storage, "get", failing)
    tasks.prove_files()
    assert files.proved == [2, 3, 4, 5]


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_cannot_be_written_stops_the_round(
    files: Files, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    def full(_storage: Storage, _data: bytes) -> str:
        raise OSError(error, "No space left on device")

    monkeypatch.setattr(Storage, "put", full)
    with pytest.raises(OSError, match="No space"):
        tasks.prove_files()
    assert files.tried == [1]


def test_files_that_fail_count_and_the_next_job_begins_behind_them(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "AT_ONCE", 2)
    files.fails = dict.fromkeys((1, 2, 3), InformationAwayError)
    tasks.prove_files()
    assert files.tried == [1, 2]
    queue.run_pending(strict=True)
    assert files.tried == [1, 2, 3, 4, 5]
    assert files.proved == [4, 5]


def test_a_job_that_was_done_twice_begins_one_chain(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "AT_ONCE", 2)
    files.fails = dict.fromkeys((1, 2), InformationAwayError)
    tasks.prove_files()
    tasks.prove_files()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 1
    db.session.rollback()


def test_what_was_refused_rests_a_while(files: Files) -> None:
    files.fails = {1: refused("NoProof:not_lasting")}
    tasks.prove_files()
    tasks.prove_files()
    assert files.tried.count(1) == 1
    tasks._resting.clear()
    tasks.prove_files()
    assert files.tried.count(1) == 2


def test_stamps_of_another_authority_end_the_round(files: Files) -> None:
    files.fails = dict.fromkeys(range(1, 6), refused(tasks.STRANGE))
    tasks.prove_files()
    assert files.tried == [1, 2, 3]


def test_a_file_that_another_worker_proved_meanwhile_gets_no_stamp(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "is_newest", lambda certificate_id, _sha256: certificate_id != 1)
    tasks.prove_files()
    assert files.tried == [2, 3, 4, 5]


# --- who is asked ---------------------------------------------------------------------------------

QUESTIONS = [
    {"kind": "ocsp", "url": "http://a.example", "body": b"1"},
    {"kind": "ocsp", "url": "http://b.example", "body": b"1"},
    {"kind": "crl", "url": "http://c.example", "body": b""},
]


@pytest.mark.parametrize("there", [0, 1, 2, 3])
def test_the_next_address_is_asked_and_who_was_away_only_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch, there: int
) -> None:
    asked: list[str] = []

    def fetch(url: str, *_: object, **__: object) -> bytes:
        asked.append(url)
        if url not in [one["url"] for one in QUESTIONS[there:]]:
            raise TimeoutError
        return b"answer"

    monkeypatch.setattr(archive, "fetch", fetch)
    answers = Answers(current())
    for _file in range(3):
        if there == len(QUESTIONS):
            with pytest.raises(InformationAwayError):
                answers.first(QUESTIONS)
        else:
            assert answers.first(QUESTIONS) == (QUESTIONS[there]["kind"], b"answer")
    assert asked == [one["url"] for one in QUESTIONS[: there + 1]]


def test_jobs_go_on_with_a_key(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AT_ONCE", 1)
    tasks.prove_files()
    with unit_of_work():
        (job,) = db.session.scalars(sa.select(Job))
        assert job.key is not None
        assert job.arguments == {"after_until": END.isoformat(), "after_id": 1}
