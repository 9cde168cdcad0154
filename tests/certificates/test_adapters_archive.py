"""Levels B-LT and B-LTA: proof behind the sealed file, and again before a time stamp ends."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader

from academy.kernel import documents
from academy.kernel.documents import DocumentError
from certificates.adapters import archive_in_child, badge_keys, keys, pinning, status_key, timestamp
from certificates.adapters.archive import (
    Answers,
    ArchivedDocument,
    InformationAwayError,
    Level,
    archived,
)
from certificates.adapters.lasting_in_child import will_hold
from certificates.adapters.make import SealedDocument, make_certificate
from certificates.adapters.many import Paper, Sealing, make_certificates
from certificates.adapters.signature import read_signature
from certificates.adapters.timestamp import AuthorityAwayError
from tests.certificates.attacks import ATTACKS, updated
from tests.certificates.lasting import World, judge_at, on
from tests.certificates.papers import FONTS, PASSPHRASE, make_facts, make_printed
from tests.trust.sizes import size

pytestmark = pytest.mark.slow
MADE = on(2026)
KINDS = ("own", "sold", "fast")


@dataclass(frozen=True)
class Scene:
    """A keys folder in which the sold seals are pinned, and the world around it."""

    world: World
    settings: Any

    def using(self, stamper: str = "tsa1", **changes: Any) -> Any:
        found = vars(self.settings) | {"tsa_url": self.world.stamper(stamper)} | changes
        return SimpleNamespace(**found)

    @property
    def roots(self) -> list[bytes]:
        return [keys.root_certificate(self.settings.keys), self.world.der("root")]

    def own_leaf(self) -> bytes:
        (leaf,) = keys.trusted_leaves(self.settings.keys)
        return leaf

    def prove(
        self,
        pdf: bytes,
        moment: datetime = MADE,
        stamper: str = "tsa1",
        level: Level = "B-LTA",
        **changes: Any,
    ) -> ArchivedDocument:
        settings = self.using(stamper, **changes)
        with self.world.year(moment):
            return archived(pdf, level, settings, now=moment, answers=Answers(settings))

    def read(self, pdf: bytes) -> dict[str, Any]:
        folder = self.settings.keys
        return read_signature(
            pdf,
            leaves=keys.trusted_leaves(folder),
            root=keys.root_certificate(folder),
            chains=pinning.pinned_chains(folder),
        )


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("lasting")
    world = World(folder)
    made = keys.init_keys(folder / "keys", PASSPHRASE, now=MADE - timedelta(days=1))
    badge_keys.add_missing(folder / "keys", PASSPHRASE, now=MADE - timedelta(days=1))
    status_key.add_status_key(folder / "keys", made.root_private_key, PASSPHRASE, now=MADE)
    for name in ("seal", "revoked"):
        pinning.pin_seal(folder / "keys", world.pem(name, "middle", "root"))
    (folder / "tsa.pem").write_bytes(world.pem("middle", "root"))
    settings = SimpleNamespace(
        keys=folder / "keys", keys_passphrase=PASSPHRASE, tsa_cert=str(folder / "tsa.pem")
    )
    yield Scene(world, settings)
    world.close()
    documents.close()


@pytest.fixture(autouse=True)
def present(monkeypatch):
    monkeypatch.setattr(timestamp, "_absence", timestamp._Absence())


@pytest.fixture(scope="module")
def papers(scene) -> dict[str, bytes]:
    return {kind: make_paper(scene, kind) for kind in KINDS}


def make_paper(scene: Scene, kind: str) -> bytes:
    """Return a file as it is issued, with a stamp: by our seal, a sold one or the fast path."""
    sealed = _by_fast_path(scene) if kind == "fast" else _by_reference(scene, kind)
    with scene.world.year(MADE):
        return timestamp.stamped(sealed, scene.using(), now=MADE).pdf


def _by_reference(scene: Scene, kind: str) -> SealedDocument:
    sold = {"sold": "seal", "revoked": "revoked"}.get(kind)
    return make_certificate(
        make_printed(),
        "residents",
        credential=make_facts(),
        keys_folder=scene.settings.keys,
        passphrase=PASSPHRASE,
        now=MADE,
        fonts_folder=FONTS,
        external=scene.world.sold_seal(sold) if sold else None,
        with_stamp=kind != "unstamped",
    )


def _by_fast_path(scene: Scene) -> SealedDocument:
    sealing = Sealing(
        keys_folder=scene.settings.keys,
        passphrase=PASSPHRASE,
        now=MADE,
        fonts_folder=FONTS,
        with_stamp=True,
    )
    paper = Paper(make_printed(), "residents", None, make_facts())
    made, _other = make_certificates([paper, paper], sealing)
    assert isinstance(made, SealedDocument)
    return made


@pytest.fixture(scope="module")
def proved(scene, papers) -> dict[str, ArchivedDocument]:
    return {kind: scene.prove(pdf) for kind, pdf in papers.items()}


@pytest.fixture(scope="module")
def renewed(scene, proved) -> list[bytes]:
    """The file of 2026, with stamps of 2034 and 2044 over it."""
    second = scene.prove(proved["own"].pdf, on(2034), "tsa2")
    third = scene.prove(second.pdf, on(2044), "tsa3")
    return [proved["own"].pdf, second.pdf, third.pdf]


@pytest.mark.parametrize("kind", KINDS)
def test_proof_comes_behind_the_file_as_it_was_issued(scene, papers, proved, kind):
    found = proved[kind]
    assert found.pdf.startswith(papers[kind])
    assert found.sha256 == hashlib.sha256(found.pdf).hexdigest()
    assert (found.level, found.stamp_until.year) == ("B-LTA", 2035)
    reading = scene.read(found.pdf)
    assert (reading["intact"], reading["level"], reading["one_form"]) == (True, "B-LTA", False)
    assert reading["number"] == make_printed().number


def test_without_a_stamp_over_all_the_level_is_b_lt(scene, papers):
    found = scene.prove(papers["sold"], level="B-LT")
    assert (found.level, found.stamp_until.year) == ("B-LT", 2035)
    assert scene.read(found.pdf)["level"] == "B-LT"
    later = scene.prove(found.pdf, on(2034), "tsa2")
    assert later.pdf.startswith(found.pdf)
    assert (later.level, later.stamp_until.year) == ("B-LTA", 2045)


def test_each_renewal_comes_behind_all_before_it(scene, renewed):
    assert renewed[1].startswith(renewed[0])
    assert renewed[2].startswith(renewed[1])
    assert [scene.read(one)["level"] for one in renewed] == ["B-LTA"] * 3


def test_of_our_own_key_nobody_is_asked(scene, papers):
    scene.world.asked.clear()
    scene.prove(papers["own"])
    assert sorted(scene.world.asked) == ["crls", "ocsp", "tsa", "tsa"]


def test_one_answer_serves_many_files(scene, papers):
    settings, scene.world.asked[:] = scene.using(), []
    answers = Answers(settings)
    with scene.world.year(MADE):
        for _once in range(3):
            archived(papers["sold"], "B-LTA", settings, now=MADE, answers=answers)
    assert sorted(set(scene.world.asked)) == ["crls", "ocsp", "tsa"]
    assert scene.world.asked.count("tsa") == 4
    assert scene.world.asked.count("crls") == 1


def test_what_will_be_too_large_costs_no_stamp(scene, papers, monkeypatch):
    def here(name: str, **values: Any) -> Any:
        return getattr(archive_in_child, name.partition(":")[2])(**values)

    monkeypatch.setattr(documents, "call", here)
    monkeypatch.setattr(archive_in_child, "LARGEST_FILE", len(papers["sold"]) + 1000)
    scene.world.asked.clear()
    with pytest.raises(DocumentError) as refused:
        scene.prove(papers["sold"])
    assert kind_of(refused) == "NoProof:too_large"
    assert scene.world.asked.count("tsa") == 1  # the sample, which serves all files of a round


def test_what_will_not_hold_costs_no_stamp(scene, papers, monkeypatch):
    def here(name: str, **values: Any) -> Any:
        return getattr(archive_in_child, name.partition(":")[2])(**values)

    monkeypatch.setattr(documents, "call", here)
    monkeypatch.setattr(archive_in_child, "will_hold", lambda *_values, **_words: False)
    scene.world.asked.clear()
    with pytest.raises(DocumentError) as refused:
        scene.prove(papers["sold"])
    assert kind_of(refused) == "NoProof:not_lasting"
    assert scene.world.asked.count("tsa") == 1  # the sample


# --- in later years ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_it_holds_after_the_key_has_ended(scene, proved, kind):
    for moment in (on(2027), on(2030), on(2034, 12)):
        assert judge_at(proved[kind].pdf, moment, scene.roots).passed, moment


def test_renewed_in_time_it_holds_for_decades(scene, renewed):
    assert judge_at(renewed[1], on(2036), scene.roots).passed
    assert judge_at(renewed[1], on(2044, 12), scene.roots).passed
    assert judge_at(renewed[2], on(2046), scene.roots).passed
    assert judge_at(renewed[2], on(2055), scene.roots).passed


@pytest.mark.trust("T26", planted=True)
def test_a_renewal_that_was_forgotten_is_told(scene, proved, renewed):
    for pdf, moment in ((proved["own"].pdf, on(2036)), (renewed[1], on(2046))):
        assert not judge_at(pdf, moment, scene.roots).passed


@pytest.mark.parametrize("kind", KINDS)
def test_without_proof_nothing_holds_after_the_key_has_ended(scene, papers, kind):
    assert not judge_at(papers[kind], on(2030), scene.roots).passed


def test_who_does_not_know_the_authorities_believes_nothing(scene, proved):
    assert not judge_at(proved["own"].pdf, on(2027), scene.roots[1:]).passed
    assert not judge_at(proved["own"].pdf, on(2030), scene.roots[:1]).passed


# --- what gives no proof -------------------------------------------------------------------------


def kind_of(refused: pytest.ExceptionInfo[DocumentError]) -> str:
    return refused.value.kind


def copy_of_keys(scene: Scene, tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir()
    for path in scene.settings.keys.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
        (folder / path.name).chmod(0o600)
    return folder


@pytest.mark.trust("T26", planted=True)
def test_a_key_that_was_revoked_is_not_proved(scene):
    paper = make_paper(scene, "revoked")
    with pytest.raises(DocumentError) as refused:
        scene.prove(paper)
    assert kind_of(refused) == "NoProof:revoked"


def test_a_key_of_our_own_that_was_lost_is_not_proved(scene, papers, tmp_path):
    folder = copy_of_keys(scene, tmp_path)
    (leaf,) = [one for one in keys.list_keys(folder) if one.purpose == "certificates"]
    keys.lost_path(folder, leaf.key_id).write_text(
        f"{MADE - timedelta(hours=1):%Y-%m-%dT%H:%M:%S+00:00}\n"
    )
    with pytest.raises(DocumentError) as refused:
        scene.prove(papers["own"], keys=folder)
    assert kind_of(refused) == "NoProof:revoked"


@pytest.mark.parametrize(("service", "error"), [
    ("ocsp", InformationAwayError), ("crls", InformationAwayError), ("tsa", AuthorityAwayError),
])  # fmt: skip
def test_while_an_authority_is_away_nothing_is_added(scene, papers, service, error):
    scene.world.is_silent.add(service)
    try:
        with pytest.raises(error):
            scene.prove(papers["sold"])
    finally:
        scene.world.is_silent.clear()


def test_without_a_key_that_tells_of_our_own_nothing_is_added(scene, papers, tmp_path):
    folder = copy_of_keys(scene, tmp_path)
    for path in folder.glob(f"{status_key.STEM}-*"):
        path.unlink()
    with pytest.raises(DocumentError, match="academy keys status"):
        scene.prove(papers["own"], keys=folder)


@pytest.mark.trust("T26", planted=True)
def test_what_will_not_hold_is_seen_before_it_is_entered(scene, papers, proved):
    own = [scene.own_leaf(), scene.roots[0]]
    stamper = [scene.world.der(name) for name in ("tsa1", "middle", "root")]
    for pdf, holds in ((proved["own"].pdf, True), (papers["own"], False)):
        assert will_hold(pdf, [own, stamper], at=on(2030), now=MADE) is holds


def test_answers_that_are_too_old_prove_nothing(scene, papers):
    settings, earlier = scene.using(), MADE - timedelta(minutes=30)
    answers = Answers(settings)
    with scene.world.year(earlier):
        archived(papers["sold"], "B-LT", settings, now=earlier, answers=answers)
    with scene.world.year(MADE), pytest.raises(DocumentError) as refused:
        archived(papers["sold"], "B-LTA", settings, now=MADE, answers=answers)
    assert kind_of(refused).startswith("NoProof:")


def test_a_key_that_has_ended_is_not_proved(scene, papers):
    with pytest.raises(DocumentError) as refused:
        scene.prove(papers["own"], on(2030))
    assert kind_of(refused).startswith("NoProof:")


def test_a_stamp_of_an_authority_that_is_not_believed_is_refused(scene, papers, tmp_path_factory):
    other = World(tmp_path_factory.mktemp("other"))
    try:
        with other.year(MADE), pytest.raises(DocumentError) as refused:
            scene.prove(papers["own"], tsa_url=other.stamper())
    finally:
        other.close()
    assert kind_of(refused) == "BadStamp:another_authority"


def test_a_file_without_a_stamp_over_its_seal_is_not_proved(scene):
    with pytest.raises(DocumentError) as refused:
        scene.prove(_by_reference(scene, "unstamped").pdf)
    assert kind_of(refused) == "NoProof:no_stamp"


# --- who changes it ------------------------------------------------------------------------------


def added_to(pdf: bytes, issued: bytes) -> range:
    return range(len(issued), len(pdf))


@pytest.mark.trust("T16")
@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_an_attack_on_it_is_seen(scene, proved, name):
    changed = ATTACKS[name](proved["own"].pdf)
    if changed != proved["own"].pdf:
        assert not scene.read(changed)["intact"]


def _without_information(writer: Any) -> None:
    del writer.root["/DSS"]
    writer.update_root()


def _other_information(writer: Any) -> None:
    writer.root["/DSS"][pdf_name("/Certs")] = writer.root["/DSS"]["/Certs"]
    writer.update_container(writer.root["/DSS"])


@pytest.mark.trust("T16", planted=True)
@pytest.mark.parametrize("change", [_without_information, _other_information])
def test_proof_that_was_changed_is_seen(scene, proved, change: Callable[[Any], None]):
    assert not scene.read(updated(change)(proved["own"].pdf))["intact"]


@pytest.mark.trust("T16")
def test_no_changed_byte_of_the_proof_leaves_it_whole(scene, papers, renewed):
    data, chance = renewed[1], random.Random(126)
    places = added_to(data, papers["own"])
    for _once in range(size(600, otherwise=60)):
        place = chance.choice(places)
        changed = bytearray(data)
        changed[place] ^= 1 << chance.randrange(8)
        assert not scene.read(bytes(changed))["intact"], place


@pytest.mark.trust("T16")
def test_cut_short_it_is_an_earlier_file_or_none(scene, papers, proved, renewed):
    data = renewed[1]
    earlier = {len(papers["own"]), len(proved["own"].pdf)}
    for end in range(len(papers["own"]) + 64, len(data), size(64, otherwise=2048)):
        if end not in earlier:
            assert not scene.read(data[:end])["intact"], end
    assert all(scene.read(data[:end])["intact"] for end in earlier)


def test_the_information_is_named_after_what_it_is_about(renewed):
    """VRI: the SHA-1 of the container (ETSI EN 319 142-1, 5.4.2.3), seal and stamps each."""
    reader = PdfFileReader(io.BytesIO(renewed[2]), strict=True)
    about = [bytes(one.pkcs7_content) for one in reader.embedded_signatures[:3]]
    names = {f"/{hashlib.sha1(one).hexdigest().upper()}" for one in about}
    assert set(reader.root["/DSS"]["/VRI"]) == names


def test_every_revision_ends_with_a_stamp(renewed):
    reader = PdfFileReader(io.BytesIO(renewed[2]), strict=True)
    kinds = [str(one.sig_object_type) for one in reader.embedded_signatures]
    assert kinds == ["/Sig", "/DocTimeStamp", "/DocTimeStamp", "/DocTimeStamp"]
    assert reader.xrefs.total_revisions == len(kinds) + 1
