"""Credentials as they leave the house, judged by verifiers that are not ours."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from academy.kernel import documents
from certificates.adapters import badge_keys, did_key, keys
from certificates.adapters.credential_files import credential_in, jwt_of, status_list
from certificates.adapters.make import make_certificate
from certificates.adapters.many import Paper
from certificates.rules.credential import (
    LIST_LENGTH,
    CredentialFacts,
    did_document,
    issuer_did,
)
from tests.certificates.fast_papers import make_filled
from tests.certificates.papers import FONTS, PASSPHRASE, make_facts, make_printed
from tests.judges import badges

pytestmark = [pytest.mark.slow, pytest.mark.pdf]

URL = "https://academie.example"
DID = issuer_did(URL)
GOOD, REVOKED = 4711, LIST_LENGTH - 1


@dataclass
class Academy:
    """Files of an academy, and what it publishes."""

    folder: Path
    files: dict[str, bytes]
    published: dict[str, Any]

    def fetch(self, address: str) -> bytes:
        return json.dumps(self.published[address]).encode()

    def said(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(credential_in(self.files[name]))
        return found

    def jwt(self, name: str) -> str:
        made = jwt_of(self.files[name], keys_folder=self.folder, passphrase=PASSPHRASE)
        return made.decode()


@pytest.fixture(scope="module")
def academy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("badges") / "keys"
    now = datetime.now(UTC).replace(microsecond=0)
    keys.init_keys(folder, PASSPHRASE, now=now - timedelta(days=1))

    def facts(name: str = "Samira El Haddou", **changes: Any) -> CredentialFacts:
        ends = now + timedelta(days=900)
        starts = now - timedelta(minutes=1)
        return make_facts(valid_from=starts, valid_until=ends, printed_name=name, **changes)

    def paper(name: str = "Samira El Haddou", **changes: Any) -> bytes:
        return make_certificate(
            make_printed(printed_name=name),
            "residents",
            credential=facts(name, **changes),
            keys_folder=folder,
            passphrase=PASSPHRASE,
            now=now,
            fonts_folder=FONTS,
        ).pdf

    files = {"retired": paper(place=GOOD + 1)}
    first = next(key for key in badge_keys.list_keys(folder) if key.purpose == "credential")
    badge_keys.end_key(folder, first.key_id, now=now)
    badge_keys.add_missing(folder, PASSPHRASE, now=now)
    files["good"] = paper(place=GOOD)
    files["revoked"] = paper(place=REVOKED)
    files["arabic"] = paper("Naïma El Idrissi (نعيمة الإدريسي)", place=GOOD + 2)
    batch = [
        Paper(make_printed(), "residents", credential=facts(place=place))
        for place in (GOOD + 3, REVOKED)
    ]
    files["filled"], files["filled revoked"] = make_filled(*batch, keys_folder=folder, now=now)
    signed = status_list(
        URL, 1, ended=(3, REVOKED), created=now, keys_folder=folder, passphrase=PASSPHRASE
    )
    shown = [did_key.published(key) for key in badge_keys.list_keys(folder)]
    yield Academy(
        folder,
        files,
        {
            f"{URL}/.well-known/did.json": did_document(URL, shown),
            f"{URL}/status/1": json.loads(signed),
        },
    )
    documents.close()


def changed(said: dict[str, Any], *path: Any, value: Any) -> dict[str, Any]:
    """Return a copy with one value changed."""
    copied = copy.deepcopy(said)
    inner: Any = copied
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return copied


def tampered(said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the credential changed in every place that somebody would like to change."""
    subject = ("credentialSubject",)
    return {
        "name": changed(said, *subject, "identifier", 0, "identityHash", value="Iemand Anders"),
        "number": changed(said, *subject, "licenseNumber", value="SLHZ-B-2026-00001-03"),
        "title": changed(said, "name", value="Meester"),
        "achievement": changed(said, *subject, "achievement", "name", value="Meester"),
        "end": changed(said, "validUntil", value="2099-01-01T00:00:00Z"),
        "place": changed(said, "credentialStatus", "statusListIndex", value="5"),
        "issuer": changed(said, "issuer", "name", value="Andere academie"),
        "proof": changed(said, "proof", "created", value="2026-01-01T00:00:00Z"),
    }


@pytest.fixture(scope="module")
def on_node(academy):
    good = academy.said("good")
    cases = {name: academy.said(name) for name in academy.files}
    cases |= {f"tampered {name}": one for name, one in tampered(good).items()}
    return badges.on_node(academy.published, cases)


@pytest.mark.parametrize("name", ["good", "retired", "arabic", "filled"])
def test_a_good_credential_is_accepted_by_all(academy, on_node, name):
    said = on_node["opinions"][name]
    assert said["digitalbazaar"] == {
        "verified": True,
        "status": True,
        "revoked": False,
        "error": None,
    }
    assert said["dcc"]["errors"] == []
    assert said["dcc"]["log"] == {
        "valid_signature": True,
        "revocation_status": True,
        "expiration": True,
        "registered_issuer": False,  # nobody has put the academy on a list
    }
    document = credential_in(academy.files[name]).decode()
    assert badges.refusal(document, DID, fetch=academy.fetch) == ""
    assert badges.refusal(academy.jwt(name), DID, fetch=academy.fetch) == ""


@pytest.mark.parametrize("name", ["revoked", "filled revoked"])
def test_a_revoked_one_is_seen_by_all(academy, on_node, name):
    said = on_node["opinions"][name]
    assert said["digitalbazaar"]["revoked"] is True
    assert said["dcc"]["log"]["revocation_status"] is False
    for document in (credential_in(academy.files[name]).decode(), academy.jwt(name)):
        said = badges.refusal(document, DID, fetch=academy.fetch)
        assert said.startswith("Credential status 'revocation' is set")


def test_a_tampered_one_is_refused_by_all(academy, on_node):
    for name, document in tampered(academy.said("good")).items():
        said = on_node["opinions"][f"tampered {name}"]
        assert said["digitalbazaar"]["verified"] is False, name
        assert said["dcc"]["log"].get("valid_signature") is not True, name
        assert badges.refusal(json.dumps(document), DID, fetch=academy.fetch) != "", name


def test_a_tampered_jwt_is_refused(academy):
    header, claims, signature = academy.jwt("good").split(".")
    other = academy.jwt("arabic").split(".")[1]
    for token in (f"{header}.{other}.{signature}", f"{header}.{claims}.{signature[:-8]}AAAAAAAA"):
        assert badges.refusal(token, DID, fetch=academy.fetch) != ""


def test_a_compromised_key_vouches_for_nothing(academy):
    published = copy.deepcopy(academy.published)
    document = published[f"{URL}/.well-known/did.json"]
    used = academy.said("good")["proof"]["verificationMethod"]
    document["assertionMethod"].remove(used)
    for method in document["verificationMethod"]:
        if method["id"] == used:
            method["revoked"] = "2026-01-01T00:00:00Z"
    said = badges.on_node(published, {"good": academy.said("good")})["opinions"]["good"]
    assert said["digitalbazaar"]["verified"] is False
    assert said["dcc"]["log"].get("valid_signature") is not True


def test_a_status_list_of_somebody_else_is_not_believed(academy):
    published = copy.deepcopy(academy.published)
    listed = published[f"{URL}/status/1"]
    empty = status_list(
        URL,
        1,
        ended=(),
        created=datetime.now(UTC),
        keys_folder=academy.folder,
        passphrase=PASSPHRASE,
    )
    listed["credentialSubject"] = json.loads(empty)["credentialSubject"]
    said = badges.on_node(published, {"revoked": academy.said("revoked")})["opinions"]["revoked"]
    assert said["digitalbazaar"]["status"] is not True
    assert said["dcc"]["log"].get("revocation_status") is not True


def test_the_judges_ask_for_nothing_but_what_is_published(on_node, academy):
    schema = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/"
    others = [one for one in on_node["asked"] if one not in academy.published]
    assert all(one.startswith(schema) for one in others)
