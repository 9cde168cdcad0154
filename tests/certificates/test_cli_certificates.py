"""The command line: keys, issue, verify."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskCliRunner

from academy.kernel.db import db, unit_of_work
from academy.kernel.documents import DocumentError
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.cli import certificates, keys
from certificates.models import Certificate, SigningKey
from certificates.services import decisions
from certificates.tasks import issuing
from tests.certificates.ready import commit_scene, grant, make_keys, make_ready
from tests.factories import make_actor, make_enrolment, make_person

pytestmark = pytest.mark.slow


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def issued_file(runner: FlaskCliRunner) -> Path:
    """A certificate of a cohort, made by the command."""
    make_keys()
    scene = commit_scene()
    grant(scene)
    db.session.rollback()
    answer = runner.invoke(certificates, ["issue", "--cohort", str(scene.cohort.id), "--json"])
    assert json.loads(answer.output) == {"cohort": str(scene.cohort.id), "issued": 1}
    sha256 = db.session.scalars(sa.select(Certificate.sha256)).one()
    db.session.rollback()
    return Storage(current().storage).path(sha256 or "")


def test_an_issued_file_is_original(runner: FlaskCliRunner, issued_file: Path) -> None:
    answer = runner.invoke(certificates, ["verify", str(issued_file), "--json"])

    assert answer.exit_code == 0
    (row,) = json.loads(answer.output)
    assert row.keys() == {"file", "verdict", "as_of", "number", "reasons"}
    assert (row["verdict"], row["number"]) == ("original", "SLHZ-B-2026-00001-03")


def test_one_altered_file_among_them_makes_the_exit_status_one(
    runner: FlaskCliRunner, issued_file: Path, tmp_path: Path
) -> None:
    altered = tmp_path / "altered.pdf"
    altered.write_bytes(issued_file.read_bytes().replace(b"%%EOF", b"%%EOf"))

    answer = runner.invoke(certificates, ["verify", str(issued_file), str(altered)])

    assert answer.exit_code == 1
    assert f"{issued_file}: original." in answer.output
    assert f"{altered}: altered." in answer.output


def test_without_keys_issuing_is_refused_in_a_sentence(
    runner: FlaskCliRunner, app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_keys()
    scene = commit_scene()
    grant(scene)
    settings = replace(current(), keys=tmp_path / "none")
    monkeypatch.setitem(app.extensions, "academy.settings", settings)
    db.session.rollback()

    answer = runner.invoke(certificates, ["issue", "--cohort", str(scene.cohort.id)])

    assert answer.exit_code == 1
    assert answer.output.startswith("Error: ")
    assert not isinstance(answer.exception, DocumentError)


def test_one_paper_that_cannot_be_made_stops_no_other(
    runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_keys()
    scene = commit_scene()
    refused = grant(scene)
    with unit_of_work():
        enrolment = make_enrolment(scene.cohort, make_person("Hồng", "Żółkiewski"))
        make_ready(enrolment, by=scene.trainer)
        other = enrolment.id
    with unit_of_work():
        decision_id = decisions.propose(other, by=make_actor(scene.trainer))
    with unit_of_work():
        made = decisions.decide(decision_id, "grant", by=make_actor(scene.board))
    issue = issuing.issue

    def refuse_one(certificate_id: int) -> None:
        if certificate_id == refused:
            raise DocumentError("De naam past niet.")
        issue(certificate_id)

    monkeypatch.setattr(issuing, "issue", refuse_one)
    number = db.session.get_one(Certificate, refused).number
    db.session.rollback()

    answer = runner.invoke(certificates, ["issue", "--cohort", str(scene.cohort.id), "--json"])

    assert answer.exit_code == 1
    assert json.loads(answer.output) == {
        "cohort": str(scene.cohort.id),
        "issued": 1,
        "refused": [{"number": number, "reason": "De naam past niet."}],
    }
    assert db.session.get_one(Certificate, made).state == "issued"


def test_issuing_an_unknown_cohort_is_said(runner: FlaskCliRunner) -> None:
    answer = runner.invoke(certificates, ["issue", "--cohort", "C99"])

    assert answer.exit_code == 1
    assert "Er is geen groep C99" in answer.output


def test_keys_are_made_once_and_listed(
    runner: FlaskCliRunner, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(current(), keys=tmp_path / "keys")
    monkeypatch.setitem(app.extensions, "academy.settings", settings)

    assert "Neem" in runner.invoke(keys, ["init"]).output
    again = runner.invoke(keys, ["init"])
    listed = json.loads(runner.invoke(keys, ["list", "--json"]).output)

    assert again.exit_code == 1
    purposes = {one["key_id"]: one["purpose"] for one in listed}
    assert set(purposes.values()) == {"certificates", "coaching", "credential", "jwt"}
    known = db.session.scalars(sa.select(SigningKey.kid)).all()
    seals = ("certificates", "coaching")
    assert set(known) == {key_id for key_id, one in purposes.items() if one in seals}


def test_sweeping_keeps_what_belongs_to_a_certificate(
    runner: FlaskCliRunner, issued_file: Path
) -> None:
    assert "0 bestanden opgeruimd" in runner.invoke(certificates, ["sweep"]).output
    assert issued_file.exists()


def test_keys_wait_for_the_tables(runner: FlaskCliRunner) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("alter table signing_key rename to hidden")
    before = sorted(current().keys.glob("*"))
    answer = runner.invoke(keys, ["init"])
    assert answer.exit_code == 1
    assert "academy db upgrade" in answer.output
    assert sorted(current().keys.glob("*")) == before
