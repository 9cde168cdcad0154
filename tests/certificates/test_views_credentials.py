"""What strangers fetch to check a credential: the public keys and the status lists."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import SYSTEM
from academy.kernel.settings import current
from certificates.adapters import badge_keys, credential
from certificates.models import Certificate
from certificates.queries.credentials import ended_indices
from certificates.rules.credential import ENDED, LIST_LENGTH, issuer_did
from certificates.services import life
from certificates.services.credentials import free_place, prepare_credential
from tests.certificates.ready import CODE, Scene, commit_scene, grant, issue, make_keys

pytestmark = pytest.mark.slow


@pytest.fixture
def scene(app: Flask) -> Scene:
    found = commit_scene()
    issue(found, code=CODE)
    return found


def place_of_only() -> int:
    place = db.session.scalars(sa.select(Certificate.status_place)).one()
    db.session.rollback()
    assert place is not None
    return place


def set_standing(standing: str) -> None:
    with unit_of_work():
        certificate = db.session.scalars(sa.select(Certificate)).one()
        certificate.standing = standing
        life.add_event(certificate, "reprinted", by=SYSTEM)  # no change goes without a step


def bits(body: bytes) -> bytes:
    encoded = json.loads(body)["credentialSubject"]["encodedList"]
    return gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))


def is_set(body: bytes, place: int) -> bool:
    index = place % LIST_LENGTH
    return bool(bits(body)[index >> 3] & (0x80 >> (index & 7)))


def test_the_keys_are_published_with_the_retired_ones(scene: Scene, client: FlaskClient):
    settings = current()
    first = badge_keys.list_keys(settings.keys, badge_keys.PURPOSES)
    answer = client.get("/.well-known/did.json")
    document = json.loads(answer.data)

    assert document["id"] == issuer_did(settings.public_url)
    assert {one["type"] for one in document["verificationMethod"]} == {"Multikey", "JsonWebKey2020"}
    assert len(document["assertionMethod"]) == len(first)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "private" not in answer.text


def test_an_ended_key_stays_published_and_a_compromised_one_vouches_no_more(
    app: Flask, client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settings = replace(current(), keys=tmp_path / "keys")
    monkeypatch.setitem(app.extensions, "academy.settings", settings)
    assert client.get("/.well-known/did.json").status_code == 404
    assert client.get("/status/1").status_code == 404
    now = clock.real_now()
    old, bad = (
        badge_keys.add_key(settings.keys, "credential", settings.keys_passphrase, now=now)
        for _ in range(2)
    )
    badge_keys.end_key(settings.keys, old.key_id, now=now)
    badge_keys.end_key(settings.keys, bad.key_id, now=now, compromised=True)

    document = json.loads(client.get("/.well-known/did.json").data)

    ids = [one["id"].partition("#")[2] for one in document["verificationMethod"]]
    assert set(ids) == {old.key_id, bad.key_id}
    assert document["assertionMethod"] == [f"{document['id']}#{old.key_id}"]
    revoked = {
        one["id"].partition("#")[2]: "revoked" in one for one in document["verificationMethod"]
    }
    assert revoked == {old.key_id: False, bad.key_id: True}


@pytest.mark.trust("T18")
def test_a_status_is_signed_and_moves_with_the_register(scene: Scene, client: FlaskClient):
    place = place_of_only()
    answer = client.get("/status/1")
    signed = json.loads(answer.data)
    (key,) = [
        one
        for one in badge_keys.list_keys(current().keys)
        if one.key_id == signed["proof"]["verificationMethod"].partition("#")[2]
    ]
    credential.require_signed_by(signed, key, did=issuer_did(current().public_url))
    assert len(bits(answer.data)) == LIST_LENGTH // 8
    assert not any(bits(answer.data))
    for standing in ("revoked", "valid", "withdrawn", "renewed", "replaced"):
        set_standing(standing)
        body = client.get("/status/1").data
        assert is_set(body, place) == (standing in ENDED), standing
        assert sum(bits(body)) == 0 or standing in ENDED


def test_a_status_list_says_no_name_and_is_kept_a_moment_only(scene: Scene, client: FlaskClient):
    answer = client.get("/status/1")
    assert "Samira" not in answer.text
    assert "SLHZ" not in answer.text
    assert answer.headers["Cache-Control"] == "public, max-age=1"
    again = client.get("/status/1", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 or again.headers["ETag"] != answer.headers["ETag"]


@pytest.mark.parametrize("number", [0, 2, 10**9])
def test_a_list_in_which_nothing_stands_is_not_there(
    scene: Scene, client: FlaskClient, number: int
):
    assert client.get(f"/status/{number}").status_code == 404


def test_what_was_given_out_is_given_out_once(app: Flask):
    make_keys()
    certificate_id = grant(commit_scene())
    with unit_of_work():
        first = prepare_credential(certificate_id, code=CODE)
    with unit_of_work():
        second = prepare_credential(certificate_id, code=CODE)
    assert (first.credential_id, first.place) == (second.credential_id, second.place)
    assert first.valid_from < clock.real_now()
    assert "@" not in str(first)


def test_the_next_list_begins_when_every_draw_is_taken(scene: Scene):
    place = place_of_only()
    assert free_place(lambda: place) == LIST_LENGTH + place % LIST_LENGTH
    with unit_of_work():
        db.session.scalars(sa.select(Certificate)).one().status_place = LIST_LENGTH + 7
    assert free_place(lambda: 8) == LIST_LENGTH + 8
    set_standing("revoked")
    assert ended_indices(2) == [7]
    assert ended_indices(1) == []
    with pytest.raises(NotFoundError):
        ended_indices(3)
