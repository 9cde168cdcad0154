"""A seal in a device, by PKCS#11: SoftHSM stands in for it."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from academy.kernel import documents
from academy.kernel.documents import DocumentError
from certificates.adapters import keys, make, pinning
from certificates.adapters.make import make_certificate
from certificates.adapters.many import Paper
from certificates.adapters.signature import read_signature
from tests.certificates.authority import buy
from tests.certificates.fast_papers import make_filled
from tests.certificates.papers import FONTS, PASSPHRASE, make_printed
from tests.judges import pdf as judges
from tests.judges import vera

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "482916"
KINDS = ("p256", "rsa")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not MODULE.exists(), reason="bin/setup test installs softhsm2"),
]


@pytest.fixture(scope="module")
def device(tmp_path_factory):
    """A token with a key of each kind; its folder, its environment and what was bought."""
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    bought = {kind: buy(folder, kind) for kind in KINDS}

    def tool(*words: str) -> None:
        subprocess.run(
            [shutil.which("softhsm2-util") or "softhsm2-util", *words],
            env={"SOFTHSM2_CONF": str(config)},
            check=True,
            capture_output=True,
        )

    tool("--init-token", "--free", "--label", "academie", "--pin", PIN, "--so-pin", "11112222")
    for number, (kind, one) in enumerate(bought.items()):
        file = folder / f"{kind}.pk8"
        file.write_bytes(one.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        where = ("--token", "academie", "--pin", PIN, "--label", kind, "--id", f"0{number}")
        tool("--import", str(file), *where)
    return config, bought


@pytest.fixture(scope="module")
def keys_folder(tmp_path_factory, device):
    folder = tmp_path_factory.mktemp("hsm-keys") / "keys"
    keys.init_keys(folder, PASSPHRASE, now=datetime.now(UTC) - timedelta(days=1))
    for one in device[1].values():
        pinning.pin_seal(folder, one.pem)
    yield folder
    documents.close()


def external(device, **changes: str) -> dict[str, str]:
    return {
        "kind": "pkcs11",
        "module": str(MODULE),
        "token": "academie",
        "label": "p256",
        "pin": PIN,
        "environment": f"SOFTHSM2_CONF={device[0]}",
        **changes,
    }


def seal(keys_folder, where):
    return make_certificate(
        make_printed(),
        "residents",
        keys_folder=keys_folder,
        passphrase=PASSPHRASE,
        now=datetime.now(UTC),
        fonts_folder=FONTS,
        external=where,
    )


@pytest.mark.pdf
def test_a_device_seals_and_judges_accept_it(device, keys_folder, tmp_path):
    files = {}
    for kind in KINDS:
        where = external(device, label=kind)
        paper = Paper(make_printed(), "residents")
        [filled] = make_filled(paper, keys_folder=keys_folder, external=where)
        for path, pdf in {"alone": seal(keys_folder, where).pdf, "filled": filled}.items():
            files[kind, path] = tmp_path / f"{kind}-{path}.pdf"
            files[kind, path].write_bytes(pdf)
            found = read_signature(
                pdf, leaves=[], root=b"", chains=pinning.pinned_chains(keys_folder)
            )
            assert found["intact"], found
            leaf = device[1][kind].leaf.public_bytes(Encoding.DER)
            assert found["key_id"] == keys.key_id_of(leaf)
    assert [one.broken for one in vera.judge(files.values()) if not one.passed] == []
    for (kind, _path), file in files.items():
        (tmp_path / "root.pem").write_bytes(device[1][kind].root_pem)
        assert judges.has_valid_signature(file)
        assert judges.openssl_accepts(file, tmp_path / "root.pem", tmp_path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"label": "no"}, "geen zegel"),
        ({"token": "no"}, "geen zegel"),
        ({"module": "/nowhere.so"}, "antwoordt niet"),
    ],
)
def test_what_is_not_there_is_said(device, keys_folder, changes, said):
    with pytest.raises(DocumentError, match=said):
        seal(keys_folder, external(device, **changes))


def test_a_key_without_a_pin_to_its_certificate_does_not_seal(device, tmp_path):
    bare = tmp_path / "keys"
    keys.init_keys(bare, PASSPHRASE, now=datetime.now(UTC) - timedelta(days=1))
    with pytest.raises(DocumentError, match="academy keys pin"):
        seal(bare, external(device))


def test_a_refused_code_is_offered_once(device, keys_folder, monkeypatch):
    documents.close()  # one that was let in before stays in
    monkeypatch.setattr(make, "_refused", [])
    wrong = external(device, pin="000000")
    with pytest.raises(DocumentError, match="weigert"):
        seal(keys_folder, wrong)
    monkeypatch.setattr(documents, "call", None)
    with pytest.raises(DocumentError, match="weigerde"):
        seal(keys_folder, wrong)
