"""What poppler sees of a paper: pages, words and where they stand, and how dark the text is."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

POINTS_PER_MM = 72 / 25.4
_WORD = re.compile(
    r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>'
)
_PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)


@dataclass(frozen=True)
class Word:
    """A word and its box, in millimetres from the top left corner of its page."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class PaperPage:
    """A page: its size in millimetres and its words."""

    width: float
    height: float
    words: tuple[Word, ...]

    @property
    def outside(self) -> list[str]:
        """The words that stick out of the page."""
        return [
            one.text
            for one in self.words
            if one.left < 0 or one.top < 0 or one.right > self.width or one.bottom > self.height
        ]


def pages(file: Path) -> list[PaperPage]:
    """Return the pages of a PDF with the words on them."""
    said = subprocess.run(
        ["pdftotext", "-bbox", str(file), "-"], capture_output=True, text=True, check=True
    ).stdout
    return [
        PaperPage(_mm(width), _mm(height), tuple(_word(*found) for found in _WORD.findall(body)))
        for width, height, body in _PAGE.findall(said)
    ]


def text(file: Path) -> str:
    """Return the text in the order of the file: cell after cell, also where a cell has lines."""
    command = ["pdftotext", "-raw", str(file), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _word(left: str, top: str, right: str, bottom: str, text: str) -> Word:
    return Word(text, _mm(left), _mm(top), _mm(right), _mm(bottom))


def _mm(points: str) -> float:
    return float(points) / POINTS_PER_MM


def darkest(file: Path, page: PaperPage, word: Word, *, number: int = 1) -> int:
    """Return the darkest grey (0 black, 255 white) inside a word's box, in a grey raster."""
    return darkest_each(file, page, [word], number=number)[0]


def darkest_each(
    file: Path, page: PaperPage, words: Sequence[Word], *, number: int = 1
) -> list[int]:
    """Return the darkest grey of each of these words; the page is rastered once."""
    raster = subprocess.run(
        ["pdftoppm", "-gray", "-r", "150", "-png", "-f", str(number), "-l", str(number), str(file)],
        capture_output=True,
        check=True,
    ).stdout
    with Image.open(io.BytesIO(raster)) as image:
        scale = image.width / page.width
        grey = image.convert("L")
        boxes = [[round(e * scale) for e in (w.left, w.top, w.right, w.bottom)] for w in words]
        found = [grey.crop(tuple(box)).getextrema() for box in boxes]  # type: ignore[arg-type]
    return [int(lowest) for lowest, _highest in found]


def contrast_on_white(grey: int) -> float:
    """Return the WCAG contrast of a grey value (0 to 255) on white."""
    part = grey / 255
    light = part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
    return 1.05 / (light + 0.05)
