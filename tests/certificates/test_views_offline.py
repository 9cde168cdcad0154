"""What strangers download to check without us."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from academy.kernel.db import db
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.adapters import keys, offline
from certificates.adapters.signature import read_signature
from certificates.models import Certificate
from certificates.publishing import publish_snapshot
from certificates.services.snapshot import public_file
from tests.certificates.ready import commit_scene, issue

pytestmark = pytest.mark.slow

PATH = "/register/momentopname.json"


def download(client: FlaskClient) -> bytes:
    """Return the snapshot as a stranger gets it."""
    with client.get(PATH) as answer:
        return answer.data


@pytest.fixture
def published(app):
    """An academy with one certificate, whose snapshot was made."""
    public_file().unlink(missing_ok=True)
    scene = commit_scene("Zephyrine")
    certificate = db.session.get_one(Certificate, issue(scene))
    db.session.rollback()
    publish_snapshot()
    yield certificate
    public_file().unlink(missing_ok=True)


def test_before_the_first_one_there_is_none(client: FlaskClient) -> None:
    public_file().unlink(missing_ok=True)
    assert client.get(PATH).status_code == 404


def test_without_keys_the_job_does_nothing(app, monkeypatch, tmp_path) -> None:
    settings = replace(current(), keys=tmp_path / "none", var=tmp_path)
    monkeypatch.setitem(app.extensions, "academy.settings", settings)
    publish_snapshot()
    assert not public_file().exists()


def test_a_stranger_judges_a_certificate_with_the_download(client: FlaskClient, published) -> None:
    envelope = download(client)
    root = hashlib.sha256(keys.root_certificate(current().keys)).hexdigest()
    sha256 = db.session.scalars(sa.select(Certificate.sha256)).one()
    paper = Storage(current().storage).get(sha256 or "")
    db.session.rollback()

    judge = offline.with_snapshot(envelope, root_fingerprint=root)
    finding = judge.judge(paper, read_seal=read_signature)

    assert finding.verdict == "original"


def test_the_download_holds_no_name_and_no_code(client: FlaskClient, published) -> None:
    text = download(client).decode()
    row = db.session.scalars(sa.select(Certificate)).one()
    assert "Zephyrine" not in text
    assert row.code_hash not in text
    db.session.rollback()
    (certificate,) = json.loads(text)["register"]["certificates"]
    assert certificate.keys() == {
        "number", "sha256", "state", "valid_until", "renewed_by", "since",
    }  # fmt: skip


def test_who_has_it_already_gets_nothing_twice(client: FlaskClient, published) -> None:
    with client.get(PATH) as first:
        assert first.headers["Cache-Control"] == "public, max-age=3600"
    known = {"If-None-Match": first.headers["ETag"]}
    with client.get(PATH, headers=known) as again:
        assert (again.status_code, again.data) == (304, b"")
