"""The fast path against its oracle, the reference path, and before the same judges."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta
from random import Random

import page
import pikepdf
import pytest
import segno

from academy.kernel import documents
from academy.kernel.documents import DocumentError
from certificates.adapters import badge_keys, keys, make_in_child
from certificates.adapters.credential_in_child import attached
from certificates.adapters.design import DESIGNS
from certificates.adapters.fast import bulk, check, deflate
from certificates.adapters.fast.cms import container_of
from certificates.adapters.fast.qr import qr_table
from certificates.adapters.fast.shape import require_plain
from certificates.adapters.make import SealedDocument
from certificates.adapters.many import Paper, Sealing, make_certificates
from certificates.adapters.signature import read_signature
from certificates.rules.code import group_code
from certificates.rules.printed import Signatory
from tests.certificates.fast_papers import (
    MOST_PIXELS,
    by_reference,
    glyphs_of,
    make_bench,
    make_paper,
    metadata_of,
    pixels_apart,
    planted,
    structure_of,
    text_of,
)
from tests.certificates.hard_names import HARD_NAMES
from tests.certificates.papers import (
    CODE,
    CODE_URL,
    FONTS,
    LONGEST,
    NAMES,
    NUMBER,
    PASSPHRASE,
    make_facts,
    make_printed,
)
from tests.judges import pdf as judges
from tests.judges import vera
from tests.trust.sizes import IS_FULL

pytestmark = [
    # WeasyPrint leaves its colour profile open; the child that does it in life ends with it.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

LAYOUTS = [(design, language) for design in DESIGNS for language in ("nl", "en")]
FOR_REFERENCE = (
    "نعيمة الإدريسي",
    "Naïma El Idrissi (نعيمة الإدريسي)",
    "محمد 42 العلي",
    "דוד לוי",
    "Mirjam Kohen (מרים כהן)",
    "מִרְיָם כֹּהֵן־לֵוִי",
    "שָׁלוֹם 3 בֶּן־צְבִי",
    "ד״ר שרה O'Neill",
    "Олександра van der Коваленко",
    "Țepeș Thị ị Ț",
    " ".join(["Annemarie"] * 20)[:120].strip(),
)
"""Names that need more than letters in a row: no template has a place for them."""
OF_TWO_LINES = (
    LONGEST,
    "Ana de la Cruz y Fernández-Núñez de Castro e Silva",
    "Charlotte-Amélie de Ranitz-van Wijngaarden van den Bovenkamp",
)
"""Names that have a template only where a name is printed smaller: on the proof of governors."""
SET = tuple(name for name in dict.fromkeys((*HARD_NAMES, *NAMES)) if name not in FOR_REFERENCE)
PROMISE = "Ik luister elke maand een avond naar mijn buren en ik kom terug met wat ik deed. " * 2


@pytest.fixture(scope="module")
def keys_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fast") / "keys"
    made_at = datetime.now(UTC) - timedelta(days=1)
    keys.init_keys(folder, PASSPHRASE, now=made_at)
    badge_keys.add_missing(folder, PASSPHRASE, now=made_at)
    return folder


@pytest.fixture(scope="module")
def bench(keys_folder):
    return make_bench(keys_folder)


@pytest.fixture(scope="module")
def filled(bench):
    """Return a paper by the fast path, and nothing else."""

    def filled(design="residents", language="nl", **changes):
        return bulk.fill_one(make_paper(design, language, **changes), bench, at_once=True)

    return filled


# --- the oracle ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.trust("T36")
@pytest.mark.parametrize("name", SET)
def test_a_filled_paper_equals_the_rendered_one(bench, name):
    """None of them may take the reference path: that would compare a paper with itself."""
    layouts = [one for one in LAYOUTS if one[0] == "governors" or name not in OF_TWO_LINES]
    if not IS_FULL:
        at, half = SET.index(name) % len(layouts), len(layouts) // 2
        layouts = [layouts[at], layouts[at - half]]
    for design, language in layouts:
        paper = make_paper(design, language, printed_name=name)
        fast = bulk.fill_one(paper, bench, at_once=True)
        rendered = by_reference(paper, bench)
        assert glyphs_of(fast) == glyphs_of(rendered)
        assert text_of(fast) == text_of(rendered)
        assert structure_of(fast) == structure_of(rendered)
        assert metadata_of(fast) == metadata_of(rendered)
        assert pixels_apart(fast, rendered) <= MOST_PIXELS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("design", "changes"),
    [
        ("governors", {"promise": PROMISE.strip()}),
        ("governors", {"promise": (PROMISE * 2)[:200].strip()}),
        ("governors", {"place": "Łódź", "hours": 8}),
        ("residents", {"signatories": (Signatory("Şükrü Ağaoğlu", "trainer"),)}),
        ("residents", {"place": "'s-Hertogenbosch", "number": "SLHZ-B-2027-11111-11"}),
        ("professionals", {"decided_on": datetime(2027, 1, 2, tzinfo=UTC).date()}),
    ],
)
def test_other_lines_equal_the_rendered_ones_too(bench, design, changes):
    bulk.fill_one(make_paper(design), bench, at_once=True)  # its template has other words
    paper = make_paper(design, **changes)
    fast, rendered = bulk.fill_one(paper, bench, at_once=True), by_reference(paper, bench)
    assert glyphs_of(fast) == glyphs_of(rendered)
    assert text_of(fast) == text_of(rendered)
    assert structure_of(fast) == structure_of(rendered)
    assert pixels_apart(fast, rendered) <= MOST_PIXELS


@pytest.mark.parametrize("name", [*FOR_REFERENCE, *OF_TWO_LINES])
def test_what_cannot_be_filled_falls_back_by_itself(bench, filled, name):
    with pytest.raises(LookupError):
        filled(printed_name=name)
    made = bulk.make_one(make_paper(printed_name=name), bench)
    assert read_signature(
        made["pdf"],
        leaves=[bench.signer.info.certificate],
        root=bench.signer.others[-1],
    )["intact"]


@pytest.mark.slow
@pytest.mark.trust("T36", planted=True)
def test_the_oracle_sees_planted_differences(bench, filled):
    good = filled()

    def moved(opened):
        page_content = opened.pages[0].Contents
        page_content.write(page_content.read_bytes().replace(b" 369.439448 Tm", b" 370.939448 Tm"))

    def renamed(opened):
        tags = [
            one for one in opened.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one
        ]
        tags[-1].Alt = pikepdf.String("iets anders")

    def retitled(opened):
        opened.trailer.Info.Title = pikepdf.String("iets anders")

    assert pixels_apart(planted(good, moved), good) > MOST_PIXELS
    assert glyphs_of(planted(good, moved)) != glyphs_of(good)
    assert structure_of(planted(good, renamed)) != structure_of(good)
    assert metadata_of(planted(good, retitled)) != metadata_of(good)
    other = filled(printed_name="Samira El Haddon")
    assert text_of(other) != text_of(good)
    assert pixels_apart(other, good) > MOST_PIXELS


def test_a_template_keeps_nothing_of_the_first_paper(bench):
    bulk.forget()
    first = bulk.fill_one(
        make_paper(printed_name="Zyxter Ponmer", place="Utrechtstad"), bench, at_once=True
    )
    second = bulk.fill_one(make_paper(), bench, at_once=True)
    assert "Zyxter" in text_of(first)
    for kept in bulk.templates():
        held = kept.prefix + b"".join(body for _role, body in kept.changing.values())
        held += b"".join(plain for _name, plain, _packed in kept.content)
        assert b"Zyxter" not in held
        assert "Zyxter".encode("utf-16-be") not in held
    assert "Zyxter" not in text_of(second)


# --- the judges ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def files(filled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("filled")
    made = {}
    for design, language in LAYOUTS:
        for at, name in enumerate(("Samira El Haddou", "İbrahim Şahin", "Олександра Коваленко")):
            file = folder / f"{design}-{language}-{at}.pdf"
            file.write_bytes(filled(design, language, printed_name=name, credential=at < 2))
            made[design, language, name] = file
    return made


@pytest.mark.pdf
@pytest.mark.slow
def test_vera_judges_filled_papers_pdf_a_and_pdf_ua(files):
    found = vera.judge(files.values())
    assert len(found) == 2 * len(files)
    assert [(j.file.name, j.flavour, j.broken) for j in found if not j.passed] == []
    assert min(j.assertions for j in found) > 300


@pytest.mark.pdf
@pytest.mark.slow
def test_other_judges_accept_filled_papers(files, keys_folder, bench, tmp_path):
    for (_design, _language, name), file in files.items():
        data = file.read_bytes()
        assert len(data) <= make_in_child.LARGEST_CERTIFICATE
        assert judges.is_sound(file), file.name
        assert judges.has_valid_signature(file), file.name
        assert judges.openssl_accepts(file, keys_folder / "root.cert.pem", tmp_path), file.name
        assert all(embedded and mapped for _, embedded, mapped in judges.fonts(file)), file.name
        assert judges.codes(file) == [CODE_URL]
        for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
            assert page.is_pdf_compliant(file, profile=profile), (file.name, profile)
        assert name in judges.text(file)
        assert data.count(b"%%EOF") == 1
        seal = read_signature(
            data, leaves=[bench.signer.info.certificate], root=bench.signer.others[-1]
        )
        assert seal["intact"]
        assert seal["number"] == NUMBER


@pytest.mark.pdf
@pytest.mark.slow
def test_the_judges_see_planted_errors_in_filled_papers(filled, bench, keys_folder, tmp_path):
    good = filled()

    def write(name, data):
        file = tmp_path / f"{name}.pdf"
        file.write_bytes(data)
        return file

    flipped = bytearray(good)
    flipped[good.rindex(b"stream\n", 0, good.index(b"/ByteRange")) - 40] ^= 1
    changed = write("changed", bytes(flipped))
    assert not judges.has_valid_signature(changed)
    assert not judges.openssl_accepts(changed, keys_folder / "root.cert.pem", tmp_path)
    pins = {"leaves": [bench.signer.info.certificate], "root": bench.signer.others[-1]}
    assert not read_signature(bytes(flipped), **pins)["intact"]
    assert not read_signature(good + b"\n% more\n", **pins)["intact"]
    assert not judges.is_sound(write("shorter", good[:-200]))
    no_ua = write("no-ua", good.replace(b'pdfuaid:part="1"', b'pdfuaid:part="9"'))
    no_a = write("no-a", good.replace(b"pdfaid:conformance", b"pdfaid:conf0rmance"))
    verdicts = {(j.file.stem, j.flavour): j.passed for j in vera.judge([no_ua, no_a])}
    assert verdicts[("no-ua", "ua1")] is False
    assert verdicts[("no-a", "3a")] is False


# --- the credential ------------------------------------------------------------------------------


def test_a_filled_paper_carries_its_credential(filled, bench):
    pdf = filled(credential=True)
    badge = attached(pdf)
    assert badge is not None
    assert NUMBER.encode() in badge
    assert attached(filled()) is None


# --- the own check -------------------------------------------------------------------------------


def _checked(pdf, template, bench, **changes):
    values = {
        "container": container_of(bench.signer.info.certificate, bench.signer.others),
        "number": NUMBER,
        "said": ("Samira El Haddou", NUMBER, group_code(CODE)),
        "badge": None,
    }
    check.require_filled(pdf, template, **{**values, **changes})


@pytest.fixture
def checked(bench, filled):
    bulk.forget()
    pdf = filled()
    (template,) = bulk.templates()
    return pdf, template


def test_the_own_check_accepts_what_was_meant(bench, checked):
    _checked(*checked, bench)


def test_the_own_check_refuses_another_number_name_or_credential(bench, checked):
    pdf, template = checked
    for changes in (
        {"number": NUMBER.replace("42", "43")},
        {"said": ("Samira El Haddon",)},
        {"badge": b"{}"},
    ):
        with pytest.raises((check.OwnCheckError, KeyError)):
            _checked(pdf, template, bench, **changes)


def test_the_own_check_sees_every_flipped_byte(bench, checked):
    pdf, template = checked
    chance = Random(4)
    start = len(template.prefix)
    for at in [*chance.sample(range(start), 60), *chance.sample(range(start, len(pdf)), 240)]:
        flipped = bytearray(pdf)
        flipped[at] ^= 1 << chance.randrange(8)
        with pytest.raises(Exception):  # noqa: B017, PT011 (altered bytes raise nearly everything)
            _checked(bytes(flipped), template, bench)


def test_the_full_check_runs_on_the_first_and_every_fiftieth(bench, monkeypatch):
    asked = []
    monkeypatch.setattr(
        make_in_child, "require_as_meant", lambda *_a, **_k: asked.append(len(asked))
    )
    bulk.forget()
    for _ in range(bulk.FULL_CHECK_EVERY + 1):
        bulk.fill_one(make_paper(), bench, at_once=True)
    assert len(asked) == 2


# --- many ----------------------------------------------------------------------------------------


def test_many_are_made_in_order_and_a_refused_one_stops_no_other(keys_folder):
    names = ["Ana", "Bo", "王秀英", "نعيمة", *(f"Naam {chr(65 + at)}" for at in range(26))]
    papers = [Paper(make_printed(printed_name=name), "residents") for name in names]
    sealing = Sealing(keys_folder, PASSPHRASE, datetime.now(UTC), FONTS)
    made = list(make_certificates(papers, sealing))
    documents.close()
    assert [type(one) for one in made].count(DocumentError) == 1
    assert isinstance(made[2], DocumentError)
    assert "王" in made[2].sentence
    for name, one in zip(names, made, strict=True):
        if isinstance(one, SealedDocument) and name != "نعيمة":
            assert name in text_of(one.pdf)


def test_a_call_that_fails_is_done_one_by_one(keys_folder, monkeypatch):
    def fails(function, /, **values):
        if function.endswith(":make_many"):
            raise DocumentError("kapot", kind="Killed")
        return {"pdf": b"%PDF", "sha256": "0", "key_id": "k", "imprint": b""}

    monkeypatch.setattr(documents, "call", fails)
    papers = [Paper(make_printed(), "residents", credential=make_facts())] * 3
    sealing = Sealing(keys_folder, PASSPHRASE, datetime.now(UTC), FONTS)
    assert [one.pdf for one in make_certificates(papers, sealing)] == [b"%PDF"] * 3


def test_one_paper_alone_is_rendered_and_the_second_of_a_kind_makes_a_template(bench):
    bulk.forget()
    bulk.make_one(make_paper(printed_name="Ana"), bench)
    assert bulk.templates() == []
    bulk.make_one(make_paper(printed_name="Bo"), bench)
    assert len(bulk.templates()) == 1


# --- the parts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "prefix",
    [
        "https://academie.example/c/",
        "http://127.0.0.1:8000/c/",
        "https://een.lange.naam.van.een.academie.example.org/certificaten/c/",
        f"https://{'een.' * 30}example/c/",
    ],
)
def test_a_qr_code_is_module_for_module_that_of_segno(prefix):
    table, chance = qr_table(prefix, 20), Random(7)
    for _ in range(60):
        url = prefix + "".join(chance.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=20))
        code = segno.make(url, error="m", micro=False, boost_error=False)
        rows = [sum(1 << at for at, dark in enumerate(row) if dark) for row in code.matrix]
        assert table.rows(url) == rows


@pytest.mark.parametrize("url", ["https://elders.example/c/" + CODE, CODE_URL + "A", CODE_URL[:-1]])
def test_a_qr_code_of_another_kind_is_refused(url):
    with pytest.raises(LookupError):
        qr_table("https://academie.example/c/", 20).rows(url)


def test_pieces_make_one_stream():
    parts = [b"", b"hallo " * 9, b"x y" * 900, bytes(range(256)) * 9]
    pieces = [deflate.piece(parts[1]), *map(deflate.quick_piece, (parts[2], parts[0], parts[3]))]
    plain = parts[1] + parts[2] + parts[0] + parts[3]
    assert zlib.decompress(deflate.joined(pieces, plain)) == plain


@pytest.mark.parametrize("text", ["", " a", "a ", "شاد", "a\u0301", "a\u200b", "Ана Ana"])
def test_what_needs_more_than_letters_in_a_row_is_not_set(text):
    with pytest.raises(LookupError):
        require_plain(text)
