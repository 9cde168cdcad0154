"""A seal bought elsewhere seals like our own, is pinned first, and is judged by the same rules."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from academy.kernel import documents
from academy.kernel.documents import DocumentError
from certificates.adapters import keys, pinning, verify
from certificates.adapters.key_files import KeysError
from certificates.adapters.make import make_certificate
from certificates.adapters.many import Paper
from certificates.adapters.pkcs12 import chain_in
from certificates.adapters.seal import seal
from certificates.adapters.signature import read_signature
from certificates.adapters.signer import open_signer
from certificates.rules.verdict import RegisterEntry
from tests.certificates.attacks import ATTACKS
from tests.certificates.authority import WORD, buy
from tests.certificates.fast_papers import make_filled
from tests.certificates.papers import FONTS, NUMBER, PASSPHRASE, make_printed
from tests.judges import pdf as judges
from tests.judges import vera
from tests.trust.sizes import size

KINDS = ("p256", "rsa")
FILLED = {f"{kind}-filled": kind for kind in KINDS}
"""Papers of a batch, and the seal of each."""
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def keys_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("external") / "keys"
    keys.init_keys(folder, PASSPHRASE, now=datetime.now(UTC) - timedelta(days=1))
    yield folder
    documents.close()


@pytest.fixture(scope="module")
def bought(tmp_path_factory, keys_folder):
    folder = tmp_path_factory.mktemp("bought")
    seals = {kind: buy(folder, kind) for kind in KINDS}
    seals["alone"] = buy(folder, "rsa", alone=True)
    for one in seals.values():
        pinning.pin_seal(keys_folder, one.pem)
    return seals


@pytest.fixture(scope="module")
def papers(bought, keys_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sealed")
    made = {}
    for kind, one in bought.items():
        made[kind] = folder / f"{kind}.pdf"
        made[kind].write_bytes(make(keys_folder, one.external).pdf)
    for name, kind in FILLED.items():
        paper, external = Paper(make_printed(), "residents"), bought[kind].external
        made[name] = folder / f"{name}.pdf"
        [pdf] = make_filled(paper, keys_folder=keys_folder, external=external)
        made[name].write_bytes(pdf)
    return made


def make(keys_folder, external):
    return make_certificate(
        make_printed(),
        "residents",
        keys_folder=keys_folder,
        passphrase=PASSPHRASE,
        now=datetime.now(UTC),
        fonts_folder=FONTS,
        external=external,
    )


def pinned(keys_folder) -> dict[str, Any]:
    return {
        "leaves": keys.trusted_leaves(keys_folder),
        "root": keys.root_certificate(keys_folder),
        "chains": pinning.pinned_chains(keys_folder),
    }


def check(data, pins, *, registered=None):
    """Check `data` under pins; parsed here, the child has tests of its own."""
    own = {name: pins[name] for name in ("leaves", "root")}
    entry = RegisterEntry(NUMBER, "issued", date(2029, 11, 23))
    known = {hashlib.sha256(registered).hexdigest(): entry} if registered is not None else None
    finding = verify.check_file(
        data,
        now=datetime.now(UTC),
        today=TODAY,
        lookup=known.get if known else None,
        read_seal=partial(read_signature, chains=pins["chains"]),
        **own,
    )
    return finding.verdict, finding.reasons[0].code


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*KINDS, "alone", *FILLED])
def test_a_pinned_seal_makes_an_original(papers, keys_folder, kind):
    data = papers[kind].read_bytes()
    assert check(data, pinned(keys_folder), registered=data) == ("original", "original")
    assert check(data, pinned(keys_folder)) == ("original", "status_not_known")


@pytest.mark.slow
def test_a_seal_that_is_not_pinned_is_not_ours(papers, keys_folder, tmp_path):
    data = papers["rsa"].read_bytes()
    own = {**pinned(keys_folder), "chains": []}
    assert check(data, own) == ("unknown", "not_ours")
    # Nor is another leaf of the same name that another authority sells.
    other = {**own, "chains": [[x.public_bytes(Encoding.DER) for x in _chain(buy(tmp_path))]]}
    assert check(data, other) == ("unknown", "not_ours")


def _chain(one) -> list[x509.Certificate]:
    return [one.leaf, *one.above]


@pytest.mark.slow
@pytest.mark.trust("T16")
@pytest.mark.parametrize("kind", [*KINDS, *FILLED])
def test_no_changed_byte_of_the_container_leaves_it_original(papers, keys_folder, kind):
    paper, chance, pins = papers[kind].read_bytes(), random.Random(4), pinned(keys_folder)
    start = paper.index(b"/Contents <") + 11
    end = start + len(paper[start : paper.index(b">", start)].rstrip(b"0")) + 40
    for _once in range(size(400, otherwise=120) // (4 if kind in FILLED else 1)):
        place = chance.randrange(start, end)
        changed = bytearray(paper)
        while changed[place] == paper[place]:
            changed[place] = chance.choice(b"0123456789abcdefABCDEF")
        assert check(bytes(changed), pins)[0] in {"altered", "unknown"}, place


@pytest.mark.slow
@pytest.mark.trust("T16")
@pytest.mark.parametrize("kind", ["rsa", "rsa-filled"])
@pytest.mark.parametrize("name", ["newline", "empty update", "metadata", "note on top", "wrapped"])
def test_an_attack_on_it_is_seen(papers, keys_folder, name, kind):
    changed = ATTACKS[name](papers[kind].read_bytes())
    assert check(changed, pinned(keys_folder)) == ("altered", "altered")


@pytest.mark.slow
@pytest.mark.pdf
def test_judges_accept_it_under_its_root_only(papers, bought, tmp_path):
    judged = vera.judge(papers.values())
    assert [(one.file.name, one.broken) for one in judged if not one.passed] == []
    for kind, file in papers.items():
        root, other = tmp_path / f"{kind}.pem", tmp_path / "other.pem"
        root.write_bytes(bought[FILLED.get(kind, kind)].root_pem)
        other.write_bytes(buy(tmp_path).root_pem)
        assert judges.has_valid_signature(file)
        assert judges.openssl_accepts(file, root, tmp_path)
        assert not judges.openssl_accepts(file, other, tmp_path)


# --- pinning -------------------------------------------------------------------------------------


def test_a_chain_may_come_in_any_order_and_twice(keys_folder, bought):
    one = bought["p256"]
    turned = b"".join(x.public_bytes(Encoding.PEM) for x in reversed(_chain(one)))
    before = pinning.pinned_chains(keys_folder)
    info = pinning.pin_seal(keys_folder, turned)
    assert info.certificate == one.leaf.public_bytes(Encoding.DER)
    assert pinning.pinned_chains(keys_folder) == before
    assert [x.public_bytes(Encoding.DER) for x in _chain(one)] in before


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_chain_that_is_not_whole_is_refused(keys_folder, tmp_path, missing):
    chain = _chain(buy(tmp_path))
    del chain[missing]
    pem = b"".join(x.public_bytes(Encoding.PEM) for x in chain)
    before = pinning.pinned_chains(keys_folder)
    if missing == 0:  # the intermediate looks like a leaf then, and it is an authority
        with pytest.raises(KeysError, match="zegelt niet zelf"):
            pinning.pin_seal(keys_folder, pem)
    else:
        with pytest.raises(KeysError, match="keten"):
            pinning.pin_seal(keys_folder, pem)
    assert pinning.pinned_chains(keys_folder) == before


def test_what_is_no_seal_is_refused(keys_folder):
    with pytest.raises(KeysError, match="geen certificaten"):
        pinning.pin_seal(keys_folder, b"geen pem")
    coaching = next(one for one in keys.list_keys(keys_folder) if one.purpose == "coaching")
    root = keys.root_certificate(keys_folder)
    pem = b"".join(
        x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
        for der in (coaching.certificate, root)
    )
    with pytest.raises(KeysError, match="begeleiding"):
        pinning.pin_seal(keys_folder, pem)


# --- opening -------------------------------------------------------------------------------------


def open_it(keys_folder, external, *, now=None):
    return open_signer(keys_folder, PASSPHRASE, now=now or datetime.now(UTC), external=external)


def test_without_an_external_seal_our_own_leaf_seals(keys_folder):
    signer = open_it(keys_folder, None)
    assert keys.is_for_certificates(signer.info.certificate)


def test_an_unpinned_seal_does_not_open(keys_folder, tmp_path):
    with pytest.raises(KeysError, match="academy keys pin"):
        open_it(keys_folder, buy(tmp_path).external)


def test_a_seal_that_ended_does_not_seal(keys_folder, bought):
    later = datetime.now(UTC) + timedelta(days=900)
    with pytest.raises(KeysError, match="niet meer"):
        open_it(keys_folder, bought["rsa"].external, now=later)


def test_a_wrong_passphrase_an_open_file_and_an_absent_one_are_said(keys_folder, tmp_path):
    one = buy(tmp_path)
    with pytest.raises(KeysError, match="gaat niet open"):
        open_it(keys_folder, {**one.external, "passphrase": "wrong"})
    one.file.chmod(0o644)
    with pytest.raises(KeysError, match="0600"):
        open_it(keys_folder, one.external)
    with pytest.raises(KeysError, match="is er niet"):
        open_it(keys_folder, {**one.external, "file": str(tmp_path / "no.p12")})


def test_the_key_stays_open(keys_folder, bought):
    first = open_it(keys_folder, bought["rsa"].external)
    assert open_it(keys_folder, bought["rsa"].external) is first


def test_the_chain_can_be_read_to_be_pinned(bought):
    one = bought["rsa"]
    assert set(x509.load_pem_x509_certificates(chain_in(one.file, WORD))) == set(_chain(one))


@pytest.mark.slow
def test_a_failing_seal_is_never_replaced_by_our_own(keys_folder, tmp_path):
    with pytest.raises(DocumentError, match="academy keys pin"):
        make(keys_folder, buy(tmp_path).external)


@pytest.mark.slow
def test_an_authority_that_is_pinned_does_not_vouch_for_its_other_leaves(
    papers, keys_folder, bought, tmp_path
):
    """The twin is a leaf that nobody pinned: the same pins refuse it."""
    twin = buy(tmp_path, "p256")
    pinning.pin_seal(tmp_path_keys(tmp_path), twin.pem)
    signer = open_it(tmp_path / "keys", twin.external)
    unsealed = documents.call(
        "certificates.adapters.render:render_certificate",
        design="residents",
        values=make_printed().as_plain(),
        fonts_folder=str(FONTS),
    )
    forged = seal(unsealed, signer, reason="Certificaat uitgegeven", field_label="Zegel")
    assert check(forged, pinned(keys_folder)) == ("unknown", "not_ours")


def tmp_path_keys(tmp_path):
    keys.init_keys(tmp_path / "keys", PASSPHRASE, now=datetime.now(UTC) - timedelta(days=1))
    return tmp_path / "keys"
