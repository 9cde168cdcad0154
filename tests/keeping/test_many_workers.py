"""PostgreSQL, two web processes and three workers, by settings and one command alone."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.app import create_app
from academy.keeping.databases import database_at
from academy.kernel import documents
from academy.kernel.db import db, unit_of_work
from academy.kernel.mail import OutgoingMail
from academy.kernel.queue import Job
from academy.kernel.settings import read_settings
from certificates.models import Certificate, CertificateEvent
from certificates.services import decisions
from tests.certificates.ready import commit_scene, make_ready
from tests.factories import make_actor, make_enrolment, make_person
from tests.keeping.academies import Academy, Visitor, children_of, wait_for
from tests.postgres import new_database, postgres_server

__all__ = ["postgres_server"]

CERTIFICATES = 60
pytestmark = [pytest.mark.pg, pytest.mark.crash, pytest.mark.timeout(600)]


@pytest.fixture
def academy(postgres_server: str, tmp_path: Path) -> Academy:
    made = Academy(tmp_path, new_database(postgres_server))
    made.make()
    return made


@pytest.fixture
def inside(academy: Academy) -> Iterator[Flask]:
    """The same academy in this process, to grant and to count in."""
    app = create_app(read_settings(academy.settings))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    documents.close()


def grant_many(number: int) -> None:
    scene = commit_scene()
    with unit_of_work():
        trainer, board = make_actor(scene.trainer), make_actor(scene.board)
        for _ in range(number):
            enrolment = make_enrolment(scene.cohort, make_person("Deelnemer"))
            make_ready(enrolment, by=scene.trainer)
            decisions.decide(decisions.propose(enrolment.id, by=trainer), "grant", by=board)


def count(statement: sa.Select[tuple[int]]) -> int:
    found = db.session.scalar(statement)
    db.session.rollback()
    return found or 0


def issued() -> int:
    return count(sa.select(sa.func.count()).where(Certificate.state == "issued"))


def test_a_killed_worker_loses_and_doubles_no_certificate(
    academy: Academy, inside: Flask, tmp_path: Path
) -> None:
    grant_many(CERTIFICATES)
    with academy.serving("--web", "2", "--workers", "3") as server:
        workers = children_of(server.pid, "academy worker")
        assert len(workers) == 3
        [web] = children_of(server.pid, "gunicorn")
        assert len(children_of(web, "gunicorn")) == 2

        wait_for(lambda: issued() >= CERTIFICATES // 5)
        assert issued() < CERTIFICATES
        os.kill(workers[0], signal.SIGKILL)
        wait_for(lambda: issued() == CERTIFICATES)
        wait_for(lambda: len(children_of(server.pid, "academy worker")) == 3, seconds=10)

        assert {academy.status("/readyz") for _ in range(10)} == {200}
        assert server.poll() is None

    events = sa.select(sa.func.count()).where(CertificateEvent.kind == "issued")
    assert count(events) == CERTIFICATES
    assert count(sa.select(sa.func.count(Certificate.serial.distinct()))) == CERTIFICATES
    assert count(sa.select(sa.func.count()).select_from(OutgoingMail)) == CERTIFICATES
    assert count(sa.select(sa.func.count()).where(Job.state == "dead")) == 0
    checked = academy.command("check")
    assert checked.returncode == 0, checked.stdout
    assert len(list((tmp_path / "files").glob("*.pdf"))) >= CERTIFICATES


def test_web_processes_count_together(academy: Academy) -> None:
    with academy.serving("--web", "2", "--workers", "0"):
        for _ in range(40):
            academy.status("/privacy")
        texts = [Visitor(academy).get("/metrics") for _ in range(6)]
    wanted = 'academy_requests_total{method="GET",route="/privacy",status="2xx"} 40.0'
    assert all(wanted in text for text in texts)


def test_a_backup_of_postgresql_comes_back_whole(
    academy: Academy, inside: Flask, postgres_server: str, tmp_path: Path
) -> None:
    """As an ordinary owner, not as superuser: what the manual says must be enough."""
    grant_many(3)
    assert academy.command("worker", "--once").returncode == 0
    made = academy.command("backup", str(tmp_path / "kept"), "--with-keys")
    assert made.returncode == 0, made.stderr

    url = sa.make_url(new_database(postgres_server))
    admin = sa.create_engine(postgres_server + "postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql("create role keeper login password 'of the keeper'")
        connection.exec_driver_sql(f"alter database {url.database} owner to keeper")
    admin.dispose()
    owner = url.set(username="keeper", password="of the keeper")
    (tmp_path / "other").mkdir()
    other = Academy(tmp_path / "other", owner.render_as_string(hide_password=False))

    restored = other.command("restore", str(tmp_path / "kept"))
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert other.command("check").returncode == 0
    db.session.remove()
    assert database_at(academy.database_url).facts() == database_at(other.database_url).facts()

    refused = other.command("restore", str(tmp_path / "kept"))
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    again = other.command("restore", str(tmp_path / "kept"), "--replace")
    assert again.returncode == 0, again.stdout + again.stderr

    with other.serving("--workers", "1"):
        running = other.command("restore", str(tmp_path / "kept"), "--replace")
    assert running.returncode == 1
    assert "running" in running.stderr

    dump = tmp_path / "kept/database/academy.dump"
    damaged = bytearray(dump.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    dump.write_bytes(damaged)
    before = database_at(other.database_url).facts()
    refused = other.command("restore", str(tmp_path / "kept"), "--replace")
    assert refused.returncode == 1
    assert database_at(other.database_url).facts() == before


def test_a_missing_program_is_named(academy: Academy, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    refused = academy.command("backup", str(tmp_path / "kept"))
    assert refused.returncode == 1
    assert "pg_dump is missing" in refused.stderr
    assert not (tmp_path / "kept").exists()
