"""The page that checks certificates by itself: from a file, without network, in a real browser."""

from __future__ import annotations

import base64
import hashlib
import random
import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from academy.kernel import documents
from academy.kernel.resources import folder
from certificates.adapters import badge_keys, keys, pinning
from certificates.adapters.checker import make_page, policy_of, read_pinned
from certificates.adapters.credential_in_child import attached
from certificates.adapters.make import make_certificate
from certificates.adapters.many import Paper
from certificates.adapters.offline import with_snapshot
from certificates.adapters.seal import seal
from certificates.adapters.signature import read_signature, with_token
from certificates.adapters.verify import check_file
from certificates.rules.snapshot import Leaf, Snapshot
from certificates.rules.verdict import REASONS
from tests.browser.chromium import (
    DESKTOP,
    PHONE,
    axe_violations,
    chromium,
    sideways_overflow,
    small_targets,
    small_text,
)
from tests.browser.chromium import page as open_page
from tests.certificates.attacks import ATTACKS, other_form
from tests.certificates.authority import buy
from tests.certificates.fast_papers import make_filled
from tests.certificates.papers import FONTS, NUMBER, PASSPHRASE, make_facts, make_printed
from tests.certificates.test_adapters_offline import signed, snapshot_of
from tests.trust.sizes import size

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ACADEMY, PUBLIC_URL = "Samen Lukt Het Zelf Academie", "https://academie.example"
FLIPS = size(150, otherwise=60)
"""Of each kind: in the whole file, and in the container of the signature."""
PARTS = {"alone": 1, "filled": 5}
"""How a paper was made, and how much of the flips it gets: one of so many."""


@pytest.fixture(scope="module")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("checker") / "keys"
    keys.init_keys(made, PASSPHRASE, now=datetime.now(UTC) - timedelta(days=1))
    badge_keys.add_missing(made, PASSPHRASE, now=datetime.now(UTC) - timedelta(days=1))
    yield made
    documents.close()


def apart(work: Callable[[], Any]) -> Any:
    """Do what runs an event loop of its own beside the browser's."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def copied(keys_folder: Path, folder: Path) -> Path:
    """Return a copy of the keys, for a test that adds to them."""
    shutil.copytree(keys_folder, folder)
    return folder


def spare_leaf(keys_folder: Path) -> Leaf:
    """Return one more leaf of the same root, whose key signs from now on."""
    root = keys_folder / "root.key.pem"
    made = keys.add_key(
        keys_folder, "certificates", PASSPHRASE, now=datetime.now(UTC), root_private_key=root
    )
    return Leaf(made.key_id, made.certificate)


def make_paper(
    keys_folder: Path,
    *,
    has_badge: bool = True,
    external: dict[str, str] | None = None,
    **facts: Any,
) -> bytes:
    """Return a certificate, with a credential or without; `facts` name what the test is about."""
    return make_certificate(
        make_printed(),
        "residents",
        credential=make_facts(**facts) if has_badge else None,
        keys_folder=keys_folder,
        passphrase=PASSPHRASE,
        now=datetime.now(UTC),
        fonts_folder=FONTS,
        external=external,
    ).pdf


@pytest.fixture(scope="module")
def paper(keys_folder: Path) -> bytes:
    return make_paper(keys_folder)


@pytest.fixture(scope="module")
def papers(keys_folder: Path, paper: bytes) -> dict[str, bytes]:
    """One made alone and one of a batch."""
    of_batch = Paper(make_printed(), "residents", credential=make_facts())
    [filled] = make_filled(of_batch, keys_folder=keys_folder)
    return {"alone": paper, "filled": filled}


def checker_of(keys_folder: Path) -> bytes:
    """Return the page with the keys of a folder."""
    pinned = read_pinned(keys_folder, academy=ACADEMY, public_url=PUBLIC_URL)
    logo = (folder("static") / "logo.svg").read_text(encoding="utf-8")
    return make_page(pinned, logo=logo, made_on=date(2026, 11, 23))


@pytest.fixture(scope="module")
def kept(keys_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as somebody kept it."""
    path = tmp_path_factory.mktemp("kept") / "controleer.html"
    path.write_bytes(checker_of(keys_folder))
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def page(browser: Browser, kept: Path) -> Iterator[Page]:
    """The page, opened from a file in a browser without network; it may ask for nothing."""
    asked: list[str] = []
    context = browser.new_context(
        offline=True, viewport={"width": PHONE, "height": 780}, locale="nl-NL"
    )
    opened = context.new_page()
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(kept.as_uri())
    asked.clear()
    yield opened
    assert asked == []
    context.close()


@pytest.fixture(scope="module")
def snapshot(keys_folder: Path, papers: dict[str, bytes]) -> str:
    return enveloped(keys_folder, snapshot_of(keys_folder, *papers.values()))


def enveloped(keys_folder: Path, snapshot: Snapshot) -> str:
    return signed(keys_folder, snapshot).decode()


def judged(page: Page, data: bytes, snapshot: str | None = None) -> dict[str, Any]:
    """Return what the page says of a file."""
    sent = [base64.b64encode(data).decode(), snapshot]
    found: dict[str, Any] = page.evaluate(
        "([paper, register]) => controleer(paper, register)", sent
    )
    return found


def verdict(page: Page, data: bytes, snapshot: str | None = None) -> tuple[str, str]:
    found = judged(page, data, snapshot)
    return found["verdict"], found["reasons"][0]


@pytest.mark.parametrize("made", PARTS)
def test_an_original_is_original(page, papers, snapshot, made):
    found = judged(page, papers[made], snapshot)
    assert (found["verdict"], found["reasons"]) == ("original", ["original"])
    assert (found["number"], found["badge"]) == (NUMBER, "right")


@pytest.mark.parametrize("made", PARTS)
def test_without_a_snapshot_the_status_is_not_known(page, papers, made):
    found = judged(page, papers[made])
    assert (found["verdict"], found["reasons"]) == ("original", ["status_not_known"])
    assert found["number"] == NUMBER


def test_a_file_without_a_credential_is_judged_by_seal_and_register(page, keys_folder):
    bare = make_paper(keys_folder, has_badge=False)
    assert verdict(page, bare) == ("original", "status_not_known")
    register = enveloped(keys_folder, snapshot_of(keys_folder, bare))
    assert verdict(page, bare, register) == ("original", "original")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": "revoked"}, "revoked"),
        ({"state": "replaced"}, "replaced"),
        ({"state": "withdrawn"}, "withdrawn"),
        ({"state": "ended"}, "ended"),
        ({"key_lost": True}, "key_lost"),
        ({"key_lost": True, "resealed": True}, "resealed"),
        ({"key_lost": True, "resealed": True, "state": "revoked"}, "revoked"),
        ({"valid_until": date(2026, 11, 22)}, "expired"),
    ],
)
def test_the_snapshot_says_how_it_stands(page, keys_folder, paper, changes, said):
    register = enveloped(keys_folder, snapshot_of(keys_folder, paper, **changes))
    assert verdict(page, paper, register)[1] == said
    judge = with_snapshot(
        register.encode(),
        root_fingerprint=hashlib.sha256(keys.root_certificate(keys_folder)).hexdigest(),
    )
    finding = apart(lambda: judge.judge(paper, read_seal=read_signature))
    assert verdict(page, paper, register) == (finding.verdict, finding.reasons[0].code)


def test_a_file_that_the_snapshot_does_not_know_is_not_original(page, keys_folder, paper):
    register = enveloped(keys_folder, snapshot_of(keys_folder))
    assert verdict(page, paper, register) == ("unknown", "not_in_snapshot")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"issued"', '"revoked"', "bad_signature"),
        ("2029-11-23", "2039-11-23", "bad_signature"),
        (NUMBER, "SLHZ-B-2026-00001-03", "bad_signature"),
        ("register/1", "register/2", "another_version"),
        ("{", "", "unreadable"),
        ('"issued"', '"splendid"', "unreadable"),
        ('"root":"', '"root":"AAAA', "another_root"),
    ],
)
def test_a_changed_snapshot_is_refused(page, paper, snapshot, old, new, code):
    assert judged(page, paper, snapshot.replace(old, new, 1))["refused"] == code


def test_a_key_of_another_academy_is_not_ours(page, paper, snapshot, tmp_path):
    other = tmp_path / "other"
    keys.init_keys(other, PASSPHRASE, now=datetime.now(UTC) - timedelta(days=1))
    badge_keys.add_missing(other, PASSPHRASE, now=datetime.now(UTC) - timedelta(days=1))
    theirs = make_paper(other)
    assert verdict(page, theirs) == ("unknown", "not_ours")
    assert verdict(page, theirs, snapshot) == ("unknown", "not_ours")
    their_register = enveloped(other, snapshot_of(other, theirs))
    assert judged(page, theirs, their_register)["refused"] == "another_root"


def test_a_credential_by_a_key_that_the_page_does_not_know_is_said(page, keys_folder, tmp_path):
    """The page may be older than the key; seal and register still say what they say."""
    later = tmp_path / "later"
    later.mkdir(mode=0o700)
    for path in keys_folder.iterdir():
        if not path.name.startswith("credential-"):
            (later / path.name).write_bytes(path.read_bytes())
            (later / path.name).chmod(0o600)
    badge_keys.add_missing(later, PASSPHRASE, now=datetime.now(UTC))
    found = judged(page, make_paper(later))
    assert (found["verdict"], found["badge"]) == ("original", "key_not_known")


def test_a_credential_of_before_the_academy_moved_is_right(page, keys_folder):
    moved = make_paper(keys_folder, public_url="https://elders.example")
    found = judged(page, moved)
    assert (found["verdict"], found["badge"]) == ("original", "right")


def sealed_with(keys_folder: Path, badge: bytes) -> bytes:
    """Return a file that carries our seal over whatever was attached: what we must never make."""
    key = keys.load_signer(keys_folder, "certificates", PASSPHRASE, now=datetime.now(UTC))
    unsealed = documents.call(
        "certificates.adapters.render:render_certificate",
        design="residents",
        values=make_printed().as_plain(),
        fonts_folder=str(FONTS),
        badge=badge,
    )
    return apart(lambda: seal(unsealed, key, reason="Certificaat", field_label="Zegel"))


@pytest.mark.trust("T18")
@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (NUMBER, "SLHZ-B-2026-00001-03", "credential_number"),
        ("Samira El Haddou", "Iemand Anders", "credential_proof"),
        ("2029-11-22", "2039-11-22", "credential_proof"),
        ("eddsa-rdfc-2022", "eddsa-jcs-2022", "credential_proof"),
        ("ob/v3p0/context-3.0.3.json", "ob/v3p0/context-9.json", "jsonld.InvalidUrl"),
    ],
)
def test_a_credential_that_does_not_fit_is_found(page, keys_folder, paper, old, new, problem):
    badge = attached(paper)
    assert badge is not None
    changed = badge.replace(old.encode(), new.encode())
    assert changed != badge
    sealed = sealed_with(keys_folder, changed)
    found = judged(page, sealed)
    assert (found["verdict"], found["reasons"]) == ("unknown", ["badge_wrong"])
    assert found["problem"] == problem
    register = enveloped(keys_folder, snapshot_of(keys_folder, sealed))
    found = judged(page, sealed, register)
    assert (found["verdict"], found["badge"]) == ("original", "wrong")


def flips(paper: bytes, times: int = FLIPS) -> Iterator[bytes]:
    """Yield copies with one byte changed: anywhere, and in the container of the signature."""
    chance = random.Random(16)
    start = paper.index(b"/Contents <") + 11
    end = start + len(paper[start : paper.index(b">", start)].rstrip(b"0")) + 40
    places = [chance.randrange(len(paper)) for _ in range(times)]
    for place in [*places, *(chance.randrange(start, end) for _ in range(times))]:
        changed = bytearray(paper)
        while changed[place] == paper[place]:
            hexadecimal = start <= place < end
            changed[place] = chance.choice(b"0123456789abcdefABCDEF" if hexadecimal else range(256))
        yield bytes(changed)


@pytest.mark.trust("T16")
@pytest.mark.parametrize("made", PARTS)
def test_no_changed_byte_leaves_a_file_original(page, papers, snapshot, made):
    for changed in flips(papers[made], FLIPS // PARTS[made]):
        for register in (None, snapshot):
            assert judged(page, changed, register)["verdict"] in {"altered", "unknown"}


@pytest.mark.trust("T16")
def test_every_byte_of_both_signatures_counts(page, paper, keys_folder):
    """That of the file and that of the root in our certificate: tags and lengths too."""
    (leaf,) = keys.trusted_leaves(keys_folder)
    ends_of_leaf = paper.index(leaf.hex().upper().encode()) + 2 * len(leaf)
    zeros = re.search(rb"(?:00)+>", paper[ends_of_leaf:])
    ends = (ends_of_leaf, ends_of_leaf + zeros.start())
    for place in (end - 2 * back for end in ends for back in range(1, 80)):
        for bit in (1, 2, 0x20):
            changed = bytearray(paper)
            byte = int(paper[place : place + 2], 16) ^ bit
            changed[place : place + 2] = f"{byte:02X}".encode()
            assert judged(page, bytes(changed))["verdict"] in {"altered", "unknown"}, (place, bit)


@pytest.mark.trust("T16")
@pytest.mark.pdf
@pytest.mark.parametrize("made", PARTS)
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_no_structural_attack_makes_a_file_original(page, papers, snapshot, attack, made):
    changed = attack(papers[made])
    assert changed != papers[made]
    assert verdict(page, changed) in {("altered", "altered"), ("unknown", "not_ours")}
    assert judged(page, changed, snapshot)["verdict"] in {"altered", "unknown"}


def verdicts_cut(page: Page, data: bytes, step: int) -> list[str]:
    """Return what the page says of a file that was cut off, at every so many bytes."""
    found: list[str] = page.evaluate(
        """async ([paper, step]) => {
          const whole = atob(paper);
          const found = [];
          for (let length = 0; length < whole.length; length += step) {
            found.push((await controleer(btoa(whole.slice(0, length)), null)).verdict);
          }
          return found;
        }""",
        [base64.b64encode(data).decode(), step],
    )
    return found


@pytest.mark.trust("T16")
@pytest.mark.parametrize("made", PARTS)
def test_no_truncated_file_is_original(page, papers, made):
    paper, step = papers[made], size(64, otherwise=2_048)
    said = verdicts_cut(page, paper, step)
    assert len(said) == len(range(0, len(paper), step))
    assert set(said) <= {"altered", "unknown"}


def test_the_page_and_the_command_agree(page, keys_folder, paper):
    """Two readers written apart, in two languages, say the same of the same bytes."""
    pinned = {
        "leaves": keys.trusted_leaves(keys_folder),
        "root": keys.root_certificate(keys_folder),
    }
    samples = [paper, b"", b"%PDF-", paper + b"\n", *list(flips(paper))[:20]]
    now, today = datetime.now(UTC), date(2026, 11, 23)

    def read_all() -> list[str]:
        kept = {"now": now, "today": today, "read_seal": read_signature, **pinned}
        return [check_file(data, **kept).verdict for data in samples]

    assert [judged(page, data)["verdict"] for data in samples] == apart(read_all)


@pytest.mark.trust("T16", planted=True)
def test_a_page_that_knows_another_root_believes_another_academy(browser, paper, tmp_path):
    """What the page trusts is the root that stands in it, and nothing else."""
    other = tmp_path / "keys"
    keys.init_keys(other, PASSPHRASE, now=datetime.now(UTC) - timedelta(days=1))
    path = tmp_path / "evil.html"
    path.write_bytes(checker_of(other))
    with open_page(browser) as opened:
        opened.goto(path.as_uri())
        assert verdict(opened, paper) == ("unknown", "not_ours")
        assert verdict(opened, make_paper(other, has_badge=False))[0] == "original"


def test_somebody_chooses_two_files_and_reads_the_answer(page, paper, snapshot, tmp_path):
    (tmp_path / "paper.pdf").write_bytes(paper)
    (tmp_path / "register.json").write_text(snapshot, encoding="utf-8")
    (tmp_path / "broken.json").write_text(snapshot.replace("issued", "revoked"), encoding="utf-8")
    answer = page.get_by_role("status")

    page.get_by_label("Kies het certificaat").set_input_files(tmp_path / "paper.pdf")
    expect(answer).to_contain_text(REASONS["status_not_known"].nl)
    page.get_by_label("Kies een momentopname").set_input_files(tmp_path / "register.json")
    expect(answer).to_contain_text("Dit certificaat is geldig")
    expect(answer).to_contain_text("De digitale badge in het bestand klopt ook.")
    expect(answer).to_contain_text(NUMBER)
    page.get_by_role("button", name="English").click()
    expect(answer).to_contain_text("This certificate is valid")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_label("Choose a snapshot").set_input_files(tmp_path / "broken.json")
    expect(answer).to_contain_text("The signature of this snapshot is not right.")
    page.get_by_role("button", name="Nederlands").click()


@pytest.mark.parametrize(("width", "dark"), [(PHONE, False), (DESKTOP, True)])
def test_the_page_is_for_everybody(browser, kept, paper, tmp_path, width, dark):
    (tmp_path / "paper.pdf").write_bytes(paper)
    with open_page(browser, width=width, dark=dark, locale="nl-NL") as opened:
        opened.goto(kept.as_uri())
        opened.locator("#paper").set_input_files(tmp_path / "paper.pdf")
        expect(opened.locator(".verdict")).to_be_visible()
        assert axe_violations(opened) == []
        assert sideways_overflow(opened) == 0
        assert small_targets(opened) == []
        assert small_text(opened) == []


def test_the_page_needs_nothing_but_itself(kept, keys_folder):
    page = kept.read_bytes()
    policy = policy_of(page)
    assert "connect-src 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert hashlib.sha256(keys.root_certificate(keys_folder)).hexdigest().encode() in page
    assert b" src=" not in page.partition(b"<script>")[0]
    assert len(page) < 250_000


def stamped(paper: bytes) -> bytes:
    """Return a file of ours with something in the place of a time stamp."""
    start = paper.index(b"/Contents <") + 11
    end = paper.index(b">", start)
    container = bytes.fromhex(paper[start:end].decode())
    token = bytes.fromhex("3003020101")
    changed = with_token(container, token).hex().upper().encode()
    return paper[:start] + changed.ljust(end - start, b"0") + paper[end:]


def test_a_stamped_file_is_judged_by_the_register_alone(page, keys_folder, paper):
    """The page reads no stamps: only the hash of the whole file vouches for each byte."""
    changed = apart(lambda: stamped(paper))
    assert verdict(page, changed) == ("unknown", "needs_snapshot")
    register = enveloped(keys_folder, snapshot_of(keys_folder, paper))
    assert verdict(page, changed, register) == ("unknown", "not_in_snapshot")
    register = enveloped(keys_folder, snapshot_of(keys_folder, changed))
    assert verdict(page, changed, register) == ("original", "original")


def test_a_seal_in_its_other_form_is_believed_by_the_register_alone(page, keys_folder, paper):
    changed = other_form(paper)
    assert verdict(page, changed) == ("unknown", "needs_register")
    register = enveloped(keys_folder, snapshot_of(keys_folder, paper))
    assert verdict(page, changed, register) == ("unknown", "not_in_snapshot")
    register = enveloped(keys_folder, snapshot_of(keys_folder, changed))
    assert verdict(page, changed, register) == ("original", "original")


def test_what_a_lost_key_sealed_is_believed_by_the_register_alone(
    browser, page, keys_folder, paper, tmp_path
):
    """A page that was made after the loss knows it; an older page knows it from a snapshot."""
    own = copied(keys_folder, tmp_path / "own")
    known = snapshot_of(own)
    lost = [replace(leaf, compromised_at=known.as_of) for leaf in known.leaves]
    [working] = known.leaves
    register = enveloped(own, replace(known, leaves=(*lost, spare_leaf(own))))
    found = judged(page, paper, register)
    assert found["reasons"] == ["key_stolen", "not_in_snapshot"]
    keys.lost_path(own, working.key_id).touch()
    try:
        path = tmp_path / "later.html"
        path.write_bytes(checker_of(own))
    finally:
        keys.lost_path(own, working.key_id).unlink()
    with open_page(browser) as opened:
        opened.goto(path.as_uri())
        assert judged(opened, paper)["reasons"] == ["key_stolen", "needs_register"]
        kept_silent = enveloped(keys_folder, snapshot_of(keys_folder, paper))
        assert judged(opened, paper, kept_silent)["refused"] == "bad_signature"
        assert judged(opened, paper, register)["reasons"] == ["key_stolen", "not_in_snapshot"]


@pytest.mark.parametrize("kind", ["p256", "rsa"])
def test_a_seal_from_elsewhere_that_is_pinned_is_read_too(
    browser, page, keys_folder, kind, tmp_path
):
    own = copied(keys_folder, tmp_path / "own")
    bought = buy(tmp_path, kind)
    pinning.pin_seal(own, bought.pem)
    paper = make_paper(own, external=bought.external)
    path = tmp_path / "kept.html"
    path.write_bytes(checker_of(own))
    with open_page(browser) as opened:
        opened.goto(path.as_uri())
        assert verdict(opened, paper) == ("original", "status_not_known")
        register = enveloped(own, snapshot_of(own, paper))
        assert verdict(opened, paper, register) == ("original", "original")
        for changed in list(flips(paper))[-20:]:
            assert judged(opened, changed)["verdict"] in {"altered", "unknown"}
    assert verdict(page, paper) == ("unknown", "not_ours")
    chains = tuple(map(tuple, pinning.pinned_chains(own)))
    register = enveloped(own, replace(snapshot_of(own, paper), chains=chains))
    assert verdict(page, paper, register) == ("original", "original")
    register = enveloped(own, replace(snapshot_of(own), chains=chains))
    assert verdict(page, paper, register) == ("unknown", "not_in_snapshot")


def test_what_stands_behind_the_seal_for_later_is_for_the_register_alone(page, keys_folder, paper):
    later = b"9 0 obj\n<< /Type /DocTimeStamp /ByteRange [0 1 2 3] >>\nendobj\n%%EOF\n"
    changed = paper + later
    assert verdict(page, changed) == ("unknown", "needs_snapshot")
    register = enveloped(keys_folder, snapshot_of(keys_folder, paper))
    assert verdict(page, changed, register) == ("unknown", "not_in_snapshot")
    register = enveloped(keys_folder, snapshot_of(keys_folder, paper, changed))
    assert verdict(page, changed, register) == ("original", "original")
