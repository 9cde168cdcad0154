"""Anybody sees our keys, and whether one of them was lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from flask import Flask
from flask.testing import FlaskClient

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import current
from certificates.adapters.keys import fingerprint_in_groups, init_keys
from certificates.models import SigningKey
from certificates.services.keys import enter_key

ADDRESS = "/.well-known/academie-keys.json"


@pytest.fixture
def kid(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Keys of this test, entered; return the id of the one that seals certificates."""
    settings = replace(current(), keys=tmp_path / "keys")
    monkeypatch.setitem(app.extensions, "academy.settings", settings)
    made = init_keys(settings.keys, settings.keys_passphrase, now=clock.real_now())
    with unit_of_work():
        for key in made.keys:
            enter_key(key)
    return next(key.key_id for key in made.keys if key.purpose == "certificates")


def lose(kid: str, *, days_ago: int) -> None:
    with unit_of_work():
        row = db.session.query(SigningKey).filter_by(kid=kid).one()
        row.compromised_at = clock.real_now() - timedelta(days=days_ago)


def test_every_key_is_published_and_no_word_about_private_halves(
    client: FlaskClient, kid: str
) -> None:
    answer = client.get(ADDRESS)
    said = json.loads(answer.data)
    keys = {one["key_id"]: one for one in said["keys"]}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert {one["purpose"] for one in keys.values()} >= {"certificates", "coaching"}
    certificate = x509.load_pem_x509_certificate(keys[kid]["certificate_pem"].encode())
    assert (
        certificate.fingerprint(certificate.signature_hash_algorithm).hex()
        == (keys[kid]["fingerprint"])
    )
    assert len(said["root_fingerprint"]) == 64
    assert b"private" not in answer.data.lower()


def test_without_keys_there_is_nothing_to_publish(
    app: Flask, client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(current(), keys=tmp_path / "none")
    monkeypatch.setitem(app.extensions, "academy.settings", settings)
    said = json.loads(client.get(ADDRESS).data)
    assert (said["keys"], said["root_fingerprint"]) == ([], "")
    assert "Zo herken je ons zegel" not in client.get("/controleer").text


def test_the_page_shows_how_to_recognise_our_seal(client: FlaskClient, kid: str) -> None:
    keys = {one["key_id"]: one for one in json.loads(client.get(ADDRESS).data)["keys"]}
    page = client.get("/controleer").text
    assert "Zo herken je ons zegel" in page
    assert fingerprint_in_groups(keys[kid]["fingerprint"]) in page
    assert "in verkeerde handen" not in page


@pytest.mark.parametrize(("days_ago", "is_told"), [(1, True), (364, True), (366, False)])
def test_a_lost_key_is_told_for_a_year(
    client: FlaskClient, kid: str, days_ago: int, is_told: bool
) -> None:
    lose(kid, days_ago=days_ago)
    page = client.get("/controleer").text
    assert ("Een sleutel van ons was in verkeerde handen" in page) is is_told
    assert "Niet meer te vertrouwen sinds" in page
    [row] = [one for one in json.loads(client.get(ADDRESS).data)["keys"] if one["key_id"] == kid]
    assert row["state"] == "compromised"
