from datetime import timedelta

import pytest

from certificates.adapters import keys
from certificates.adapters.keys import KeysError
from tests.certificates.papers import NOW, PASSPHRASE


@pytest.fixture
def folder(tmp_path):
    keys.init_keys(tmp_path / "keys", PASSPHRASE, now=NOW)
    return tmp_path / "keys"


def test_only_the_owner_can_read_what_is_made(folder):
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_no_private_key_lies_there_in_the_clear(folder):
    assert all(b"ENCRYPTED" in path.read_bytes() for path in folder.glob("*.key.pem"))


def test_the_root_holds_for_ten_years_and_a_leaf_for_three(folder):
    made = keys.list_keys(folder)
    assert {info.purpose for info in made} == {"certificates", "coaching"}
    assert {round((i.valid_until - i.valid_from) / timedelta(days=365.25)) for i in made} == {3}


def test_keys_are_never_overwritten(folder):
    with pytest.raises(KeysError, match="staan al sleutels"):
        keys.init_keys(folder, PASSPHRASE, now=NOW)


def test_a_short_passphrase_is_refused(tmp_path):
    with pytest.raises(KeysError, match="12 tekens"):
        keys.init_keys(tmp_path / "keys", "kort", now=NOW)
    assert not (tmp_path / "keys").exists()


def test_a_wrong_passphrase_opens_nothing(folder):
    with pytest.raises(KeysError, match="gaat niet open"):
        keys.load_signer(folder, "certificates", "another passphrase", now=NOW)


def test_a_key_that_others_can_read_is_not_used(folder):
    for path in folder.glob("certificates-*.key.pem"):
        path.chmod(0o640)
    with pytest.raises(KeysError, match="0600"):
        keys.load_signer(folder, "certificates", PASSPHRASE, now=NOW)


def test_sealing_goes_on_after_the_root_is_taken_away(folder):
    (folder / "root.key.pem").unlink()
    assert keys.load_signer(folder, "certificates", PASSPHRASE, now=NOW).info.has_private_key


def test_no_key_is_used_after_its_end(folder):
    with pytest.raises(KeysError, match="geen geldige sleutel"):
        keys.load_signer(folder, "certificates", PASSPHRASE, now=NOW + timedelta(days=1100))


def test_a_folder_without_keys_says_what_to_do(tmp_path):
    with pytest.raises(KeysError, match="academy keys init"):
        keys.load_signer(tmp_path, "certificates", PASSPHRASE, now=NOW)
    with pytest.raises(KeysError, match="academy keys init"):
        keys.root_certificate(tmp_path)
    assert keys.trusted_leaves(tmp_path) == []


def test_a_new_key_seals_and_the_old_one_stays_trusted(folder):
    later = NOW + timedelta(days=365)
    old = keys.load_signer(folder, "certificates", PASSPHRASE, now=NOW).info
    root = folder / "root.key.pem"
    new = keys.add_key(folder, "certificates", PASSPHRASE, now=later, root_private_key=root)
    assert keys.load_signer(folder, "certificates", PASSPHRASE, now=later).info == new
    assert keys.trusted_leaves(folder) == [old.certificate, new.certificate]


def test_a_coaching_key_is_not_for_certificates(folder):
    by_purpose = {info.purpose: info.certificate for info in keys.list_keys(folder)}
    assert keys.is_for_certificates(by_purpose["certificates"])
    assert not keys.is_for_certificates(by_purpose["coaching"])
    assert not keys.is_for_certificates(keys.root_certificate(folder))
    assert keys.trusted_leaves(folder) == [by_purpose["certificates"]]


def test_a_fingerprint_is_shown_in_groups():
    assert keys.fingerprint_in_groups("0b9eec54") == "0B9E EC54"
