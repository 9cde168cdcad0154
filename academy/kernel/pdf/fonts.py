"""The print faces: which files, which characters they cover, how wide a text becomes.

The PDF engine picks no file by unicode-range, so every subset has a family name of its own and
`print.css` lists them in order.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

BLOCK, LINE = "\N{FULL BLOCK}", "\N{EM DASH}"
_MOST_POINTS = 3
_POINTS = frozenset(map(chr, (*range(0x05B0, 0x05BD), 0x05BF, 0x05C1, 0x05C2, 0x05C7)))
"""The niqqud: the points of Hebrew letters. The accents of recitation are none, for no name has
them."""


@dataclass(frozen=True, slots=True)
class Face:
    """One font file: its family name in `print.css`, its weight and its file name."""

    family: str
    weight: int
    file: str


def _faces(
    prefix: str, stem: str, subsets: Mapping[str, str], weights: tuple[int, ...]
) -> list[Face]:
    return [
        Face(f"{prefix} {letter}".strip(), weight, f"{stem}-{subset}-{weight}-normal.woff2")
        for letter, subset in subsets.items()
        for weight in weights
    ]


_BITTER = {
    "a": "latin",
    "b": "latin-ext",
    "c": "vietnamese",
    "d": "cyrillic",
    "e": "cyrillic-ext",
}
_HEADING = _faces("Bitter", "bitter", _BITTER, (600,))
# Noto Naskh and Noto Sans take dots off their letters, and a dot then maps to no character, which
# PDF/A-3a forbids; Vazirmatn keeps every letter one glyph.
_ARABIC = [Face("Arabisch", 600, "vazirmatn-arabic-600-normal.woff2")]
_BODY = _faces("Next", "atkinson-hyperlegible-next", {"a": "latin", "b": "latin-ext"}, (400, 700))
# Its points are glyphs of their own, put on the letter; `unicode_maps` says what each stands for.
HEBREW = Face("Hebreeuws", 600, "noto-serif-hebrew-hebrew-600-normal.woff2")
_BEYOND = [*_ARABIC, HEBREW]
FACES = (*_HEADING, *_BEYOND, *_BODY)

# The order in which the engine looks for a character, as in `print.css`.
STACKS: dict[str, tuple[Face, ...]] = {
    "heading": (*_HEADING, *_BEYOND),
    "body": (*(f for f in _BODY if f.weight == 400), *_HEADING, *_BEYOND),
    "body bold": (*(f for f in _BODY if f.weight == 700), *_HEADING, *_BEYOND),
}


def uncovered(text: str, fonts_folder: str) -> str:
    """Return the characters of `text` that no print face can show, each once, in order.

    Loose accents count as uncovered: the engine maps a glyph that is half of a letter to no
    character, which breaks reading aloud. Compose the text first (NFC). Only Hebrew letters carry
    marks, their points.
    """
    advances = _advances("heading", fonts_folder)
    loose = set(_loose_marks(text))
    missing = (c for at, c in enumerate(text) if at in loose or ord(c) not in advances)
    return "".join(dict.fromkeys(missing))


def _loose_marks(text: str) -> Iterator[int]:
    """Give where a mark stands that is no point of a Hebrew letter: each once, three at most."""
    points: set[str] = set()
    may_carry = False
    for at, sign in enumerate(text):
        if not unicodedata.combining(sign):
            points, may_carry = set(), "\N{HEBREW LETTER ALEF}" <= sign <= "\N{HEBREW LETTER TAV}"
        elif not may_carry or sign not in _POINTS - points or len(points) == _MOST_POINTS:
            yield at
        else:
            points.add(sign)


def printable(text: str, fonts_folder: str) -> str:
    """Return `text` composed, without loose marks, and with "?" for what no face can show.

    For texts that people wrote freely and that must be printed in any case, such as a coaching
    log; a name on a certificate is refused instead. Line ends stay. What was made black, which no
    face has a block for, becomes a line.
    """
    composed = unicodedata.normalize("NFC", text).expandtabs(4).replace(BLOCK, LINE)
    advances = _advances("heading", fonts_folder)
    loose = set(_loose_marks(composed))
    kept = (
        c for at, c in enumerate(composed) if at not in loose and (c in _POINTS or not _is_mark(c))
    )
    return "".join(c if ord(c) in advances else "?" for c in kept)


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign)[0] == "M"


def width_points(text: str, *, stack: str, size: float, fonts_folder: str) -> float:
    """Return how wide `text` becomes on one line, in points, at `size` points.

    The sum of the advances: kerning and joining make a line a little shorter, never longer.
    """
    advances = _advances(stack, fonts_folder)
    return sum(advances.get(ord(c), 1.0) for c in text) * size


def font_css() -> str:
    """Return the `@font-face` rules; `asset:` names are resolved by the engine."""
    return "\n".join(
        f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};'
        f"src:url(asset:{face.file})}}"
        for face in FACES
    )


@lru_cache(maxsize=8)
def _advances(stack: str, fonts_folder: str) -> dict[int, float]:
    """Return each character's advance in em, from the first face of the stack that has it."""
    found: dict[int, float] = {}
    for face in STACKS[stack]:
        with TTFont(Path(fonts_folder) / face.file, lazy=True) as font:
            metrics, em = font["hmtx"], font["head"].unitsPerEm
            for code, glyph in font.getBestCmap().items():
                is_mark = unicodedata.combining(chr(code)) > 0
                found.setdefault(code, 0.0 if is_mark else metrics[glyph][0] / em)
    # White space and line ends need no glyph.
    return {0x0A: 0.0, 0xA0: found[0x20], **found}


@lru_cache(maxsize=4)
def glyph_texts(face: Face, fonts_folder: str) -> dict[int, str]:
    """Return the one character that each glyph of a face stands for; without what is joined."""
    with TTFont(Path(fonts_folder) / face.file, lazy=True) as font:
        texts: dict[int, str] = {}
        for code, glyph in sorted(font.getBestCmap().items()):
            texts.setdefault(font.getGlyphID(glyph), chr(code))
    return texts
