"""The keys of credentials: made, listed, retired, opened."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from certificates.adapters import badge_keys, did_key, keys
from certificates.adapters.key_files import KeysError

PASSPHRASE = "a passphrase of the test"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("badges") / "keys"
    keys.init_keys(folder, PASSPHRASE, now=NOW)
    return folder


def test_they_come_with_the_sealing_keys_and_are_no_sealing_keys(made):
    assert {key.purpose for key in badge_keys.list_keys(made)} == {"credential", "jwt"}
    assert {key.purpose for key in keys.list_keys(made)} == {"certificates", "coaching"}
    assert badge_keys.add_missing(made, PASSPHRASE, now=NOW) == []


def test_each_purpose_has_its_kind_of_key(made):
    proof = badge_keys.load_signer(made, "credential", PASSPHRASE)
    jwt = badge_keys.load_signer(made, "jwt", PASSPHRASE)
    assert isinstance(proof.private_key, ed25519.Ed25519PrivateKey)
    assert isinstance(jwt.private_key, rsa.RSAPrivateKey)
    assert jwt.private_key.key_size >= 2048


def test_a_key_of_wallets_is_made_where_it_is_asked_for_and_stays_out_of_the_did(made, tmp_path):
    folder = tmp_path / "keys"
    shutil.copytree(made, folder)
    (added,) = badge_keys.complete(folder, PASSPHRASE, now=NOW, purposes=badge_keys.ALL)
    assert badge_keys.complete(folder, PASSPHRASE, now=NOW, purposes=badge_keys.ALL) == []
    assert added in badge_keys.list_keys(folder)
    assert added not in badge_keys.list_keys(folder, badge_keys.PURPOSES)
    key = badge_keys.load_signer(folder, "wallet", PASSPHRASE).private_key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert did_key.as_jwk(added)["crv"] == "P-256"
    with pytest.raises(KeysError):
        did_key.published(added)
    with pytest.raises(KeysError):
        did_key.as_jwk(badge_keys.list_keys(folder, ("jwt",))[0])


def test_only_the_owner_reads_them_and_they_are_encrypted(made):
    for path in made.iterdir():
        assert path.stat().st_mode & 0o077 == 0
        if path.name.endswith(".key.pem"):
            assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")


def test_a_wrong_passphrase_or_an_open_file_is_refused(tmp_path):
    badge_keys.add_key(tmp_path, "credential", PASSPHRASE, now=NOW)
    with pytest.raises(KeysError, match="gaat niet open"):
        badge_keys.load_signer(tmp_path, "credential", "another passphrase")
    next(tmp_path.glob("*.key.pem")).chmod(0o644)
    with pytest.raises(KeysError, match="leesbaar voor anderen"):
        badge_keys.load_signer(tmp_path, "credential", PASSPHRASE)
    with pytest.raises(KeysError, match="12 tekens"):
        badge_keys.add_key(tmp_path, "credential", "kort", now=NOW)


def test_the_newest_signs_and_the_older_stays_published(tmp_path):
    first = badge_keys.add_key(tmp_path, "credential", PASSPHRASE, now=NOW)
    second = badge_keys.add_key(tmp_path, "credential", PASSPHRASE, now=NOW + timedelta(days=9))
    assert badge_keys.load_signer(tmp_path, "credential", PASSPHRASE).info == second
    assert badge_keys.list_keys(tmp_path) == [first, second]


def test_an_ended_key_signs_no_more_and_stays_published(tmp_path):
    key = badge_keys.add_key(tmp_path, "credential", PASSPHRASE, now=NOW)
    ended = badge_keys.end_key(tmp_path, key.key_id, now=NOW + timedelta(days=9))
    assert (ended.retired_at, ended.compromised_at) == (NOW + timedelta(days=9), None)
    marked = badge_keys.end_key(
        tmp_path, key.key_id, now=NOW + timedelta(days=10), compromised=True
    )
    assert marked.retired_at == NOW + timedelta(days=9)
    assert marked.compromised_at == NOW + timedelta(days=10)
    assert badge_keys.list_keys(tmp_path) == [marked]
    with pytest.raises(KeysError, match="keys init"):
        badge_keys.load_signer(tmp_path, "credential", PASSPHRASE)
    (new,) = badge_keys.add_missing(tmp_path, PASSPHRASE, now=NOW)[:1]
    assert badge_keys.load_signer(tmp_path, "credential", PASSPHRASE).info == new


def test_a_key_that_is_not_there_cannot_be_ended(tmp_path):
    with pytest.raises(KeysError, match="is er niet"):
        badge_keys.end_key(tmp_path, "0" * 16, now=NOW)


def test_a_key_without_its_private_half_stays_published(tmp_path):
    key = badge_keys.add_key(tmp_path, "credential", PASSPHRASE, now=NOW)
    next(tmp_path.glob("*.key.pem")).unlink()
    (found,) = badge_keys.list_keys(tmp_path)
    assert (found.key_id, found.may_sign) == (key.key_id, False)


def test_an_academy_from_before_gets_just_what_is_missing(tmp_path):
    keys.init_keys(tmp_path, PASSPHRASE, now=NOW)
    for path in (*tmp_path.glob("credential-*"), *tmp_path.glob("jwt-*")):
        path.unlink()
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    added = badge_keys.complete(tmp_path, PASSPHRASE, now=NOW)
    assert {key.purpose for key in added} == {"credential", "jwt"}
    assert {path: path.read_bytes() for path in before} == before
    assert badge_keys.complete(tmp_path, PASSPHRASE, now=NOW) == []


def test_where_there_is_no_seal_nothing_is_added(tmp_path):
    assert badge_keys.complete(tmp_path, PASSPHRASE, now=NOW) == []
    assert list(tmp_path.iterdir()) == []
