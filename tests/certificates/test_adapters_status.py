"""The key that lists which of our seals were revoked: it signs lists and nothing else."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.adapters import keys
from certificates.adapters.key_files import KeysError
from certificates.adapters.signed import is_issued_by
from certificates.adapters.status_key import (
    STEM,
    add_status_key,
    find_status_key,
    list_of_revoked,
)
from tests.certificates.papers import PASSPHRASE

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "keys"
    keys.init_keys(made, PASSPHRASE, now=NOW - timedelta(days=1))
    add_status_key(made, made / "root.key.pem", PASSPHRASE, now=NOW)
    return made


def test_it_stands_under_the_roots_name_and_may_sign_lists_only(folder):
    found = find_status_key(folder)
    root = x509.load_der_x509_certificate(keys.root_certificate(folder))
    assert found is not None
    assert found.subject == root.subject
    assert is_issued_by(found, root)
    usage = found.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.crl_sign
    others = (usage.digital_signature, usage.content_commitment, usage.key_cert_sign)
    assert others == (False, False, False)
    assert len(keys.trusted_leaves(folder)) == 1
    (private,) = folder.glob(f"{STEM}-*.key.pem")
    assert private.stat().st_mode & 0o077 == 0


def test_openssl_accepts_its_list(folder, tmp_path):
    listed, signer = list_of_revoked(folder, PASSPHRASE, now=NOW)
    (tmp_path / "list.der").write_bytes(listed)
    pem = x509.load_der_x509_certificate(signer).public_bytes(Encoding.PEM)
    (tmp_path / "signer.pem").write_bytes(pem)
    command = ["openssl", "crl", "-inform", "DER", "-in", str(tmp_path / "list.der"), "-noout"]
    done = subprocess.run(
        [*command, "-CAfile", str(tmp_path / "signer.pem")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "verify OK" in done.stderr


def test_on_it_are_the_leaves_that_were_lost(folder):
    (leaf,) = [one for one in keys.list_keys(folder) if one.purpose == "certificates"]
    assert revoked_on(folder) == []
    lost_at = NOW - timedelta(hours=3)
    keys.lost_path(folder, leaf.key_id).write_text(f"{lost_at.isoformat()}\n")
    serial = x509.load_der_x509_certificate(leaf.certificate).serial_number
    assert revoked_on(folder) == [(serial, lost_at)]


def revoked_on(folder: Path) -> list[tuple[int, datetime]]:
    listed, _signer = list_of_revoked(folder, PASSPHRASE, now=NOW)
    found = x509.load_der_x509_crl(listed)
    return [(one.serial_number, one.revocation_date_utc) for one in found]


def test_another_root_makes_none(folder, tmp_path):
    keys.init_keys(tmp_path / "other", PASSPHRASE, now=NOW)
    with pytest.raises(KeysError, match="niet de basis"):
        add_status_key(folder, tmp_path / "other" / "root.key.pem", PASSPHRASE, now=NOW)


def test_without_its_private_half_there_is_none(folder):
    for path in folder.glob(f"{STEM}-*.key.pem"):
        path.unlink()
    assert find_status_key(folder) is None
    with pytest.raises(KeysError, match="academy keys status"):
        list_of_revoked(folder, PASSPHRASE, now=NOW)
