"""Files judged without database and network, by a snapshot of the register that is believed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from academy.kernel import documents
from certificates.adapters import key_life, keys, offline, pinning
from certificates.adapters.make import make_certificate
from certificates.adapters.signature import read_signature
from certificates.adapters.snapshot import open_snapshot, sign, sign_digest
from certificates.rules.snapshot import Entry, Leaf, Snapshot, SnapshotError, signed_bytes, write
from tests.certificates.authority import buy
from tests.certificates.papers import FONTS, NUMBER, PASSPHRASE, make_printed

pytestmark = pytest.mark.slow

AS_OF = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def keys_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("offline") / "keys"
    keys.init_keys(folder, PASSPHRASE, now=datetime.now(UTC) - timedelta(days=1))
    yield folder
    documents.close()


@pytest.fixture(scope="module")
def root(keys_folder) -> str:
    return hashlib.sha256(keys.root_certificate(keys_folder)).hexdigest()


@pytest.fixture(scope="module")
def paper(keys_folder) -> bytes:
    return make_certificate(
        make_printed(),
        "residents",
        keys_folder=keys_folder,
        passphrase=PASSPHRASE,
        now=datetime.now(UTC),
        fonts_folder=FONTS,
    ).pdf


def snapshot_of(folder: Path, *papers: bytes, **changes: Any) -> Snapshot:
    """Return a snapshot in which these papers stand."""
    values = {"state": "issued", "valid_until": date(2029, 11, 23), **changes}
    return Snapshot(
        as_of=AS_OF,
        academy="Samen Lukt Het Zelf Academie",
        root=keys.root_certificate(folder),
        leaves=tuple(
            Leaf(key.key_id, key.certificate)
            for key in keys.list_keys(folder)
            if key.purpose == "certificates"
        ),
        entries=tuple(Entry(NUMBER, hashlib.sha256(one).hexdigest(), **values) for one in papers),
    )


def signed(folder: Path, snapshot: Snapshot) -> bytes:
    """Return the envelope of a snapshot, signed in this process."""
    digest = hashlib.sha256(signed_bytes(snapshot)).digest()
    return write(
        snapshot,
        **sign_digest(
            digest=digest, keys_folder=str(folder), passphrase=PASSPHRASE, now=datetime.now(UTC)
        ),
    )


def judged(data: bytes, envelope: bytes, root: str):
    judge = offline.with_snapshot(envelope, root_fingerprint=root)
    finding = judge.judge(data, read_seal=read_signature)
    return finding.verdict, finding.reasons[0].code, finding.as_of


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "original"),
        ({"state": "revoked"}, "revoked"),
        ({"state": "replaced"}, "replaced"),
        ({"state": "withdrawn"}, "withdrawn"),
        ({"valid_until": date(2026, 11, 22)}, "expired"),
        ({"valid_until": None}, "original"),
    ],
)
def test_the_snapshot_says_how_a_file_stands(keys_folder, root, paper, changes, verdict):
    envelope = signed(keys_folder, snapshot_of(keys_folder, paper, **changes))
    assert judged(paper, envelope, root) == (verdict, verdict, AS_OF)


def test_what_ended_after_the_snapshot_has_ended(keys_folder, root, paper):
    old = replace(
        snapshot_of(keys_folder, paper, valid_until=date(2021, 1, 1)),
        as_of=datetime(2020, 1, 1, tzinfo=UTC),
    )
    assert judged(paper, signed(keys_folder, old), root)[0] == "expired"


def test_a_file_that_the_snapshot_does_not_know_is_not_original(keys_folder, root, paper):
    envelope = signed(keys_folder, snapshot_of(keys_folder))
    assert judged(paper, envelope, root)[:2] == ("unknown", "not_in_snapshot")


def test_a_changed_file_is_altered(keys_folder, root, paper):
    envelope = signed(keys_folder, snapshot_of(keys_folder, paper))
    assert judged(paper + b"\n", envelope, root)[:2] == ("altered", "altered")


def test_the_document_child_signs_the_same(keys_folder, root, paper):
    snapshot = snapshot_of(keys_folder, paper)
    envelope = sign(snapshot, keys_folder=keys_folder, passphrase=PASSPHRASE, now=datetime.now(UTC))
    assert open_snapshot(envelope, root_fingerprint=root) == snapshot


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"issued"', b'"revoked"'),
        (b'"issued"', b'"replaced"'),
        (NUMBER.encode(), b"SLHZ-B-2026-00001-03"),
        (b"2029-11-23", b"2039-11-23"),
        (b"2026-11-23T09", b"2027-11-23T09"),
        (b"Samen Lukt", b"Samen Leeft"),
    ],
)
def test_a_changed_snapshot_is_refused(keys_folder, root, paper, old, new):
    envelope = signed(keys_folder, snapshot_of(keys_folder, paper)).replace(old, new, 1)
    with pytest.raises(SnapshotError) as refused:
        open_snapshot(envelope, root_fingerprint=root)
    assert refused.value.code == "bad_signature"


def test_a_snapshot_of_another_academy_is_refused(keys_folder, root, paper, tmp_path):
    other = tmp_path / "other"
    keys.init_keys(other, PASSPHRASE, now=datetime.now(UTC) - timedelta(days=1))
    theirs = snapshot_of(other, paper)
    with pytest.raises(SnapshotError, match="another_root"):
        open_snapshot(signed(other, theirs), root_fingerprint=root)
    ours_with_their_leaf = replace(theirs, root=keys.root_certificate(keys_folder))
    with pytest.raises(SnapshotError, match="bad_signature"):
        open_snapshot(signed(other, ours_with_their_leaf), root_fingerprint=root)


def test_a_key_in_other_hands_signs_no_snapshot(keys_folder, root, paper):
    snapshot = snapshot_of(keys_folder, paper)
    gone = tuple(replace(leaf, compromised_at=AS_OF) for leaf in snapshot.leaves)
    with pytest.raises(SnapshotError, match="bad_signature"):
        open_snapshot(signed(keys_folder, replace(snapshot, leaves=gone)), root_fingerprint=root)


def test_who_knows_a_key_is_lost_believes_no_register_of_the_thief(
    keys_folder, root, paper, tmp_path
):
    """The thief leaves out that the key is lost; a folder of after the loss knows it by itself."""
    (lost,) = (key for key in keys.list_keys(keys_folder) if key.purpose == "certificates")
    forged = signed(keys_folder, snapshot_of(keys_folder, paper))
    with pytest.raises(SnapshotError, match="bad_signature"):
        offline.with_snapshot(forged, root_fingerprint=root, lost_keys={lost.key_id})

    own = tmp_path / "own"
    shutil.copytree(keys_folder, own)
    root_key = own / "root.key.pem"
    key_life.add_leaf(own, "certificates", PASSPHRASE, now=datetime.now(UTC), root=root_key)
    judge = offline.with_snapshot(
        signed(own, snapshot_of(own)), root_fingerprint=root, lost_keys={lost.key_id}
    )
    found = judge.judge(paper, read_seal=read_signature)
    assert [one.code for one in found.reasons] == ["key_stolen", "not_in_snapshot"]


def test_the_command_believes_no_register_by_a_key_that_the_folder_knows_is_lost(
    desk, keys_folder, tmp_path
):
    own = tmp_path / "keys"
    shutil.copytree(keys_folder, own)
    words = ("--register", "register.json", "paper.pdf")
    assert run(desk, *words, ACADEMY_KEYS=str(own)).returncode == 0
    for key in keys.list_keys(own):
        keys.lost_path(own, key.key_id).touch()
    assert run(desk, *words, ACADEMY_KEYS=str(own)).returncode == 2


@pytest.mark.parametrize("kind", ["p256", "rsa"])
def test_a_stranger_checks_a_seal_from_elsewhere_with_the_snapshot(
    desk, keys_folder, root, kind, tmp_path
):
    own = tmp_path / "keys"
    shutil.copytree(keys_folder, own)
    bought = buy(tmp_path, kind)
    pinning.pin_seal(own, bought.pem)
    paper = make_certificate(
        make_printed(),
        "residents",
        keys_folder=own,
        passphrase=PASSPHRASE,
        now=datetime.now(UTC),
        fonts_folder=FONTS,
        external=bought.external,
    ).pdf
    (desk / "paper.pdf").write_bytes(paper)
    (desk / "altered.pdf").write_bytes(paper.replace(b"%%EOF", b"%%EOf"))
    words = ("--register", "register.json", "--root", root, "--json", "paper.pdf", "altered.pdf")
    chains = tuple(map(tuple, pinning.pinned_chains(own)))
    known = replace(snapshot_of(own, paper), chains=chains)
    (desk / "register.json").write_bytes(signed(own, known))

    one, other = json.loads(run(desk, *words).stdout)

    assert (one["verdict"], other["verdict"]) == ("original", "altered")
    assert open_snapshot(signed(own, known), root_fingerprint=root) == known
    (desk / "register.json").write_bytes(signed(own, snapshot_of(own, paper)))
    (without, _other) = json.loads(run(desk, *words).stdout)
    assert without["verdict"] == "unknown"


def test_the_key_for_coaching_signs_no_snapshot(keys_folder, root, paper):
    """Not even when the snapshot itself names that key as one of ours."""
    coaching = next(key for key in keys.list_keys(keys_folder) if key.purpose == "coaching")
    snapshot = snapshot_of(keys_folder, paper)
    wider = replace(
        snapshot, leaves=(*snapshot.leaves, Leaf(coaching.key_id, coaching.certificate))
    )
    with pytest.raises(SnapshotError, match="bad_signature"):
        open_snapshot(signed(keys_folder, wider), root_fingerprint=root)


def test_openssl_agrees_with_the_signature(keys_folder, paper, tmp_path):
    """What docs/operations.md tells a stranger to do, with nothing of ours."""
    envelope = json.loads(signed(keys_folder, snapshot_of(keys_folder, paper)))
    register = json.dumps(
        envelope["register"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    (tmp_path / "register").write_bytes(register.encode())
    (tmp_path / "signature").write_bytes(base64.b64decode(envelope["signature"]["value"]))
    leaf = base64.b64decode(envelope["register"]["leaves"][0]["certificate"])
    (tmp_path / "leaf.der").write_bytes(leaf)
    words = ["x509", "-inform", "DER", "-in", "leaf.der", "-pubkey", "-noout", "-out", "leaf.pub"]
    openssl = shutil.which("openssl")
    assert openssl
    subprocess.run([openssl, *words], cwd=tmp_path, check=True)
    words = ["dgst", "-sha256", "-verify", "leaf.pub", "-signature", "signature", "register"]
    done = subprocess.run([openssl, *words], cwd=tmp_path, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in an empty folder, with no setting but these: no database to be found."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("ACADEMY_")}
    return subprocess.run(
        [sys.executable, "-m", "academy", "certificates", "verify", *words],
        cwd=folder,
        env={**bare, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def desk(tmp_path, keys_folder, paper) -> Path:
    """A stranger's folder: a certificate, an altered one, and a snapshot."""
    (tmp_path / "paper.pdf").write_bytes(paper)
    (tmp_path / "altered.pdf").write_bytes(paper.replace(b"%%EOF", b"%%EOf"))
    envelope = signed(keys_folder, snapshot_of(keys_folder, paper))
    (tmp_path / "register.json").write_bytes(envelope)
    (tmp_path / "broken.json").write_bytes(envelope.replace(b'"issued"', b'"revoked"'))
    return tmp_path


def test_the_command_needs_no_database(desk, root):
    done = run(desk, "--register", "register.json", "--root", root, "--json", "paper.pdf")
    (row,) = json.loads(done.stdout)
    assert row.keys() == {"file", "verdict", "as_of", "number", "reasons"}
    assert (row["verdict"], row["as_of"]) == ("original", AS_OF.isoformat())
    assert done.returncode == 0
    assert not list(desk.glob("var"))


def test_the_command_tells_of_an_altered_file(desk, root):
    done = run(desk, "--register", "register.json", "--root", root, "paper.pdf", "altered.pdf")
    assert "altered.pdf: altered." in done.stdout
    assert "Volgens het register van 23-11-2026" in done.stdout
    assert done.returncode == 1


def test_the_command_refuses_a_snapshot_that_was_changed(desk, root):
    done = run(desk, "--register", "broken.json", "--root", root, "paper.pdf")
    assert done.returncode == 2
    assert "De handtekening van deze momentopname klopt niet." in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_asks_whose_certificates_these_are(desk, keys_folder):
    done = run(desk, "--register", "register.json", "paper.pdf")
    assert done.returncode == 2
    assert "--root" in done.stderr
    folder = str(keys_folder)
    assert (
        run(desk, "--register", "register.json", "paper.pdf", ACADEMY_KEYS=folder).returncode == 0
    )
    certificate = str(keys_folder / "root.cert.pem")
    words = ("--register", "register.json", "--root", certificate, "paper.pdf")
    assert run(desk, *words).returncode == 0


def test_without_snapshot_and_database_the_status_is_not_known(desk, keys_folder):
    done = run(desk, "--json", "paper.pdf", "altered.pdf", ACADEMY_KEYS=str(keys_folder))
    paper, altered = json.loads(done.stdout)
    assert (paper["verdict"], paper["reasons"][0]["code"]) == ("original", "status_not_known")
    assert altered["verdict"] == "altered"
    (foreign,) = json.loads(run(desk, "--json", "paper.pdf").stdout)
    assert foreign["verdict"] == "unknown"
