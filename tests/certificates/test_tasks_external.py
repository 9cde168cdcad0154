"""Certificates of an academy that bought its seal elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask

from academy.kernel.db import db
from academy.kernel.settings import SettingsError, current, read_settings
from academy.kernel.storage import Storage
from certificates.adapters.key_files import KeysError
from certificates.adapters.keys import key_id_of
from certificates.cli import keys
from certificates.models import Certificate, SigningKey
from certificates.queries import checks
from certificates.queries.verification import check_upload
from certificates.tasks import issuing
from tests.certificates.authority import WORD, Bought, buy
from tests.certificates.ready import commit_scene, grant, make_keys

pytestmark = pytest.mark.slow


@pytest.fixture
def bought(app: Flask, tmp_path) -> Bought:
    make_keys()
    one = buy(tmp_path, "rsa")
    before = current()
    app.extensions["academy.settings"] = replace(
        before, seal_pkcs12=str(one.file), seal_passphrase=WORD
    )
    yield one
    app.extensions["academy.settings"] = before
    for path in before.keys.glob("extern-*"):
        path.unlink()


def test_a_certificate_gets_the_seal_from_elsewhere(app: Flask, bought: Bought) -> None:
    answer = app.test_cli_runner().invoke(keys, ["pin"])
    assert answer.exit_code == 0, answer.output
    certificate_id = grant(commit_scene())
    issuing.issue(certificate_id)

    db.session.expire_all()
    certificate = db.session.get_one(Certificate, certificate_id)
    key = db.session.get_one(SigningKey, certificate.key_id)
    assert key.kid == key_id_of(_der(bought))
    data = Storage(current().storage).get(certificate.sha256 or "")
    assert check_upload(data).finding.verdict == "original"
    assert checks.file_faults() == checks.key_faults() == []


def test_a_pin_that_is_lost_is_told(app: Flask, bought: Bought) -> None:
    app.test_cli_runner().invoke(keys, ["pin"])
    issuing.issue(grant(commit_scene()))
    for path in current().keys.glob("extern-*"):
        path.unlink()

    assert len(checks.key_faults()) == len(checks.file_faults()) == 1


def test_without_the_pin_a_certificate_waits(bought: Bought) -> None:
    certificate_id = grant(commit_scene())
    with pytest.raises(Exception, match="academy keys pin") as raised:
        issuing.issue(certificate_id)
    assert raised.value.kind == KeysError.__name__

    db.session.expire_all()
    assert db.session.get_one(Certificate, certificate_id).state == "approved"


def test_a_chain_that_is_no_chain_is_refused(app: Flask, bought: Bought, tmp_path) -> None:
    file = tmp_path / "no.pem"
    file.write_text("no")
    answer = app.test_cli_runner().invoke(keys, ["pin", str(file)])
    assert answer.exit_code == 1
    assert "geen certificaten" in answer.output


def _der(one: Bought) -> bytes:

    return one.leaf.public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"SEAL_PKCS12": "a", "SEAL_PKCS11_MODULE": "b"}, "SEAL_PKCS12"),
        ({"SEAL_PKCS11_MODULE": "b"}, "SEAL_PKCS11_TOKEN"),
        ({"TSA_URL": "ftp://x"}, "TSA_URL"),
        ({"TSA_CERT": "a"}, "TSA_URL"),
    ],
)
def test_settings_that_do_not_fit_stop_the_start(values: dict[str, str], name: str) -> None:
    base = {"SECRET_KEY": "s" * 40, "NOTES_KEY": "n", "KEYS_PASSPHRASE": "p"}
    environment = {f"ACADEMY_{key}": value for key, value in (base | values).items()}
    with pytest.raises(SettingsError, match=name):
        read_settings(environment)
