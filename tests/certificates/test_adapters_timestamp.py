"""Level B-T: a stamp from an authority over real HTTP, or no certificate at all (T26)."""

from __future__ import annotations

import random
import subprocess
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from academy.kernel import documents
from academy.kernel.documents import DocumentError
from certificates.adapters import keys, pinning, timestamp
from certificates.adapters.make import make_certificate
from certificates.adapters.seal import ROOM_FOR_STAMP
from certificates.adapters.signature import read_signature
from certificates.adapters.timestamp import AuthorityAwayError
from certificates.adapters.verify import check_file
from tests.certificates.attacks import ATTACKS, without_stamp
from tests.certificates.authority import buy
from tests.certificates.papers import FONTS, PASSPHRASE, make_printed
from tests.certificates.timestamping import Authority, failing
from tests.judges import pdf as judges
from tests.judges import vera
from tests.trust.sizes import size

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def keys_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stamping") / "keys"
    keys.init_keys(folder, PASSPHRASE, now=datetime.now(UTC) - timedelta(days=1))
    yield folder
    documents.close()


@pytest.fixture(scope="module", params=["p256", "rsa"])
def authority(request, tmp_path_factory):
    found = Authority(tmp_path_factory.mktemp("tsa"), request.param)
    yield found
    found.close()


@pytest.fixture(autouse=True)
def present(monkeypatch):
    """No test finds the authority away because of the one before."""
    monkeypatch.setattr(timestamp, "_absence", timestamp._Absence())


@pytest.fixture(scope="module")
def settings(authority, keys_folder, tmp_path_factory):
    file = tmp_path_factory.mktemp("tsa-pem") / "tsa.pem"
    file.write_bytes(pem(authority.certificates.values()))
    return SimpleNamespace(tsa_url=authority.url, tsa_cert=str(file), keys=keys_folder)


def pem(ders) -> bytes:
    found = [x509.load_der_x509_certificate(one) for one in ders]
    return b"".join(one.public_bytes(Encoding.PEM) for one in found)


def unstamped(keys_folder, **changes):
    return make_certificate(
        make_printed(),
        "residents",
        keys_folder=keys_folder,
        passphrase=PASSPHRASE,
        now=datetime.now(UTC),
        fonts_folder=FONTS,
        with_stamp=True,
        **changes,
    )


@pytest.fixture(scope="module")
def waiting(keys_folder):
    """A sealed paper that waits for its stamp."""
    return unstamped(keys_folder)


def stamp(sealed, settings):
    return timestamp.stamped(sealed, settings, now=datetime.now(UTC))


@pytest.fixture(scope="module")
def paper(waiting, settings):
    return stamp(waiting, settings)


def read(data, keys_folder) -> dict[str, Any]:
    return read_signature(
        data,
        leaves=keys.trusted_leaves(keys_folder),
        root=keys.root_certificate(keys_folder),
        chains=pinning.pinned_chains(keys_folder),
    )


def test_a_stamped_paper_is_whole_and_says_its_level(paper, waiting, keys_folder):
    assert read(waiting.pdf, keys_folder)["level"] == "B-B"
    found = read(paper.pdf, keys_folder)
    assert (found["intact"], found["level"], paper.level) == (True, "B-T", "B-T")
    assert paper.sha256 != waiting.sha256
    assert len(paper.pdf) == len(waiting.pdf)
    assert paper.stamp_until == datetime(2035, 1, 1, tzinfo=UTC)


def test_without_an_address_a_paper_stays_as_it_is(waiting):
    assert stamp(waiting, SimpleNamespace(tsa_url="")) is waiting


def test_a_stamp_without_a_pinned_authority_holds_too(waiting, settings, keys_folder):
    unpinned = SimpleNamespace(**vars(settings) | {"tsa_cert": ""})
    assert read(stamp(waiting, unpinned).pdf, keys_folder)["level"] == "B-T"


def test_a_bought_seal_is_stamped_too(settings, keys_folder, tmp_path):
    one = buy(tmp_path, "rsa")
    pinning.pin_seal(keys_folder, one.pem)
    sealed = unstamped(keys_folder, external=one.external)
    assert read(stamp(sealed, settings).pdf, keys_folder)["level"] == "B-T"


@pytest.mark.trust("T16")
def test_no_changed_byte_of_the_container_leaves_it_whole(paper, keys_folder):
    data, chance = paper.pdf, random.Random(26)
    start = data.index(b"/Contents <") + 11
    end = start + len(data[start : data.index(b">", start)].rstrip(b"0")) + 40
    for _once in range(size(1_000, otherwise=250)):
        place = chance.randrange(start, end)
        changed = bytearray(data)
        while changed[place] == data[place]:
            changed[place] = chance.choice(b"0123456789abcdefABCDEF")
        assert not read(bytes(changed), keys_folder)["intact"], place


@pytest.mark.trust("T16")
@pytest.mark.parametrize("name", ["newline", "empty update", "metadata", "note on top", "wrapped"])
def test_an_attack_on_it_is_seen(paper, keys_folder, name):
    found = read(ATTACKS[name](paper.pdf), keys_folder)
    assert (found["carries_seal"], found["intact"]) == (True, False)


def by_seal_alone(data, keys_folder) -> tuple[str, str]:
    finding = check_file(
        data,
        leaves=keys.trusted_leaves(keys_folder),
        root=keys.root_certificate(keys_folder),
        now=datetime.now(UTC),
        today=date(2026, 11, 23),
        read_seal=read_signature,
    )
    return finding.verdict, finding.reasons[0].code


@pytest.mark.trust("T16")
def test_without_its_stamp_or_with_one_of_another_it_is_not_original_by_its_seal(
    paper, waiting, keys_folder, tmp_path
):
    """Who has the file can take the stamp out, or ask any authority for one of their own."""
    elsewhere = Authority(tmp_path)
    other = stamp(
        waiting, SimpleNamespace(tsa_url=elsewhere.url, tsa_cert="", keys=keys_folder)
    ).pdf
    elsewhere.close()
    stripped = without_stamp(paper.pdf)
    assert stripped == waiting.pdf
    for data in (paper.pdf, stripped, other):
        assert read(data, keys_folder)["intact"]
        assert by_seal_alone(data, keys_folder) == ("unknown", "needs_register")


def test_the_stamp_of_another_paper_does_not_fit(paper, keys_folder, settings):
    other = stamp(unstamped(keys_folder), settings).pdf
    start = paper.pdf.index(b"/Contents <")
    stop, there = paper.pdf.index(b">", start), other.index(b"/Contents <")
    borrowed = other[there : there + stop - start]
    assert not read(paper.pdf[:start] + borrowed + paper.pdf[stop:], keys_folder)["intact"]


# --- judges --------------------------------------------------------------------------------------


@pytest.mark.pdf
def test_judges_accept_seal_and_stamp(paper, authority, keys_folder, tmp_path):
    file, root = tmp_path / "t.pdf", keys_folder / "root.cert.pem"
    file.write_bytes(paper.pdf)
    assert [one.broken for one in vera.judge([file]) if not one.passed] == []
    assert judges.is_sound(file)
    assert judges.has_valid_signature(file)
    assert judges.openssl_accepts(file, root, tmp_path)
    (tmp_path / "tsa.pem").write_bytes(pem([authority.certificates["root"]]))
    assert openssl_accepts_stamp(paper, tmp_path, "tsa.pem")


@pytest.mark.pdf
@pytest.mark.trust("T26", planted=True)
def test_judges_see_a_planted_error(paper, waiting, authority, keys_folder, tmp_path):
    (tmp_path / "tsa.pem").write_bytes(pem([authority.certificates["root"]]))
    (tmp_path / "other.pem").write_bytes((keys_folder / "root.cert.pem").read_bytes())
    assert not openssl_accepts_stamp(paper, tmp_path, "other.pem")
    assert not openssl_accepts_stamp(replace(paper, imprint=b"\1" * 32), tmp_path, "tsa.pem")
    with pytest.raises(ValueError, match="unpack"):
        openssl_accepts_stamp(waiting, tmp_path, "tsa.pem")
    file = tmp_path / "broken.pdf"
    middle = len(paper.pdf) // 3
    file.write_bytes(paper.pdf[:middle] + b"\0" + paper.pdf[middle + 1 :])
    assert not judges.has_valid_signature(file)


def openssl_accepts_stamp(paper, folder, root: str) -> bool:
    """Say whether `openssl ts -verify` accepts the stamp over the signature."""
    data = paper.pdf
    start = data.index(b"/Contents <") + 11
    container = cms.ContentInfo.load(bytes.fromhex(data[start : data.index(b">", start)].decode()))
    beside = container["content"]["signer_infos"][0]["unsigned_attrs"]
    (attribute,) = beside if beside.native else ()
    (folder / "token.der").write_bytes(attribute["values"][0].dump())
    command = ["openssl", "ts", "-verify", "-digest", paper.imprint.hex(), "-token_in"]
    done = subprocess.run(
        [*command, "-in", str(folder / "token.der"), "-CAfile", str(folder / root)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0 and "Verification: OK" in done.stdout


# --- an authority that fails (T26) ---------------------------------------------------------------


@pytest.mark.trust("T26")
@pytest.mark.parametrize(
    "how", ["refuses", "resets", "hangs", "drips", "is broken", "stops halfway"]
)
def test_an_authority_that_is_away_makes_a_paper_wait(how):
    began = time.monotonic()
    with failing(how) as url, pytest.raises(AuthorityAwayError) as raised:
        timestamp.ask(url, timestamp.request(bytes(32), 1 << 62), seconds=1)
    assert time.monotonic() - began < 5
    assert raised.value.wait == timestamp.WAITS[0]


@pytest.mark.trust("T26")
def test_the_wait_grows_and_ends_with_an_answer(authority):
    settings = SimpleNamespace(tsa_url=authority.url)
    request = timestamp.request(bytes(32), 1 << 62)
    waits = []
    with failing("refuses") as url:
        for _once in range(5):
            with pytest.raises(AuthorityAwayError) as raised:
                timestamp.ask(url, request, seconds=1)
            waits.append(raised.value.wait)
    assert waits == [*timestamp.WAITS, timestamp.WAITS[-1]]
    with pytest.raises(AuthorityAwayError):
        timestamp.require_authority(settings)
    timestamp.ask(authority.url, request)
    timestamp.require_authority(settings)


@pytest.mark.trust("T26")
@pytest.mark.parametrize("answer", ["x", "<html>", "0\x03\x02\x01\x02"])
def test_what_is_no_stamp_is_refused(waiting, settings, answer):
    with failing(answer) as url, pytest.raises(DocumentError):
        stamp(waiting, SimpleNamespace(**vars(settings) | {"tsa_url": url, "tsa_cert": ""}))


def kind_of(refused) -> str:
    return refused.value.kind


def test_an_authority_that_is_not_the_pinned_one_is_refused(waiting, settings, tmp_path_factory):
    other = Authority(tmp_path_factory.mktemp("other"))
    strange = SimpleNamespace(**vars(settings) | {"tsa_url": other.url})
    with pytest.raises(DocumentError) as refused:
        stamp(waiting, strange)
    other.close()
    assert kind_of(refused) == "BadStamp:another_authority"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"nonce": 1}, "BadStamp:nonce"),
        ({"now": datetime(2026, 1, 1, tzinfo=UTC)}, "BadStamp:clock"),
    ],
)
def test_a_stamp_for_another_question_or_time_is_refused(waiting, settings, changes, kind):
    values = {"nonce": 1 << 62, "now": datetime.now(UTC)} | changes
    answer = timestamp.ask(settings.tsa_url, timestamp.request(waiting.imprint, 1 << 62))
    with pytest.raises(DocumentError) as refused:
        documents.call(
            "certificates.adapters.stamp_in_child:stamp",
            pdf=waiting.pdf,
            answer=answer,
            authorities=[],
            keys_folder=str(settings.keys),
            **values,
        )
    assert kind_of(refused) == kind


def test_a_stamp_over_something_else_is_refused(waiting, settings):
    with pytest.raises(DocumentError) as refused:
        stamp(replace(waiting, imprint=bytes(32)), settings)
    assert kind_of(refused) == "BadStamp:imprint"


def test_the_room_is_enough(paper):
    start = paper.pdf.index(b"/Contents <") + 11
    digits = paper.pdf[start : paper.pdf.index(b">", start)]
    assert len(digits) - len(digits.rstrip(b"0")) > ROOM_FOR_STAMP // 2
