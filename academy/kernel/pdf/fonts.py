"""The print faces: which files, which characters they cover, how wide a text becomes.

The PDF engine picks no file by unicode-range, so every subset has a family name of its own and
`print.css` lists them in order.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

BLOCK, LINE = "\N{FULL BLOCK}", "\N{EM DASH}"


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
FACES = (*_HEADING, *_ARABIC, *_BODY)

# The order in which the engine looks for a character, as in `print.css`.
STACKS: dict[str, tuple[Face, ...]] = {
    "heading": (*_HEADING, *_ARABIC),
    "body": (*(f for f in _BODY if f.weight == 400), *_HEADING, *_ARABIC),
    "body bold": (*(f for f in _BODY if f.weight == 700), *_HEADING, *_ARABIC),
}


def uncovered(text: str, fonts_folder: str) -> str:
    """Return the characters of `text` that no print face can show, each once, in order.

    Loose accents count as uncovered: the engine maps a glyph that is half of a letter to no
    character, which breaks reading aloud. Compose the text first (NFC).
    """
    advances = _advances("heading", fonts_folder)
    seen = dict.fromkeys(text)
    return "".join(c for c in seen if unicodedata.combining(c) or ord(c) not in advances)


def printable(text: str, fonts_folder: str) -> str:
    """Return `text` composed, without loose accents, and with "?" for what no face can show.

    For texts that people wrote freely and that must be printed in any case, such as a coaching
    log; a name on a certificate is refused instead. Line ends stay. What was made black, which no
    face has a block for, becomes a line.
    """
    composed = unicodedata.normalize("NFC", text).expandtabs(4).replace(BLOCK, LINE)
    missing = set(uncovered(composed, fonts_folder))
    kept = (c for c in composed if unicodedata.category(c)[0] != "M")
    return "".join("?" if c in missing else c for c in kept)


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
                found.setdefault(code, metrics[glyph][0] / em)
    # White space and line ends need no glyph.
    return {0x0A: 0.0, 0xA0: found[0x20], **found}
