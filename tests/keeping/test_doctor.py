"""The doctor names what keeps the academy from its work, and is quiet about what is well."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from flask import Flask

from academy.app import create_app
from academy.keeping.backup import back_up
from academy.keeping.cli import backup, doctor, restore
from academy.keeping.doctor import Finding, examine
from academy.kernel import audit, clock, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import SYSTEM
from academy.kernel.queue import Job
from academy.kernel.settings import Settings, current
from certificates.adapters.keys import init_keys
from tests.conftest import make_settings


@pytest.fixture
def settings(app: Flask, tmp_path: Path) -> Settings:
    """Settings of a healthy academy, with folders of its own."""
    (tmp_path / "files").mkdir()
    keys = tmp_path / "keys"
    made = init_keys(keys, "a passphrase of the test", now=clock.real_now())
    made.root_private_key.unlink()
    return replace(
        current(),
        var=tmp_path,
        storage=tmp_path / "files",
        keys=keys,
        public_url="https://academie.waterdam.nl",
        mail_from="academie@waterdam.nl",
    )


def nothing() -> None:
    """Do a job that does nothing."""


def found(settings: Settings, subject: str) -> list[Finding]:
    return [one for one in examine(settings) if one.subject == subject]


def states(settings: Settings, subject: str) -> set[str]:
    return {one.state for one in found(settings, subject)}


def test_a_healthy_academy_has_no_fault(settings: Settings) -> None:
    findings = examine(settings)
    assert [one for one in findings if one.state == "fault"] == []
    subjects = {one.subject for one in findings}
    assert subjects >= {
        "settings", "secrets", "storage", "keys", "fonts", "mail", "backup", "database", "tables",
        "clock", "worker", "dead letters",
    }  # fmt: skip


def test_settings_of_the_fictional_academy_are_named(settings: Settings) -> None:
    odd = replace(settings, public_url="http://127.0.0.1:8000", mail_from="a@b.example")
    assert [one.state for one in found(odd, "settings")] == ["warning", "warning"]


def test_secrets_that_others_can_read_are_a_fault(settings: Settings) -> None:
    secrets = settings.var / "academy.env"
    secrets.write_text("ACADEMY_SECRET_KEY=x")
    secrets.chmod(0o640)
    assert states(settings, "secrets") == {"fault"}
    secrets.chmod(0o600)
    assert states(settings, "secrets") == {"ok"}


def test_a_worker_that_takes_no_jobs_is_a_fault(settings: Settings) -> None:
    queue.register("test.doctor", nothing)
    with unit_of_work():
        queue.enqueue("test.doctor")
    assert states(settings, "worker") == {"ok"}
    with unit_of_work():
        db.session.execute(sa.update(Job).values(run_after=clock.real_now() - timedelta(minutes=2)))
    assert states(settings, "worker") == {"fault"}


def test_a_job_that_was_given_up_is_counted(settings: Settings) -> None:
    queue.register("test.doctor", nothing)
    with unit_of_work():
        queue.enqueue("test.doctor")
        db.session.execute(sa.update(Job).values(state="dead", last_error="ValueError"))
    [letters] = found(settings, "dead letters")
    assert (letters.state, letters.message) == ("warning", "1 jobs were given up")


@pytest.mark.parametrize(
    ("days_left", "state"), [(91, "ok"), (89, "warning"), (1, "warning"), (-1, "fault")]
)
def test_a_key_that_nears_its_end_is_named(
    settings: Settings, tmp_path: Path, days_left: int, state: str
) -> None:
    lasts = timedelta(days=round(365.25 * 3))
    made_at = clock.real_now() - lasts + timedelta(days=days_left, hours=1)
    keys = tmp_path / "old"
    init_keys(keys, "a passphrase of the test", now=made_at).root_private_key.unlink()
    assert states(replace(settings, keys=keys), "keys") == {state}


def test_absent_keys_are_a_fault(settings: Settings, tmp_path: Path) -> None:
    assert states(replace(settings, keys=tmp_path / "none"), "keys") == {"fault"}


def test_an_academy_that_cannot_sign_credentials_is_told_how(settings: Settings) -> None:
    next(settings.keys.glob("credential-*.key.pem")).unlink()
    [fault] = [one for one in found(settings, "keys") if one.state == "fault"]
    assert fault.message == "there is no credential key; make it with: academy keys init"


def test_an_academy_that_lets_wallets_in_without_a_key_is_told_how(settings: Settings) -> None:
    [fault] = [one for one in found(replace(settings, wallet="on"), "keys") if one.state == "fault"]
    assert fault.message == "there is no wallet key; make it with: academy keys init"


def test_a_root_key_that_stayed_is_named(settings: Settings, tmp_path: Path) -> None:
    keys = tmp_path / "fresh"
    init_keys(keys, "a passphrase of the test", now=clock.real_now())
    assert states(replace(settings, keys=keys), "keys") == {"ok", "warning"}


def test_a_key_that_others_can_read_is_a_fault(settings: Settings) -> None:
    next(settings.keys.glob("*.key.pem")).chmod(0o644)
    assert "fault" in states(settings, "keys")


def test_a_mail_server_that_is_away_is_a_fault(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    away = replace(settings, smtp_host="127.0.0.1", smtp_port=port)
    assert states(away, "mail") == {"fault"}
    server = Controller(object(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        assert states(away, "mail") == {"ok"}
    finally:
        server.stop()


def test_a_storage_that_cannot_be_written_is_a_fault(settings: Settings) -> None:
    proc = replace(settings, storage=Path("/proc/academy"))
    assert states(proc, "storage") == {"fault"}


def test_missing_fonts_are_a_fault(settings: Settings, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("academy.keeping.doctor.vendor_file", lambda name: tmp_path / name)
    assert states(settings, "fonts") == {"fault"}


def test_tables_of_an_older_form_are_a_fault(settings: Settings) -> None:
    with unit_of_work():
        db.session.execute(sa.text("update alembic_version set version_num = '0000'"))
    assert states(settings, "tables") == {"fault"}


def test_a_database_that_is_away_is_one_fault(tmp_path: Path) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:9/academy"
    away = create_app(make_settings(url, tmp_path))
    with away.app_context():
        started = time.monotonic()
        [database] = found(current(), "database")
        assert time.monotonic() - started < 3
    assert database.state == "fault"
    assert "cannot be reached" in database.message


def test_a_chain_that_was_cut_since_the_backup_is_a_fault(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    with unit_of_work():
        audit.record("test:thing:done", ("thing", 1), by=SYSTEM)
    back_up(tmp_path / "kept", settings, with_private_keys=False)
    assert states(settings, "audit") == {"ok"}
    assert states(settings, "backup") == {"ok"}
    with unit_of_work():
        db.session.execute(sa.delete(audit.AuditEvent))
        db.session.execute(sa.delete(audit.AuditHead))
    assert list(audit.chain_faults()) == []
    assert states(settings, "audit") == {"fault"}


def test_an_old_backup_is_named(settings: Settings, tmp_path: Path) -> None:
    assert states(settings, "backup") == {"warning"}
    back_up(tmp_path / "kept", settings, with_private_keys=False)
    note = settings.var / "audit-checkpoint.json"
    values = json.loads(note.read_text())
    values["at"] = (clock.real_now() - timedelta(days=3)).isoformat()
    note.write_text(json.dumps(values))
    assert states(settings, "backup") == {"warning"}


def test_the_command_reports_and_exits(app: Flask) -> None:
    db.session.rollback()
    asked = app.test_cli_runner().invoke(doctor, ["--all", "--json"])
    report = json.loads(asked.output)
    assert asked.exit_code == (0 if report["ok"] else 1)
    assert {"subject", "state", "message"} == set(report["findings"][0])
    assert "check" in {one["subject"] for one in report["findings"]}
    plain = app.test_cli_runner().invoke(doctor, [])
    assert "ok       tables:" in plain.output, plain.output


def test_the_commands_for_backups_report_and_exit(app: Flask, tmp_path: Path) -> None:
    db.session.rollback()
    run = app.test_cli_runner().invoke
    made = run(backup, [str(tmp_path / "kept"), "--json"])
    assert made.exit_code == 0, made.output
    assert json.loads(made.output)["ok"]

    again = run(backup, [str(tmp_path / "kept")])
    assert again.exit_code == 1
    assert "not empty" in again.output

    next((tmp_path / "kept/database").iterdir()).unlink()
    refused = run(restore, [str(tmp_path / "kept"), "--json"])
    assert refused.exit_code == 1
    report = json.loads(refused.output)
    assert (report["ok"], report["restored"]) == (False, False)
    assert any("is missing" in fault for fault in report["faults"])
