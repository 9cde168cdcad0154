"""A changed, foreign or unregistered file is never "original", and nothing in it raises."""

import hashlib
import random
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from academy.kernel import documents
from certificates.adapters import badge_keys, keys, pinning, verify
from certificates.adapters.credential_in_child import attached
from certificates.adapters.make import make_certificate
from certificates.adapters.many import Paper
from certificates.adapters.offline import by_seal_alone, with_snapshot
from certificates.adapters.read_in_child import read_file
from certificates.adapters.seal import seal
from certificates.adapters.seal_in_child import seal_coaching_log
from certificates.adapters.signature import read_signature
from certificates.rules.verdict import RegisterEntry
from tests.certificates.attacks import ATTACKS, other_form, swap_attachment, updated
from tests.certificates.fast_papers import make_filled
from tests.certificates.papers import FONTS, NUMBER, PASSPHRASE, make_facts, make_printed
from tests.certificates.test_adapters_offline import signed, snapshot_of
from tests.trust.sizes import size

TODAY = date(2026, 11, 23)
pytestmark = [pytest.mark.slow, pytest.mark.trust("T16")]

FLIPS, IN_CONTENTS = size(900, otherwise=80), size(200, otherwise=120)
"""Of each kind of check: by the register, by the seal alone and by a snapshot."""
PARTS = {"alone": 1, "filled": 5}
"""How a paper was made, and how much of the flips it gets: one of so many."""


@pytest.fixture(scope="module")
def keys_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("verifying") / "keys"
    keys.init_keys(folder, PASSPHRASE, now=datetime.now(UTC) - timedelta(days=1))
    badge_keys.add_missing(folder, PASSPHRASE, now=datetime.now(UTC) - timedelta(days=1))
    return folder


@pytest.fixture(scope="module")
def pinned(keys_folder):
    return {
        "leaves": keys.trusted_leaves(keys_folder),
        "root": keys.root_certificate(keys_folder),
    }


@pytest.fixture(scope="module")
def sealing(keys_folder):
    yield {
        "keys_folder": keys_folder,
        "passphrase": PASSPHRASE,
        "now": datetime.now(UTC),
        "fonts_folder": FONTS,
    }
    documents.close()


@pytest.fixture(scope="module")
def paper(sealing):
    facts = make_facts()
    return make_certificate(make_printed(), "residents", credential=facts, **sealing).pdf


@pytest.fixture(scope="module")
def papers(paper, keys_folder):
    """One made alone and one of a batch."""
    of_batch = Paper(make_printed(), "residents", credential=make_facts())
    [filled] = make_filled(of_batch, keys_folder=keys_folder)
    return {"alone": paper, "filled": filled}


@pytest.fixture(scope="module")
def offline(keys_folder, papers):
    """What the command judges by where there is no database: a snapshot of the register."""
    envelope = signed(keys_folder, snapshot_of(keys_folder, *papers.values()))
    root = hashlib.sha256(keys.root_certificate(keys_folder)).hexdigest()
    return with_snapshot(envelope, root_fingerprint=root)


@pytest.fixture(scope="module")
def unsealed():
    return documents.call(
        "certificates.adapters.render:render_certificate",
        design="residents",
        values=make_printed().as_plain(),
        fonts_folder=str(FONTS),
    )


def check(data, pinned, *, registered=None, state="issued", until=date(2029, 11, 23), **changes):
    """Check `data` where the register holds `registered`, parsing in this process."""
    entry = RegisterEntry(NUMBER, state, until)
    known = {hashlib.sha256(registered).hexdigest(): entry} if registered is not None else {}
    values = {"lookup": known.get, "read_seal": read_signature, **pinned, **changes}
    return verify.check_file(data, now=datetime.now(UTC), today=TODAY, **values)


def codes(finding):
    return finding.verdict, finding.reasons[0].code


@pytest.mark.parametrize("made", PARTS)
def test_the_issued_file_is_original(papers, pinned, offline, made):
    paper = papers[made]
    assert codes(offline.judge(paper, read_seal=read_signature)) == ("original", "original")
    assert codes(check(paper, pinned, lookup=None)) == ("original", "status_not_known")
    finding = check(paper, pinned, registered=paper, read_seal=None)
    assert codes(finding) == ("original", "original")
    assert finding.number == NUMBER


@pytest.mark.parametrize(
    ("state", "until", "verdict"),
    [
        ("revoked", date(2029, 11, 23), "revoked"),
        ("replaced", date(2029, 11, 23), "replaced"),
        ("withdrawn", date(2029, 11, 23), "withdrawn"),
        ("issued", date(2026, 11, 22), "expired"),
    ],
)
def test_the_register_says_how_the_issued_file_stands(paper, pinned, state, until, verdict):
    finding = check(paper, pinned, registered=paper, state=state, until=until)
    assert finding.verdict == verdict


def test_without_the_register_the_seal_tells_the_number_and_no_status(paper, pinned):
    finding = check(paper, pinned, lookup=None)
    assert codes(finding) == ("original", "status_not_known")
    assert finding.number == NUMBER


def test_a_sealed_file_that_was_never_registered_is_unknown(paper, pinned):
    assert codes(check(paper, pinned)) == ("unknown", "not_registered")


def test_a_registered_file_without_our_seal_is_not_original(unsealed, pinned):
    assert codes(check(unsealed, pinned, registered=unsealed)) == ("unknown", "seal_missing")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-",
        b"%PDF-1.7\n%%EOF",
        b"\x00" * 2_000_000,
        b"%PDF-1.7\n" + b"\x00" * 1_900_000,
        b"%PDF-1.7\n" + b"[" * 500_000,
        b"%PDF-1.7\n" + b"<<" * 500_000 + b"\nstartxref\n9\n%%EOF",
        b"PK\x03\x04" + b"x" * 1000,
        b"geen pdf",
    ],
    ids=["empty", "head", "bare", "zeros", "zeros-pdf", "brackets", "dicts", "zip", "text"],
)
def test_any_other_file_is_unknown(data, pinned):
    assert codes(check(data, pinned, read_seal=None)) == ("unknown", "not_ours")


def test_a_file_that_is_too_large_is_not_read(paper, pinned):
    data = paper + bytes(verify.LARGEST_FILE)
    assert codes(check(data, pinned, registered=data)) == ("unknown", "too_large")


@pytest.mark.parametrize("made", PARTS)
@pytest.mark.parametrize("by", ["register", "seal", "snapshot"])
def test_no_changed_byte_leaves_a_file_original(papers, pinned, offline, by, made):
    paper, part = papers[made], PARTS[made]
    chance = random.Random(f"20261123-{by}")  # other places each time: 3,300 together
    start = paper.index(b"/Contents <") + 11
    end = start + len(paper[start : paper.index(b">", start)].rstrip(b"0")) + 40
    places = [chance.randrange(len(paper)) for _ in range(FLIPS // part)]
    places += [chance.randrange(start, end) for _ in range(IN_CONTENTS // part)]
    kept = {"lookup": None} if by == "seal" else {}
    for place in places:
        changed = bytearray(paper)
        while changed[place] == paper[place]:
            hexadecimal = start <= place < end
            changed[place] = chance.choice(b"0123456789abcdefABCDEF" if hexadecimal else range(256))
        if by == "snapshot":
            finding = offline.judge(bytes(changed), read_seal=read_signature)
        else:
            finding = check(bytes(changed), pinned, registered=paper, **kept)
        assert finding.verdict in {"altered", "unknown"}, place


@pytest.mark.parametrize("made", PARTS)
def test_no_truncated_file_is_original(papers, pinned, offline, made):
    paper = papers[made]
    for length in range(0, len(paper), size(64, otherwise=1_024)):
        finding = check(paper[:length], pinned, registered=paper, lookup=None)
        assert finding.verdict in {"altered", "unknown"}, length
        finding = offline.judge(paper[:length], read_seal=read_signature)
        assert finding.verdict in {"altered", "unknown"}, length


def test_there_are_enough_attacks():
    assert len(ATTACKS) >= 60


@pytest.mark.pdf
@pytest.mark.parametrize("made", PARTS)
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_no_structural_attack_makes_a_file_original(papers, pinned, offline, attack, made):
    paper = papers[made]
    changed = attack(paper)
    assert changed != paper
    by_snapshot = offline.judge(changed, read_seal=read_signature)
    assert codes(by_snapshot) in {("altered", "altered"), ("unknown", "not_ours")}
    for kept in ({}, {"lookup": None}):
        finding = check(changed, pinned, registered=paper, **kept)
        assert codes(finding) in {("altered", "altered"), ("unknown", "not_ours")}


def test_the_credential_of_another_certificate_does_not_fit(paper, sealing, pinned, offline):
    """Both files are ours and sealed; their parts do not go together."""
    facts = make_facts(credential_id="7c1d1a52-58f5-4b6c-a1df-9e83a7c6a0aa", printed_name="Najat")
    other = make_certificate(make_printed(), "residents", credential=facts, **sealing).pdf
    theirs = attached(other)
    assert theirs is not None
    assert theirs != attached(paper)
    changed = updated(swap_attachment(theirs))(paper)
    for finding in (
        check(changed, pinned, registered=paper),
        check(changed, pinned, lookup=None),
        offline.judge(changed, read_seal=read_signature),
    ):
        assert codes(finding) == ("altered", "altered")


def test_the_seal_of_another_certificate_does_not_fit(paper, sealing, pinned):
    other = make_certificate(make_printed(printed_name="Iemand Anders"), "residents", **sealing).pdf
    start, stop = (paper.index(b"/Contents <"), paper.index(b">", paper.index(b"/Contents <")))
    there = other.index(b"/Contents <")
    borrowed = other[there : other.index(b">", there)]
    assert len(borrowed) == stop - start
    finding = check(paper[:start] + borrowed + paper[stop:], pinned, lookup=None)
    assert codes(finding) in {("altered", "altered"), ("unknown", "not_ours")}


@pytest.mark.trust("T16", planted=True)
def test_a_check_that_looks_at_the_signed_bytes_only_is_found(paper, pinned):
    """Without the rule on the whole file, what was added behind the seal would pass."""

    def trusting(data, **kept):
        return read_signature(data[: len(paper)], **kept)

    passed = [
        name
        for name in ("newline", "empty update", "metadata", "note on top")
        if check(ATTACKS[name](paper), pinned, lookup=None, read_seal=trusting).verdict
        == "original"
    ]
    assert len(passed) == 4


@pytest.mark.trust("T16", planted=True)
def test_a_check_by_number_only_is_found(paper, pinned):
    """A register that answers for any file would call a changed one original."""
    entry = RegisterEntry(NUMBER, "issued", date(2029, 11, 23))
    changed = ATTACKS["newline"](paper)

    def trusting(_data, **kept):
        return read_signature(paper, **kept)

    finding = check(changed, pinned, lookup=lambda _hash: entry, read_seal=trusting)
    assert finding.verdict == "original"


def test_a_twin_authority_with_our_name_is_not_ours(unsealed, pinned, tmp_path):
    keys.init_keys(tmp_path / "evil", PASSPHRASE, now=datetime.now(UTC))
    evil = keys.load_signer(
        tmp_path / "evil", "certificates", PASSPHRASE, now=datetime.now(UTC) + timedelta(minutes=1)
    )
    forged = seal(unsealed, evil, reason="Certificaat uitgegeven", field_label="Zegel")
    assert codes(check(forged, pinned, lookup=None)) == ("unknown", "not_ours")


def test_a_certificate_under_the_seal_of_coaching_is_not_a_certificate(
    unsealed, pinned, keys_folder
):
    log = seal_coaching_log(
        pdf=unsealed,
        keys_folder=str(keys_folder),
        passphrase=PASSPHRASE,
        now=datetime.now(UTC),
        reason="Logboek gemaakt",
        field_label="Zegel van de academie",
    )["pdf"]
    assert codes(check(log, pinned, lookup=None)) == ("unknown", "not_ours")
    # Not even when somebody pins every leaf there is: its policy is another one.
    every_leaf = {**pinned, "leaves": [info.certificate for info in keys.list_keys(keys_folder)]}
    assert check(log, every_leaf, lookup=None).verdict == "altered"


def test_an_old_file_stays_original_after_a_new_key(paper, pinned, keys_folder):
    later = datetime.now(UTC)
    root = keys_folder / "root.key.pem"
    keys.add_key(keys_folder, "certificates", PASSPHRASE, now=later, root_private_key=root)
    both = {**pinned, "leaves": keys.trusted_leaves(keys_folder)}
    assert len(both["leaves"]) == 2
    assert check(paper, both, registered=paper).verdict == "original"


def test_without_pinned_keys_nothing_is_original(paper, pinned):
    assert check(paper, {**pinned, "leaves": []}, lookup=None).verdict == "unknown"


@pytest.mark.parametrize(
    ("error", "said", "otherwise"),
    [
        (documents.DocumentTimeout("te lang"), "not_checked", "not_ours"),
        (documents.DocumentError("weg", kind="ChildGone"), "not_checked", "not_ours"),
        (documents.DocumentError("vol", kind="disk: OSError"), "not_checked", "not_ours"),
        (documents.DocumentError("raar", kind="ValueError"), "seal_missing", "not_ours"),
    ],
)
def test_a_file_whose_reader_stops_is_not_original(paper, pinned, error, said, otherwise):
    """What lies with us is no fault of the seal of a file that we know."""

    def stopped(_data, **_pinned):
        raise error

    finding = check(paper, pinned, registered=paper, read_seal=stopped)
    assert codes(finding) == ("unknown", said)
    assert codes(check(paper, pinned, read_seal=stopped)) == ("unknown", otherwise)


# --- a seal in its other form ------------------------------------------------------------------


def test_we_write_the_lower_of_two_forms_only(keys_folder):
    key = keys.load_signer(keys_folder, "certificates", PASSPHRASE, now=datetime.now(UTC))
    for number in range(40):
        _r, s = decode_dss_signature(key.sign(str(number).encode()))
        assert 2 * s < ec.SECP256R1.group_order


def test_a_seal_in_its_other_form_is_believed_by_the_register_only(paper, pinned, offline):
    """Anybody can write it, without the key. What was issued so is found by its hash."""
    changed = other_form(paper)
    assert changed != paper
    assert codes(check(changed, pinned, lookup=None)) == ("unknown", "needs_register")
    assert codes(check(changed, pinned, registered=paper)) == ("unknown", "not_registered")
    assert codes(offline.judge(changed, read_seal=read_signature)) == ("unknown", "not_in_snapshot")
    assert codes(check(changed, pinned, registered=changed)) == ("original", "original")


@pytest.mark.trust("T16", planted=True)
def test_a_reader_that_takes_both_forms_is_found(paper, pinned):
    def both(data, **kept):
        return {**read_signature(data, **kept), "one_form": True}

    finding = check(other_form(paper), pinned, lookup=None, read_seal=both)
    assert finding.verdict == "original"


# --- the credential inside ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def with_badge(keys_folder):
    """Reads a file here as the document child does, with the credential."""
    known = {
        key.key_id: key.public_key
        for key in badge_keys.list_keys(keys_folder)
        if key.purpose == "credential"
    }

    def read(data, **kept):
        return read_file(data=data, badge_keys=known, **kept)

    return read


@pytest.fixture(scope="module")
def sealed_with(keys_folder):
    """Seals a paper with whatever attached: what only a thief of the key makes."""
    key = keys.load_signer(keys_folder, "certificates", PASSPHRASE, now=datetime.now(UTC))

    def sealed(badge):
        pdf = documents.call(
            "certificates.adapters.render:render_certificate",
            design="residents",
            values=make_printed().as_plain(),
            fonts_folder=str(FONTS),
            badge=badge,
        )
        return seal(pdf, key, reason="Certificaat", field_label="Zegel")

    return sealed


def test_the_credential_is_read_in_the_child(paper, pinned, keys_folder):
    read = pinning.reader(keys_folder, with_badge=True)
    assert read(paper, **pinned)["badge"] == "right"
    assert "badge" not in pinning.reader(keys_folder)(paper, **pinned)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (NUMBER, "SLHZ-B-2026-00001-03"),
        ("Samira El Haddou", "Iemand Anders"),
        ("2029-11-22", "2039-11-22"),
        ("eddsa-rdfc-2022", "eddsa-jcs-2022"),
        ("ob/v3p0/context-3.0.3.json", "ob/v3p0/context-9.json"),
        ("did:web:academie.example#", "did:web:elders.example#"),
        ("{", ""),
    ],
)
def test_a_seal_that_is_right_over_a_credential_that_is_not(
    paper, pinned, keys_folder, sealed_with, with_badge, old, new
):
    badge = attached(paper)
    changed = sealed_with(badge.replace(old.encode(), new.encode()))
    pinned = {**pinned, "leaves": keys.trusted_leaves(keys_folder)}
    found = check(changed, pinned, lookup=None, read_seal=with_badge)
    assert codes(found) == ("unknown", "badge_wrong")
    found = check(changed, pinned, registered=changed, read_seal=with_badge)
    assert found.verdict == "original"
    assert [one.code for one in found.reasons] == ["original", "badge_wrong"]


def test_a_credential_by_a_key_that_is_not_known_is_said(paper, pinned):
    def read(data, **kept):
        return read_file(data=data, badge_keys={}, **kept)

    found = check(paper, pinned, registered=paper, read_seal=read)
    assert [one.code for one in found.reasons] == ["original", "badge_key_not_known"]


# --- a key in other hands ----------------------------------------------------------------------


def test_what_a_lost_key_sealed_is_believed_by_the_register_only(paper, pinned):
    key_id = read_signature(paper, **pinned)["key_id"]
    without = check(paper, pinned, lookup=None, lost_keys={key_id})
    assert [one.code for one in without.reasons] == ["key_stolen", "needs_register"]
    absent = check(paper, pinned, lost_keys={key_id})
    assert [one.code for one in absent.reasons] == ["key_stolen", "not_registered"]
    assert {without.verdict, absent.verdict} == {"unknown"}
    known = check(paper, pinned, registered=paper, lost_keys={key_id})
    assert codes(known) == ("original", "original")


def test_a_folder_that_knows_of_the_loss_says_so(paper, pinned, keys_folder):
    key_id = read_signature(paper, **pinned)["key_id"]
    marked = keys.lost_path(keys_folder, key_id)
    marked.touch()
    try:
        assert by_seal_alone(keys_folder).judge(paper).reasons[0].code == "key_stolen"
    finally:
        marked.unlink()
    assert by_seal_alone(keys_folder).judge(paper).verdict == "original"
