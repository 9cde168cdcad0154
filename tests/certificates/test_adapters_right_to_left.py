"""Names in Arabic and Hebrew letters: from right to left, also amid other letters and digits (T36).

What a reader of the file gets as text proves none of that, so the glyphs on the page are looked at:
they must be those that HarfBuzz makes of each word, in the order in which an eye meets them. What
is read aloud or copied is another order, that of the letters in the name; it is looked at apart.
"""

from __future__ import annotations

import io
import itertools
import unicodedata
from dataclasses import dataclass
from functools import cache

import pikepdf
import pytest
import uharfbuzz as hb
from fontTools.ttLib import TTFont

from academy.kernel.pdf import right_to_left
from tests.certificates.fast_papers import glyphs_of
from tests.certificates.hard_names import HARD_NAMES
from tests.certificates.papers import FONTS, make_printed
from tests.certificates.test_adapters_paper import DESIGNS, render

pytestmark = [
    pytest.mark.slow,
    pytest.mark.pdf,
    # WeasyPrint leaves its colour profile open; the child that does it in life ends with it.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@dataclass(frozen=True)
class Script:
    """A face of ours for letters from right to left."""

    family: str
    file: str


ARABIC = Script("Arabisch", "vazirmatn-arabic-600-normal.woff2")
HEBREW = Script("Hebreeuws", "noto-serif-hebrew-hebrew-600-normal.woff2")
SEEN = {
    "نعيمة الإدريسي": (ARABIC, ("الإدريسي", "نعيمة")),
    "Naïma El Idrissi (نعيمة الإدريسي)": (ARABIC, ("الإدريسي", "نعيمة")),
    "محمد 42 العلي": (ARABIC, ("العلي", "42", "محمد")),
    "דוד לוי": (HEBREW, ("לוי", "דוד")),
    "Mirjam Kohen (מרים כהן)": (HEBREW, ("כהן", "מרים")),
    "מִרְיָם כֹּהֵן־לֵוִי": (HEBREW, ("כֹּהֵן־לֵוִי", "מִרְיָם")),
    "שָׁלוֹם 3 בֶּן־צְבִי": (HEBREW, ("בֶּן־צְבִי", "3", "שָׁלוֹם")),
    "ד״ר שרה O'Neill": (HEBREW, ("שרה", "ד״ר")),
}
"""Each name's script, and its words in that script as they stand from left to right."""
WORDS = [
    (script, word)
    for script, words in SEEN.values()
    for word in words
    if not word.isdigit() and word != word[::-1]
]


def composed(word: str) -> str:
    return unicodedata.normalize("NFC", word)


@cache
def face(script: Script) -> hb.Font:
    with TTFont(FONTS / script.file) as font:
        font.flavor = None
        plain = io.BytesIO()
        font.save(plain)
    return hb.Font(hb.Face(hb.Blob(plain.getvalue())))


def joined(script: Script, word: str) -> list[str]:
    """Return the glyphs of a word from left to right, as HarfBuzz joins its letters."""
    buffer = hb.Buffer()
    buffer.add_str(composed(word))
    buffer.guess_segment_properties()
    hb.shape(face(script), buffer)
    return [f"{one.codepoint:04x}" for one in buffer.glyph_infos]


def alone(script: Script, word: str) -> list[str]:
    """Return the glyphs of its letters, each by itself."""
    return [f"{face(script).get_nominal_glyph(ord(sign)):04x}" for sign in composed(word)]


def line_of(name: str, design: str) -> list[str]:
    """Return the glyphs on the line of `name`; "-" for one that is not of the face of its script.

    Spaces are left out.
    """
    script, _words = SEEN[name]
    lines: list[list[str]] = []
    (space,) = alone(script, " ")
    for one in glyphs_of(render(make_printed(design, "nl", printed_name=name), design)):
        if len(one) == 2:
            lines.append([])
        elif one[2] != space:
            lines[-1].append(one[2] if one[0].startswith(script.family) else "-")
    (found,) = [line for line in lines if set(line) - {"-"}]
    return found


def between(signs: list[str]) -> list[str]:
    """Return the signs from the first to the last of the face."""
    found = [at for at, sign in enumerate(signs) if sign != "-"]
    return signs[found[0] : found[-1] + 1]


def test_every_hard_name_from_right_to_left_is_looked_at():
    turned = [
        name
        for name in HARD_NAMES
        if {unicodedata.bidirectional(sign) for sign in name} & {"R", "AL"}
    ]
    assert turned == [*SEEN]


@pytest.mark.trust("T36")
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("name", SEEN)
def test_letters_are_joined_and_stand_from_right_to_left(name, design):
    script, words = SEEN[name]
    expected = [
        glyph
        for word in words
        for glyph in (["-"] * len(word) if word.isdigit() else joined(script, word))
    ]
    assert between(line_of(name, design)) == expected


@pytest.mark.trust("T36")
@pytest.mark.parametrize(
    ("name", "latin_at_left"),
    [("Mirjam Kohen (מרים כהן)", True), ("ד״ר שרה O'Neill", True), ("דוד לוי", False)],
)
def test_a_name_begins_where_its_first_letter_is_read(name, latin_at_left):
    """Who begins in Latin has that at the left; who begins in Hebrew has the rest at the left."""
    assert (line_of(name, "residents")[0] == "-") is latin_at_left


def lost_shifts(pdf: bytes) -> list[bool]:
    """Return, for each raised glyph of the page, whether a shift stands last right before it.

    PDFium, which is in Chromium, forgets that shift: a gap stands in the word.
    """
    with pikepdf.open(io.BytesIO(pdf)) as paper:
        steps = list(pikepdf.parse_content_stream(paper.pages[0]))
    return [
        not isinstance(now.operands[0][-1], pikepdf.String)
        for now, then in itertools.pairwise(steps)
        if (str(now.operator), str(then.operator)) == ("TJ", "Ts") and then.operands[0] != 0
    ]


POINTED = "שָׂרָה בַּת־דָּוִד לֵוִי"


@pytest.mark.trust("T36")
@pytest.mark.parametrize("design", DESIGNS)
def test_points_leave_no_gap_in_a_word(design):
    found = lost_shifts(render(make_printed(design, "nl", printed_name=POINTED), design))
    assert len(found) >= 2
    assert not any(found)


@pytest.mark.trust("T36", planted=True)
def test_a_gap_in_a_word_is_found(monkeypatch):
    monkeypatch.setattr(right_to_left, "_hand_on_shifts", lambda _stream: None)
    printed = make_printed("residents", "nl", printed_name=POINTED)
    assert any(lost_shifts(render(printed, "residents")))


@pytest.mark.trust("T36", planted=True)
@pytest.mark.parametrize(("script", "word"), WORDS)
def test_letters_that_are_not_joined_or_stand_the_other_way_are_found(script, word):
    if script is ARABIC:
        assert joined(script, word) != alone(script, word)
        assert joined(script, word) != alone(script, word)[::-1]
    assert joined(script, word) != joined(script, word)[::-1]
