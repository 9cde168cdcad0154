"""What stands on a certificate and nothing else: hard names, text as text, nothing hidden."""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)

from academy.kernel.documents import DocumentError
from academy.kernel.pdf import fonts
from academy.kernel.pdf.render import render_document
from academy.kernel.resources import folder
from certificates.adapters import badge_keys, keys
from certificates.adapters.design import DESIGNS
from certificates.adapters.fast import bulk
from certificates.adapters.render import render_certificate
from certificates.rules.names import clean_name
from certificates.rules.printed import PrintedCertificate, Signatory
from tests.certificates.fast_papers import make_bench, make_paper
from tests.certificates.hard_names import HARD_NAMES, REFUSED
from tests.certificates.papers import FONTS, PASSPHRASE, make_printed
from tests.judges import pdf as judges
from tests.judges.inside import look_inside
from tests.trust.payloads import FILE, PAPER, SERVER
from tests.trust.sizes import IS_FULL, size
from tests.web.test_components import contrast

pytestmark = [
    pytest.mark.slow,
    # WeasyPrint leaves its colour profile open; the child that does it in life ends with it.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

LAYOUTS = [(design, language) for design in DESIGNS for language in ("nl", "en")]
NAMES = HARD_NAMES if IS_FULL else HARD_NAMES[::6]
SNIPPETS = [
    one.replace(FILE, "file:///etc/hostname").replace(SERVER, "http://q.example") for one in PAPER
]
CHOSEN = SNIPPETS[:: size(1, otherwise=12)]
FIELDS = ("printed_name", "statement", "place", "disclaimer", "title", "hands", "promise")
HOST = "https://academie.example/"
CREDENTIAL = ("credential.json", "/Data")


def render(printed: PrintedCertificate, design: str) -> bytes:
    """Return the paper, not yet sealed, made here: the child has tests of its own."""
    return render_certificate(
        design=design, values=printed.as_plain(), fonts_folder=str(FONTS), badge=b'{"type": []}'
    )


def text_of(pdf: bytes) -> str:
    reader = PdfReader(io.BytesIO(pdf))
    return "".join(page.extract_text() for page in reader.pages)


def letters(text: str) -> str:
    """Return the letters and digits only: lines break where the paper breaks them."""
    return "".join(sign for sign in text if sign.isalnum())


# --- names (T36) ---------------------------------------------------------------------------------


@pytest.mark.trust("T36")
def test_there_are_enough_hard_names():
    assert len(set(HARD_NAMES)) >= 25


@pytest.mark.trust("T36")
@pytest.mark.pdf
@pytest.mark.parametrize("name", NAMES)
def test_a_hard_name_is_printed_in_our_faces_on_one_page(name, tmp_path):
    """The text alone proves nothing: boxes carry text too. So the faces are looked at."""
    composed = clean_name(name)
    assert fonts.uncovered(composed, str(FONTS)) == ""
    design, language = LAYOUTS[HARD_NAMES.index(name) % len(LAYOUTS)]
    file = tmp_path / "name.pdf"
    file.write_bytes(render(make_printed(design, language, printed_name=name), design))

    reader = PdfReader(file)
    assert len(reader.pages) == 1
    assert composed in unicodedata.normalize("NFC", str(reader.metadata.title))
    assert foreign_faces(file) == []
    assert all(embedded and mapped for _name, embedded, mapped in judges.fonts(file))
    if {unicodedata.bidirectional(sign) for sign in composed} & {"R", "AL"}:
        assert composed in said_by_tags(file)
    else:
        assert letters(composed) in letters(judges.text(file))


def said_by_tags(file: Path) -> str:
    """Return what the tags of a file say in place of what lies on the page."""
    with pikepdf.open(file) as opened:
        return " ".join(
            str(one.ActualText)
            for one in opened.objects
            if isinstance(one, pikepdf.Dictionary) and "/ActualText" in one
        ).replace("\u00a0", " ")


def foreign_faces(file: Path) -> list[str]:
    """Return the faces in a file that are not ours: the system's, for what ours lack."""
    own = re.compile(r"bitter|atkinson|next|vazirmatn|arabisch|hebreeuws", re.IGNORECASE)
    return [name for name, _embedded, _mapped in judges.fonts(file) if not own.search(name)]


@pytest.mark.trust("T36")
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("name", NAMES)
def test_a_hard_name_fits_every_design(name, design):
    """A text that leaves its box, or a second page, stops the paper: that is the guard."""
    assert render(make_printed(design, "nl", printed_name=name), design)


@pytest.mark.trust("T36", planted=True)
@pytest.mark.parametrize(("name", "kind"), REFUSED.items())
def test_what_cannot_be_printed_is_refused(name, kind):
    with pytest.raises(DocumentError) as raised:
        render(make_printed(printed_name=name), "residents")
    assert raised.value.kind == kind


@pytest.mark.trust("T36", planted=True)
@pytest.mark.pdf
def test_a_face_of_the_system_is_found(tmp_path):
    """A sign that slips past the check comes in a face that is not ours, or in none."""
    pdf = render_document(
        '<html lang="nl"><title>x</title><p>王秀英 😀 மணி</p></html>',
        "p{font-family:monospace}",
        fonts_folder=str(FONTS),
    )
    file = tmp_path / "boxes.pdf"
    file.write_bytes(pdf)
    assert foreign_faces(file) != [] or judges.fonts(file) == []


# --- text is text (T06) --------------------------------------------------------------------------


def with_snippet(field: str, snippet: str) -> tuple[str, PrintedCertificate]:
    """Return a design and its values with a snippet in one field."""
    design = "governors" if field == "promise" else "residents"
    printed = make_printed(design)
    if field == "hands":
        return design, replace(printed, signatories=(Signatory(snippet, snippet),))
    return design, replace(printed, **{field: snippet})


def faults_of(pdf: bytes, *attached: tuple[str, str]) -> list[str]:
    """Return what an unsealed paper must not have: anything beside what is `attached`."""
    inside = look_inside(pdf)
    faults = sorted(inside.hidden_beside(*attached))
    faults += [one for one in inside.addresses if not one.startswith(HOST)]
    faults += [f"{inside.widgets} widgets" for _once in "x" if inside.widgets]
    faults += [f"{inside.revisions} revisions" for _once in "x" if inside.revisions != 1]
    return faults


@pytest.mark.trust("T06")
@pytest.mark.parametrize("field", FIELDS)
def test_a_snippet_in_a_field_is_printed_as_text_or_refused(field):
    printed, refused = 0, set()
    for snippet in CHOSEN:
        design, values = with_snippet(field, snippet)
        try:
            pdf = render(values, design)
        except DocumentError as error:
            refused.add(error.kind)
            continue
        assert faults_of(pdf, CREDENTIAL) == [], snippet
        assert letters(snippet) in letters(text_of(pdf)), snippet
        printed += 1
    assert printed >= len(CHOSEN) // 5  # a short field refuses the long ones
    assert refused <= {"DoesNotFit", "UnprintableName", "UncoveredGlyphs", "UnprintablePromise"}


@pytest.mark.trust("T06", planted=True)
def test_a_design_that_trusts_a_field_is_found():
    html = '<html lang="nl"><title>x</title><p>{}</p></html>'
    pdf = render_document(
        html.format('<a href="https://elders.example/x">klik</a>'),
        "",
        fonts_folder=str(FONTS),
    )
    assert faults_of(pdf) == ["https://elders.example/x"]


# --- nothing hidden (T17) ------------------------------------------------------------------------


@pytest.mark.trust("T17")
@pytest.mark.parametrize(("design", "language"), LAYOUTS)
def test_nothing_lies_hidden_before_sealing(design, language):
    for name in NAMES:
        pdf = render(make_printed(design, language, printed_name=name), design)
        assert faults_of(pdf, CREDENTIAL) == [], name


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("filling") / "keys"
    made_at = datetime.now(UTC) - timedelta(days=1)
    keys.init_keys(folder, PASSPHRASE, now=made_at)
    badge_keys.add_missing(folder, PASSPHRASE, now=made_at)
    return make_bench(folder)


@pytest.mark.trust("T17")
@pytest.mark.parametrize(("design", "language"), LAYOUTS)
def test_nothing_lies_hidden_in_a_paper_of_a_batch(bench, design, language):
    """It is filled and sealed in one: the seal is the one field that it has, and no revision."""
    filled, names = 0, NAMES[:: size(3, otherwise=1)]
    for name in names:
        paper = make_paper(design, language, credential=True, printed_name=name)
        try:
            pdf = bulk.fill_one(paper, bench, at_once=True)
        except LookupError:
            continue  # made alone: those are the papers above
        assert faults_of(pdf, CREDENTIAL) == ["1 widgets"], name
        filled += 1
    assert filled > len(names) // 2


def planted(change: Any) -> bytes:
    """Return a paper with something put into it."""
    writer = PdfWriter(clone_from=io.BytesIO(render(make_printed(), "residents")))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _entry(name: str, value: Any) -> Any:
    def change(writer: PdfWriter) -> None:
        writer.root_object[NameObject(name)] = value

    return change


def _loose_file(writer: PdfWriter) -> None:
    """Embed a file that no list of attachments names."""
    stream = DecodedStreamObject()
    stream.set_data(b"MZ")
    stream[NameObject("/Type")] = NameObject("/EmbeddedFile")
    writer.root_object[NameObject("/Extra")] = writer._add_object(stream)


def _widget(writer: PdfWriter) -> None:
    widget = DictionaryObject({NameObject("/Subtype"): NameObject("/Widget")})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(widget)])


SCRIPT = DictionaryObject(
    {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("x()")}
)
HIDING = {
    "/OpenAction": _entry("/OpenAction", SCRIPT),
    "/AA": _entry("/AA", DictionaryObject({NameObject("/WC"): SCRIPT})),
    "/JS": _entry("/Extra", SCRIPT),
    "/OCProperties": _entry("/OCProperties", DictionaryObject()),
    "/XFA": _entry("/AcroForm", DictionaryObject({NameObject("/XFA"): TextStringObject("x")})),
    "/EmbeddedFile": lambda writer: writer.add_attachment("x.exe", b"MZ"),
    "/EmbeddedFiles": _loose_file,
    "/RichMedia": _entry(
        "/Extra", DictionaryObject({NameObject("/Subtype"): NameObject("/RichMedia")})
    ),
    "1 widgets": _widget,
}


@pytest.mark.trust("T17", planted=True)
@pytest.mark.parametrize(("name", "change"), HIDING.items(), ids=HIDING)
def test_what_lies_hidden_is_found(name, change):
    assert name in faults_of(planted(change), CREDENTIAL)


@pytest.mark.trust("T17", planted=True)
def test_another_name_or_relationship_of_the_attachment_is_found():
    pdf = render(make_printed(), "residents")
    assert faults_of(pdf) != []
    assert faults_of(pdf, ("other.json", "/Data")) != []
    assert faults_of(pdf, ("credential.json", "/Source")) != []


@pytest.mark.trust("T17", planted=True)
def test_a_second_revision_is_found():
    pdf = render(make_printed(), "residents")
    assert "2 revisions" in faults_of(pdf + b"\n%%EOF\n", CREDENTIAL)


# --- contrast on paper (T37) ---------------------------------------------------------------------

LEAST = 4.5


def faint(sheets: dict[str, str]) -> list[str]:
    """Return the colours of letters that stand out too little on white paper."""
    colour = re.compile(r"(?<![-\w])color:\s*(#[0-9a-fA-F]{3,6})")
    return [
        f"{name}: {found}"
        for name, css in sheets.items()
        for found in colour.findall(css)
        if contrast(_long(found), "#ffffff") < LEAST
    ]


def _long(found: str) -> str:
    return found if len(found) == 7 else "#" + "".join(sign * 2 for sign in found[1:])


def sheets() -> dict[str, str]:
    """Return every style sheet of paper."""
    root = folder("templates").parent
    places = ("certificates/designs", "academy/coaching", "academy/kernel/pdf", "courses/adapters")
    return {
        str(path.relative_to(root)): path.read_text(encoding="utf-8")
        for place in places
        for path in sorted((root / place).rglob("*.css"))
    }


@pytest.mark.trust("T37")
def test_letters_stand_out_on_paper():
    assert len(sheets()) >= 5
    assert faint(sheets()) == []


@pytest.mark.trust("T37", planted=True)
def test_faint_letters_are_found():
    assert faint({"x.css": "p{color:#9aa5a0}b{color:#777}i{color:#767676}"}) == [
        "x.css: #9aa5a0",
        "x.css: #777",
    ]
