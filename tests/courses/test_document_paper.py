"""The papers of a group, rendered and read back by judges that are not ours."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from pathlib import Path

import pypdf
import pytest

from academy.kernel.pdf import fonts
from academy.kernel.resources import vendor_file
from tests.courses.paper_scene import CANARIES, NAMES, make_group
from tests.judges import paper, pdf
from tests.judges.vera import judge

pytestmark = [pytest.mark.slow, pytest.mark.pdf]


@pytest.fixture
def group(app):
    return make_group()


@pytest.fixture
def browser(group, sign_in):
    return sign_in(group.trainer)


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """The same group is printed once for all tests."""
    return tmp_path_factory.mktemp("papers")


@pytest.fixture
def print_to(browser, printed):
    def make(name: str, address: str) -> Path:
        file = printed / f"{name}.pdf"
        if not file.exists():
            answer = browser.get(address)
            assert answer.status_code == 200, (name, answer.text[:300])
            file.write_bytes(answer.data)
        return file

    return make


def shown_names() -> list[str]:
    names = [" ".join(part for part in name if part) for name in NAMES]
    return [unicodedata.normalize("NFC", name) for name in names]


def letters_of(text: str) -> str:
    """Return text as a reader compares it: no spaces, hyphens of a line end or order of script."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in plain if sign.isalnum())


def is_latin(name: str) -> bool:
    return "ARABIC" not in "".join(unicodedata.name(sign, "") for sign in name)


def test_every_paper_is_pdf_a_and_pdf_ua(group, print_to):
    files = [print_to(name, address) for name, address in group.papers.items()]
    for one in judge(files):
        assert one.passed, (one.file.name, one.flavour, one.broken)


def test_every_paper_has_language_title_footer_and_embedded_fonts(group, print_to):
    for name, address in group.papers.items():
        file = print_to(name, address)
        reader = pypdf.PdfReader(file)
        assert reader.trailer["/Root"]["/Lang"] == "nl", name
        assert reader.metadata.title, name
        assert all(embedded and mapped for _font, embedded, mapped in pdf.fonts(file)), name
        for number, page in enumerate(paper.pages(file), 1):
            said = " ".join(word.text for word in page.words)
            assert "gemaakt op 23 november 2026, 9.00 uur door Said" in said, name
            assert f"bladzijde {number} van {len(reader.pages)}" in said, name
            assert "versie 2026.1" in said, name
            assert not page.outside, name


def test_the_hard_names_stand_whole_on_list_sheet_and_letter(group, print_to):
    assert len(NAMES) == 25
    folder = str(vendor_file("print"))
    assert [name for name in shown_names() if fonts.uncovered(name, folder)] == []
    for kind in ("attendance", "own-sheet", "overview", "invitations"):
        said = letters_of(paper.text(print_to(kind, group.papers[kind])))
        missing = [n for n in shown_names() if is_latin(n) and letters_of(n) not in said]
        assert missing == [], kind


def test_the_sheet_that_goes_round_shows_nothing_but_names(group, print_to):
    file = print_to("attendance", group.papers["attendance"])
    said = pdf.text(file).lower()
    forbidden = [*CANARIES.values(), "foto", "tolk", "@", "06-", "brief", "bellen"]
    assert [words for words in forbidden if words in said] == []
    assert (
        pypdf.PdfReader(file).metadata.title == "Presentielijst: Bloemenbuurt najaar, bijeenkomst 6"
    )
    for words in (
        "6 van 8: les nummer 6",
        "maandag 7 december 2026",
        "19.00 tot 21.30",
        "de krokus",
    ):
        assert words in said, words


def test_rows_leave_twelve_millimetres_and_three_stay_empty(group, print_to):
    made = paper.pages(print_to("attendance", group.papers["attendance"]))
    tops = []
    for page in made:
        numbers = [w for w in page.words if w.text.isdigit() and w.left < 26 and w.top > 15]
        tops.append(sorted(word.top for word in numbers))
    assert sum(len(page) for page in tops) == len(NAMES) + 3
    gaps = [below - above for page in tops for above, below in pairwise(page)]
    assert min(gaps) >= 12
    assert sum(word.text == "nieuw:" for page in made for word in page.words) == 3


def test_a_common_group_fits_one_page(app, sign_in, tmp_path):
    plain = tuple((f"Voornaam{n}", "van der", f"Achternaam{n}") for n in range(14))
    group = make_group(plain)
    file = tmp_path / "attendance.pdf"
    file.write_bytes(sign_in(group.trainer).get(group.papers["attendance"]).data)
    assert len(pypdf.PdfReader(file).pages) == 1


def test_the_own_sheet_has_what_helps_and_says_not_to_leave_it(group, print_to):
    said = pdf.text(print_to("own-sheet", group.papers["own-sheet"]))
    for words in ("Niet laten liggen.", CANARIES["phone"], CANARIES["support"], "Geen foto"):
        assert words in said, words


def test_the_address_stands_in_the_window_of_the_envelope(browser, group, tmp_path):
    for large in ({}, {"large": "y"}):
        answer = browser.post(
            f"/deelname/{group.enrolment_id}/brief",
            data={"kind": "invitation", "address": "Tulpstraat 12 B\n1234 AB  WATERDAM", **large},
        )
        assert answer.status_code == 200
        file = tmp_path / "letter.pdf"
        file.write_bytes(answer.data)
        (page,) = paper.pages(file)
        inside = [word for word in page.words if 44 <= word.top <= 76 and word.left < 105]
        said = " ".join(word.text for word in inside)
        assert said == "Samira El Haddou Tulpstraat 12 B 1234 AB WATERDAM"
        assert 20 <= min(word.left for word in inside) <= 45
        assert max(word.right for word in inside) <= 105
        assert min(word.top for word in inside) >= 45
        assert max(word.bottom for word in inside) <= 75


def test_even_the_longest_name_stays_in_the_window(group, print_to):
    pages = paper.pages(print_to("invitations", group.papers["invitations"]))
    assert len(pages) == len(NAMES)
    for page in pages:
        window = [word for word in page.words if 44 < word.top < 80 and word.left < 100]
        assert window, page.words[:8]
        assert max(word.bottom for word in window) <= 75.5
        assert max(word.right for word in window) <= 106


def test_a_letter_says_when_where_and_whom_to_call(group, print_to):
    said = pdf.text(print_to("invitations", group.papers["invitations"]))
    for words in (
        "Beste Samira,",
        "Maandag 7 december 2026",
        "19.00 tot 21.30 uur",
        "De Krokus",
        "Neem mee",
        "Kom je niet?",
        "Bel Tineke: 06-00000307",
    ):
        assert words in said, words


def test_large_letters_are_larger(group, print_to):
    def height(kind: str, said: str) -> float:
        page = paper.pages(print_to(kind, group.papers[kind]))[0]
        return next(word.bottom - word.top for word in page.words if word.text == said)

    for kind, said in (("invitations", "Beste"), ("conduct", "Iedereen"), ("method", "Iedereen")):
        ratio = height(f"{kind}-large", said) / height(kind, said)
        assert ratio == pytest.approx(14 / 12, rel=0.02), kind


def test_badges_are_ten_on_a_page_without_last_names(group, print_to):
    file = print_to("badges", group.papers["badges"])
    assert len(pypdf.PdfReader(file).pages) == 3
    said = pdf.text(file)
    assert "Haddou" not in said
    assert "Samira" in said
    first = paper.pages(file)[0]
    samira = next(w for p in paper.pages(file) for w in p.words if w.text == "Samira")
    assert samira.bottom - samira.top >= 36 / paper.POINTS_PER_MM
    assert first.width == pytest.approx(210, abs=0.5)


def test_cards_of_working_methods_are_a5_and_say_no_source_ids(group, print_to):
    file = print_to("method", group.papers["method"])
    (page,) = paper.pages(file)
    assert (page.width, page.height) == (pytest.approx(148, abs=0.5), pytest.approx(210, abs=0.5))
    said = pdf.text(file)
    assert "Ga in een kring staan of zitten." in said
    assert "bron:" not in said


def test_the_code_of_conduct_is_one_page(group, print_to):
    for kind in ("conduct", "conduct-large"):
        assert len(pypdf.PdfReader(print_to(kind, group.papers[kind])).pages) == 1, kind


def test_text_is_dark_enough_on_a_black_and_white_printer(group, print_to):
    for kind, looked_for in {
        "attendance": ("Presentielijst", "gemaakt"),
        "invitations": ("Wanneer", "trainer"),
        "conduct": ("gedragscode",),
        "own-sheet": ("Liefst:",),
    }.items():
        file = print_to(kind, group.papers[kind])
        page = paper.pages(file)[0]
        for text in looked_for:
            word = next(one for one in page.words if one.text == text)
            assert paper.contrast_on_white(paper.darkest(file, page, word)) >= 7, (kind, text)


NASTY = (
    '<img src="https://elders.example/x.png">',
    "<style>*{display:none}</style>",
    "</td></tr></table><h1>Anders</h1>",
    '{{ 7*7 }}{% include "/etc/passwd" %}',
    "url(file:///etc/passwd)",
    "<a href=javascript:alert(1)>klik</a>",
)


def test_a_field_is_text_on_paper_and_nothing_else(app, sign_in, tmp_path):
    group = make_group(tuple((text, "", "Naam") for text in NASTY), modules=6)
    browser = sign_in(group.trainer)
    for name in ("attendance", "own-sheet", "invitations", "overview", "badges"):
        file = tmp_path / f"{name}.pdf"
        file.write_bytes(browser.get(group.papers[name]).data)
        said = letters_of(paper.text(file))
        assert [text for text in NASTY if letters_of(text) not in said] == [], name
        raw = file.read_bytes()
        assert [
            word for word in (b"/URI", b"/JS", b"/Launch", b"/EmbeddedFile") if word in raw
        ] == []
