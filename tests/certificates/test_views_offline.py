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
from certificates.cli import certificates
from certificates.models import Certificate
from certificates.services.snapshot import public_file
from certificates.tasks.snapshot import publish_snapshot
from certificates.views.offline import DOWNLOADS
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
    register = json.loads(text)["register"]
    assert register["head"].keys() == {"entries", "hash"}
    (certificate,) = register["certificates"]
    assert certificate.keys() == {
        "number", "sha256", "state", "valid_until", "renewed_by", "since",
    }  # fmt: skip


def test_who_has_it_already_gets_nothing_twice(client: FlaskClient, published) -> None:
    with client.get(PATH) as first:
        assert first.headers["Cache-Control"] == "public, max-age=3600"
    known = {"If-None-Match": first.headers["ETag"]}
    with client.get(PATH, headers=known) as again:
        assert (again.status_code, again.data) == (304, b"")


def test_the_page_carries_its_own_policy(client: FlaskClient, published) -> None:
    answer = client.get("/controleer/zelf.html")
    policy = answer.headers["Content-Security-Policy"]
    assert "connect-src 'none'" in policy
    assert policy.partition("; frame-ancestors")[0] in answer.text
    known = {"If-None-Match": answer.headers["ETag"]}
    assert client.get("/controleer/zelf.html", headers=known).status_code == 304


def test_without_keys_there_is_no_page(app, client: FlaskClient, monkeypatch, tmp_path) -> None:
    settings = replace(current(), keys=tmp_path / "none")
    monkeypatch.setitem(app.extensions, "academy.settings", settings)
    assert client.get("/controleer/zelf.html").status_code == 404


def test_the_commands_write_the_same(app, published, tmp_path) -> None:
    runner = app.test_cli_runner()
    for words, name in ((["snapshot"], "momentopname.json"), (["checker"], "controleer.html")):
        done = runner.invoke(certificates, [*words, "--out", str(tmp_path / name)])
        assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "momentopname.json").read_bytes())["register"]["certificates"]
    assert b"<title>Controleer een certificaat" in (tmp_path / "controleer.html").read_bytes()


def test_nobody_downloads_without_end(client: FlaskClient, published) -> None:
    """Both are public and large; one address gets sixty an hour of them together."""
    for _time in range(DOWNLOADS.times - 1):
        download(client)
    assert client.get("/controleer/zelf.html").status_code == 200
    for path in (PATH, "/controleer/zelf.html"):
        assert client.get(path).status_code == 429
