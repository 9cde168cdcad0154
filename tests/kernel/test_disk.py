"""A disk that is full or fails is told apart from mistakes, and stops no work for good."""

from __future__ import annotations

import errno
import io
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from academy.kernel import disk, limits, mail, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.documents import DocumentError
from academy.kernel.queue import Job
from academy.kernel.settings import current


def no_room() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


queue.register("test.no_room", no_room)


def of_sqlite(tmp_path: Path) -> sa.exc.DBAPIError:
    """Return what a real SQLite says when it may grow no further."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'small.sqlite'}")
    with engine.connect() as connection:
        connection.exec_driver_sql("pragma max_page_count=2")
        connection.exec_driver_sql("create table one (text)")
        with pytest.raises(sa.exc.OperationalError) as found:
            connection.exec_driver_sql(f"insert into one values ('{'x' * 20_000}')")
    return found.value


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
def test_files_that_cannot_be_written_are_the_disk(number):
    assert disk.failed(OSError(number, "no"))


def test_so_are_a_full_sqlite_and_what_followed_from_it(tmp_path):
    error = of_sqlite(tmp_path)
    assert disk.failed(error)
    later = RuntimeError("later")
    later.__cause__ = error
    assert disk.failed(later)


def test_so_are_a_full_postgresql_and_a_child_that_met_one():
    class DiskFullError(Exception):
        sqlstate = "53100"

    assert disk.failed(sa.exc.OperationalError("insert", {}, DiskFullError()))
    assert disk.failed(DocumentError("Niet gemaakt.", kind=f"{disk.MARK}OSError at fonts.py:1"))


@pytest.mark.parametrize(
    "error",
    [
        None,
        FileNotFoundError(errno.ENOENT, "no"),
        ConnectionError("no"),
        ValueError("no"),
        DocumentError("Niet gemaakt.", kind="OSError at fonts.py:1"),
        sa.exc.OperationalError("insert", {}, sqlite3.OperationalError("database is locked")),
    ],
)
def test_nothing_else_is(error):
    assert not disk.failed(error)


def test_a_disk_is_left_alone_for_longer_and_longer():
    pauses = [disk.pause_seconds(times) for times in range(8)]
    assert pauses == [0, 1, 2, 4, 8, 16, 30, 30]


def test_a_log_that_cannot_be_written_stops_nothing():
    class Full(io.StringIO):
        def write(self, _text):
            no_room()

        def flush(self):
            no_room()

    stream = disk.log_stream(Full())
    print("a line", file=stream, flush=False)
    stream.flush()


def test_room_is_told_per_disk(app: Flask):
    found = disk.free_bytes(current())
    assert found
    assert all(folder.exists() and free >= 0 for folder, free in found.items())


def test_a_job_that_meets_it_waits_and_is_never_given_up(app: Flask):
    with unit_of_work():
        queue.enqueue("test.no_room")
    for _ in range(len(queue.BACK_OFF) + 2):
        assert queue.run_pending() == 1
        with unit_of_work():
            job = db.session.scalars(sa.select(Job).where(Job.name == "test.no_room")).one()
            assert (job.state, job.tries) == ("waiting", 0)
            assert job.last_error == "disk: OSError in no_room:24"
            job.run_after -= timedelta(minutes=1)
    assert queue.count_waiting_for_disk() == 1


@pytest.mark.parametrize("path", ["/binnenkomen", "/api/v1/certificates/verify"])
def test_pages_and_programs_are_told_in_words(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str
):
    def full(*_values: object) -> None:
        no_room()

    monkeypatch.setattr(limits, "queue_up", full)
    monkeypatch.setattr("certificates.services.counting.queue_up", full)
    if path.startswith("/api/"):
        answer = client.post(path, json={"sha256": "0" * 64})
        assert answer.json["type"] == "/problems/no-room"
    else:
        answer = client.post(path, data={"mailbox": "iemand@test.example"})
        assert "Onze computer kan nu niets bewaren." in answer.text
        assert "Er is niets veranderd." in answer.text
    assert answer.status_code == 503


def test_a_mail_that_left_while_nothing_could_be_noted_does_not_leave_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
):
    left = []
    monkeypatch.setattr(mail, "_to_send", lambda one, _settings: {"Message-ID": one.message_id})
    monkeypatch.setattr(mail, "connect", lambda _settings: None)
    monkeypatch.setattr(mail, "_hand_over", lambda message, _server: left.append(message))
    with unit_of_work():
        mail.send("certificates/issued", to="iemand@test.example", key="one")
    with monkeypatch.context() as full:
        full.setattr(mail, "_settle_sent", lambda _mail_id: no_room())
        queue.run_pending()
        assert queue.count_waiting_for_disk() == 1
    with unit_of_work():
        db.session.execute(sa.update(Job).values(run_after=Job.created_at))
    queue.run_pending(strict=True)
    assert len(left) == 1
    assert db.session.scalar(sa.select(mail.OutgoingMail.outcome)) == "sent"
