"""Downloading the Open Badge by itself: one source, the stored file."""

from __future__ import annotations

import base64
import json

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from flask import Flask

from academy.kernel import documents
from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.adapters import badge_keys
from certificates.models import Certificate
from certificates.services import life
from tests.certificates.ready import CODE, Scene, commit_scene, issue
from tests.factories import make_actor, make_person

pytestmark = pytest.mark.slow


@pytest.fixture
def scene(app: Flask) -> Scene:
    found = commit_scene()
    issue(found, code=CODE)
    return found


def certificate() -> tuple[int, str]:
    found = db.session.execute(sa.select(Certificate.id, Certificate.sha256)).one()
    db.session.rollback()
    return found.id, found.sha256 or ""


def test_the_holder_gets_the_credential_of_the_stored_file(scene: Scene, sign_in):
    certificate_id, sha256 = certificate()
    client = sign_in(scene.holder)

    page = client.get("/certificaat")
    answer = client.get(f"/certificaat/{certificate_id}/open-badge.json")

    stored = documents.call(
        "certificates.adapters.credential_in_child:read_credential",
        pdf=Storage(current().storage).get(sha256),
    )
    assert answer.data == stored
    assert answer.headers["Content-Disposition"].endswith('.json"')
    assert f"/certificaat/{certificate_id}/open-badge.jwt" in page.text
    said = json.loads(answer.data)
    assert said["evidence"][0]["id"].endswith(f"/c/{CODE}")
    assert scene.holder.email is None or scene.holder.email not in answer.text


def test_the_jwt_is_signed_and_always_the_same(scene: Scene, sign_in):
    certificate_id, _sha256 = certificate()
    client = sign_in(scene.holder)

    token = client.get(f"/certificaat/{certificate_id}/open-badge.jwt").text

    assert client.get(f"/certificaat/{certificate_id}/open-badge.jwt").text == token
    header, claims, signature = (part + "=" * (-len(part) % 4) for part in token.split("."))
    (key,) = [one for one in badge_keys.list_keys(current().keys) if one.purpose == "jwt"]
    public = serialization.load_der_public_key(key.public_key)
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(
        base64.urlsafe_b64decode(signature),
        token.rpartition(".")[0].encode(),
        padding.PKCS1v15(),
        hashes.SHA256(),
    )
    assert json.loads(base64.urlsafe_b64decode(header))["alg"] == "RS256"
    plain = json.loads(client.get(f"/certificaat/{certificate_id}/open-badge.json").data)
    told = json.loads(base64.urlsafe_b64decode(claims))
    assert (told["jti"], told["iss"]) == (plain["id"], plain["issuer"]["id"])


@pytest.mark.parametrize("ending", ["json", "jwt"])
def test_staff_in_reach_get_it_and_a_stranger_does_not(scene: Scene, sign_in, ending):
    certificate_id, _sha256 = certificate()
    with unit_of_work():
        other = make_person("Iemand", "Anders")
    own, register = (
        f"/{place}/{certificate_id}/open-badge.{ending}"
        for place in ("certificaat", "certificaten")
    )
    assert sign_in(scene.board).get(register).status_code == 200
    sheet = sign_in(scene.board).get(f"/certificaten/{certificate_id}")
    assert register in sheet.text
    assert sign_in(other).get(own).status_code == 404
    assert sign_in(other).get(register).status_code == 403


def test_what_was_taken_back_is_gone_here_too(scene: Scene, sign_in):
    certificate_id, _sha256 = certificate()
    with unit_of_work():
        life.withdraw(certificate_id, by=make_actor(scene.holder))
    client = sign_in(scene.holder)
    assert client.get(f"/certificaat/{certificate_id}/open-badge.json").status_code == 404
    assert "open-badge" not in client.get("/certificaat").text


def test_a_file_from_before_there_were_badges_shows_none(scene: Scene, sign_in):
    certificate_id, _sha256 = certificate()
    with unit_of_work():
        db.session.get_one(Certificate, certificate_id).credential_id = None
    assert "open-badge" not in sign_in(scene.holder).get("/certificaat").text
