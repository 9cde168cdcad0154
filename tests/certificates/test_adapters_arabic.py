"""Names in Arabic letters: joined, from right to left, also amid other letters and digits (T36).

What a reader of the file gets as text proves none of that, so the glyphs on the page are looked at:
they must be those that HarfBuzz makes of each word, in the order in which an eye meets them.
"""

from __future__ import annotations

import io
from functools import cache

import pytest
import uharfbuzz as hb
from fontTools.ttLib import TTFont

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

FACE, FILE = "Arabisch", "vazirmatn-arabic-600-normal.woff2"
SEEN = {
    "نعيمة الإدريسي": ("الإدريسي", "نعيمة"),
    "Naïma El Idrissi (نعيمة الإدريسي)": ("الإدريسي", "نعيمة"),
    "محمد 42 العلي": ("العلي", "42", "محمد"),
}
"""The words of each name in Arabic letters as they stand from left to right."""


@cache
def face() -> hb.Font:
    with TTFont(FONTS / FILE) as font:
        font.flavor = None
        plain = io.BytesIO()
        font.save(plain)
    return hb.Font(hb.Face(hb.Blob(plain.getvalue())))


def joined(word: str) -> list[str]:
    """Return the glyphs of a word from left to right, as HarfBuzz joins its letters."""
    buffer = hb.Buffer()
    buffer.add_str(word)
    buffer.guess_segment_properties()
    hb.shape(face(), buffer)
    return [f"{one.codepoint:04x}" for one in buffer.glyph_infos]


def alone(word: str) -> list[str]:
    """Return the glyphs of its letters, each by itself."""
    return [f"{face().get_nominal_glyph(ord(letter)):04x}" for letter in word]


def drawn(name: str, design: str) -> list[str]:
    """Return the glyphs of our Arabic face on the paper of `name`; "-" for one of another face."""
    glyphs = glyphs_of(render(make_printed(design, "nl", printed_name=name), design))
    (space,) = alone(" ")
    signs = [
        (one[2] if one[0].startswith(FACE) else "-")
        for one in glyphs
        if len(one) == 4 and one[2] != space
    ]
    found = [at for at, sign in enumerate(signs) if sign != "-"]
    return signs[found[0] : found[-1] + 1]


def test_every_hard_name_in_arabic_letters_is_looked_at():
    assert [name for name in HARD_NAMES if any("\u0600" <= sign <= "\u06ff" for sign in name)] == [
        *SEEN
    ]


@pytest.mark.trust("T36")
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("name", SEEN)
def test_arabic_letters_are_joined_and_stand_from_right_to_left(name, design):
    expected = [
        glyph
        for word in SEEN[name]
        for glyph in (["-"] * len(word) if word.isdigit() else joined(word))
    ]
    assert drawn(name, design) == expected


@pytest.mark.trust("T36", planted=True)
@pytest.mark.parametrize("word", ["الإدريسي", "نعيمة", "العلي", "محمد"])
def test_letters_that_are_not_joined_or_stand_the_other_way_are_found(word):
    assert joined(word) != alone(word)
    assert joined(word) != alone(word)[::-1]
    assert joined(word) != joined(word)[::-1]
