"""Forged, borrowed, replaced and revoked: by every way that a stranger has (trust.md, T18)."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.resources import vendor_file
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.adapters import keys
from certificates.adapters.make import make_certificate
from certificates.adapters.offline import with_snapshot
from certificates.adapters.signature import read_signature
from certificates.models import Certificate
from certificates.queries import verification
from certificates.rules.credential import LIST_LENGTH
from certificates.services import decisions, life
from certificates.services.snapshot import make_snapshot
from certificates.tasks import issuing
from tests.certificates.papers import make_printed
from tests.certificates.ready import CODE, Scene, commit_scene, issue
from tests.factories import make_actor

pytestmark = [pytest.mark.slow, pytest.mark.trust("T18")]

OTHER_CODE = "KKEY1X16XNCQMV3PPJW4"
NAME = "Samira El Haddou"
HEADINGS = {
    "Dit certificaat is geldig": "original",
    "Dit bestand is veranderd": "altered",
    "Dit kennen wij niet": "unknown",
    "Dit certificaat is ingetrokken": "revoked",
    "Dit certificaat is vervangen": "replaced",
}
SECOND = 1.0


@dataclass
class Issued:
    """A certificate as its register row, its code and its file."""

    id: int
    number: str
    sha256: str
    place: int
    code: str
    file: bytes


def issued(certificate_id: int, code: str) -> Issued:
    row = db.session.get_one(Certificate, certificate_id)
    found = Issued(
        row.id,
        row.number,
        row.sha256 or "",
        row.status_place or 0,
        code,
        Storage(current().storage).get(row.sha256 or ""),
    )
    db.session.rollback()
    return found


@pytest.fixture
def scene(app: Flask) -> Scene:
    return commit_scene()


@pytest.fixture
def real(scene: Scene) -> Issued:
    return issued(issue(scene, code=CODE), CODE)


def forged(keys_folder, **changes) -> bytes:
    """Return a paper that looks like ours, sealed with the keys of a folder."""
    return make_certificate(
        make_printed(**changes),
        "residents",
        keys_folder=keys_folder,
        passphrase=current().keys_passphrase,
        now=clock.real_now() + timedelta(minutes=1),
        fonts_folder=vendor_file("print"),
    ).pdf


# --- the ways ----------------------------------------------------------------------------------


def on_page(text: str) -> str:
    """Return the verdict that stands on a page."""
    (found,) = [said for heading, said in HEADINGS.items() if f">{heading}<" in text]
    return found


def by_upload(client: FlaskClient, data: bytes) -> str:
    sent = {"file": (io.BytesIO(data), "certificaat.pdf")}
    return on_page(client.post("/controleer/bestand", data=sent).text)


def by_api_file(client: FlaskClient, data: bytes) -> str:
    sent = {"file": (io.BytesIO(data), "certificaat.pdf")}
    answer = client.post("/api/v1/certificates/verify", data=sent)
    verdict: str = answer.json["verdict"]
    return verdict


def by_snapshot(_client: FlaskClient, data: bytes) -> str:
    with unit_of_work():
        envelope = make_snapshot()
    root = hashlib.sha256(keys.root_certificate(current().keys)).hexdigest()
    judge = with_snapshot(envelope, root_fingerprint=root)
    return judge.judge(data, read_seal=read_signature).verdict


BY_FILE: dict[str, Callable[[FlaskClient, bytes], str]] = {
    "upload": by_upload,
    "api": by_api_file,
    "snapshot": by_snapshot,
}
BY_NAME: dict[str, Callable[[FlaskClient, Issued], str]] = {
    "number": lambda client, one: on_page(client.get(f"/controleer?number={one.number}").text),
    "code": lambda client, one: on_page(client.get(f"/c/{one.code}").text),
    "api number": lambda client, one: client.get(
        f"/api/v1/certificates/{one.number}/verification"
    ).json["verdict"],
    "api code": lambda client, one: client.post(
        "/api/v1/certificates/verify", json={"code": one.code}
    ).json["verdict"],
    "api hash": lambda client, one: client.post(
        "/api/v1/certificates/verify", json={"sha256": one.sha256}
    ).json["verdict"],
}


@pytest.fixture(params=BY_FILE)
def ask_file(request: pytest.FixtureRequest) -> Callable[[FlaskClient, bytes], str]:
    return BY_FILE[request.param]


# --- forged ------------------------------------------------------------------------------------


def test_the_real_one_is_original_by_every_way(client, real, ask_file):
    assert ask_file(client, real.file) == "original"
    assert {way(client, real) for way in BY_NAME.values()} == {"original"}


def test_a_twin_authority_with_our_name_is_not_ours(client, real, ask_file, tmp_path):
    """Same organisation, same common name, same number, same code: another key."""
    twin = tmp_path / "twin"
    keys.init_keys(twin, current().keys_passphrase, now=clock.real_now(), issuer=current().name)
    ours, theirs = keys.list_keys(current().keys), keys.list_keys(twin)
    assert {one.purpose for one in ours} == {one.purpose for one in theirs}
    assert ask_file(client, forged(twin, number=real.number, code=real.code)) == "unknown"


def test_a_file_with_our_seal_that_was_never_registered_is_unknown(client, real, ask_file):
    """Somebody who borrowed the key can make a seal, and no place in the register."""
    assert ask_file(client, forged(current().keys, number=real.number)) == "unknown"


def test_the_code_of_another_shows_that_other(client, real):
    """A paper with number A and the QR of B: the page names B, and A is not to be seen."""
    other = issued(issue(commit_scene("Najat"), code=OTHER_CODE), OTHER_CODE)
    text = client.get(f"/c/{other.code}").text
    assert other.number in text
    assert real.number not in text
    for typed in (f"{real.number} {other.code}", f"{real.number}{other.code}"):
        assert on_page(client.post("/controleer", data={"number": typed}).text) == "unknown"
    borrowed = forged(current().keys, number=real.number, code=other.code)
    assert {way(client, borrowed) for way in BY_FILE.values()} == {"unknown"}


def test_two_files_of_ours_exchange_no_seal(client, real, ask_file):
    other = issued(issue(commit_scene("Najat"), code=OTHER_CODE), OTHER_CODE)
    start, end = real.file.index(b"/Contents <"), real.file.index(b">\n/ByteRange")
    there = other.file.index(b"/Contents <")
    borrowed = other.file[there : there + end - start]
    assert ask_file(client, real.file[:start] + borrowed + real.file[end:]) in {
        "altered",
        "unknown",
    }


# --- replaced and revoked ----------------------------------------------------------------------


def test_the_old_version_is_replaced_by_every_way(client, scene, real, ask_file):
    with unit_of_work():
        decision_id = decisions.propose_replacement(
            real.id, printed_name="Samira Haddou-Çelik", by=make_actor(scene.coordinator)
        )
    with unit_of_work():
        new_id = decisions.decide(decision_id, "grant", by=make_actor(scene.board))
    assert new_id is not None
    issuing.issue(new_id, code=OTHER_CODE)

    assert ask_file(client, real.file) == "replaced"
    assert {way(client, real) for way in BY_NAME.values()} == {"replaced"}
    assert NAME not in client.get(f"/c/{real.code}").text
    assert is_set(client, real.place)


def revoke(scene: Scene, certificate_id: int) -> None:
    """Let one of the board propose, hear, and another confirm."""
    with unit_of_work():
        revocation_id = life.propose_revocation(certificate_id, "fraud", by=make_actor(scene.board))
    with unit_of_work():
        life.record_hearing(
            revocation_id, "heard", heard_on=clock.today(), by=make_actor(scene.board)
        )
    with unit_of_work():
        life.confirm_revocation(revocation_id, by=make_actor(scene.other_board))


def is_set(client: FlaskClient, place: int) -> bool:
    """Return the bit of a certificate in the public status list."""
    number, index = divmod(place, LIST_LENGTH)
    encoded = client.get(f"/status/{number + 1}").json["credentialSubject"]["encodedList"][1:]
    packed = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    return bool(gzip.decompress(packed)[index >> 3] & 0x80 >> (index & 7))


def test_what_is_revoked_is_seen_within_a_second(client, scene, real):
    """On the page, by the API and in the status list, which were all asked before."""
    ways = {
        **BY_NAME,
        **{
            name: lambda client, one, ask=ask: ask(client, one.file)
            for name, ask in BY_FILE.items()
        },
        "status list": lambda client, one: "revoked" if is_set(client, one.place) else "original",
    }
    assert {way(client, real) for way in ways.values()} == {"original"}
    revoke(scene, real.id)

    for name, way in ways.items():
        started = time.monotonic()
        assert way(client, real) == "revoked", name
        assert time.monotonic() - started < SECOND, name
    assert NAME not in client.get(f"/c/{real.code}").text


def test_a_stored_answer_is_good_for_a_second_at_most(client, real):
    """Nothing between us and the stranger may keep an answer longer than that."""
    kept = {
        f"/controleer?number={real.number}": "no-store",
        f"/c/{real.code}": "no-store",
        f"/api/v1/certificates/{real.number}/verification": "no-store",
        "/status/1": "public, max-age=1",
    }
    for path, said in kept.items():
        assert client.get(path).headers["Cache-Control"] == said, path


# --- the faults that these would find ----------------------------------------------------------


@pytest.mark.trust("T18", planted=True)
def test_a_check_without_the_register_would_believe_a_borrowed_key(client, real, monkeypatch):
    borrowed = forged(current().keys, number=real.number)

    def careless(data, **kept):
        return check_file(data, **{**kept, "lookup": None})

    check_file = verification.check_file
    monkeypatch.setattr(verification, "check_file", careless)
    assert by_upload(client, borrowed) == "original"


@pytest.mark.trust("T18", planted=True)
def test_a_register_that_forgets_standings_would_be_found(client, scene, real, monkeypatch):
    revoke(scene, real.id)
    forgetful = dict.fromkeys(verification.STATES, "issued")
    monkeypatch.setattr(verification, "STATES", forgetful)
    assert {way(client, real) for way in BY_NAME.values()} == {"original"}


@pytest.mark.trust("T18", planted=True)
def test_a_pinned_twin_would_be_believed(client, real, monkeypatch, tmp_path):
    twin = tmp_path / "twin"
    keys.init_keys(twin, current().keys_passphrase, now=clock.real_now(), issuer=current().name)
    finding = verification.check_file(
        forged(twin, number=real.number),
        leaves=keys.trusted_leaves(twin),
        root=keys.root_certificate(twin),
        now=datetime.now(UTC),
        today=date(2026, 11, 23),
        read_seal=read_signature,
    )
    assert finding.verdict == "original"
