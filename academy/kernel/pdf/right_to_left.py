"""What a reader of the file gets as text where letters run from right to left.

A page holds such a line as it is painted, from left to right, and a Hebrew point as a glyph before
its letter. So the tag of each line says its text in reading order, for who reads aloud, and each
glyph the one sign it stands for. Not beside the line itself: what copies text turns that around.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

import pydyf  # type: ignore[import-untyped]

from academy.kernel.pdf import fonts

_MAPPED = re.compile(rb"<([0-9a-f]{4})> <[0-9a-f]*>")
_STANDS_AT = re.compile(rb"1 0 0 -1 (\S+) (\S+) Tm")
_ENDS_SHIFTED = re.compile(rb"\[(.*>)(-?[0-9.]+)\] TJ", re.DOTALL)
_CLOSE = 0.001


Text = tuple[str, float, float]
"""A piece of a line, and where it begins: px from the left, and down to its baseline."""


def make_readable(pdf: Any, pages: Sequence[Sequence[Text]], fonts_folder: str) -> None:
    """Put the reading order, and what each Hebrew glyph stands for, into a laid out document.

    `pages` holds what stands on each page.
    """
    _name_glyphs(pdf, fonts_folder)
    for number, (texts, reference) in enumerate(zip(pages, pdf.page_references, strict=True)):
        turned = [one for one in texts if _runs_right_to_left(one[0])]
        if turned:
            contents = _object(pdf, _object(pdf, reference)["Contents"])
            _hand_on_shifts(contents.stream)
            tags = _tags(pdf, number)
            for place, text in _said(contents.stream, turned):
                _object(pdf, tags[place])["ActualText"] = pydyf.String(text)


def _hand_on_shifts(stream: list[Any]) -> None:
    """Let the shift after the last glyph before a raised one begin what follows.

    A point moves back to its letter. PDFium forgets that when it is the last thing of a step, and
    a gap stands in the word.
    """
    shift = b""
    for place, step in enumerate(stream[:-1]):
        if shift and isinstance(step, bytes) and step.endswith(b" TJ"):
            stream[place] = b"[" + shift + b" " + step[1:]
            shift = b""
        now, then = stream[place], stream[place + 1]
        raises = isinstance(now, bytes) and isinstance(then, bytes) and then.endswith(b" Ts")
        if raises and (found := _ENDS_SHIFTED.fullmatch(now)):
            stream[place] = b"[" + found[1] + b"] TJ"
            shift = found[2]


def _name_glyphs(pdf: Any, fonts_folder: str) -> None:
    """Say of each glyph of the Hebrew face which sign it stands for.

    The engine maps a point to its letter and itself, and the letter then to nothing.
    """
    family = fonts.HEBREW.family.encode()
    for font in pdf.objects:
        if not isinstance(font, pydyf.Dictionary) or "ToUnicode" not in font:
            continue
        if family in font["BaseFont"]:
            texts = fonts.glyph_texts(fonts.HEBREW, fonts_folder)
            mapped = _object(pdf, font["ToUnicode"])
            mapped.stream = [_named(line, texts) for line in mapped.stream]


def _named(line: bytes, texts: dict[int, str]) -> bytes:
    mapping = _MAPPED.fullmatch(line)
    text = texts.get(int(mapping[1], 16)) if mapping else None
    if mapping is None or text is None:  # of a joined glyph the engine knows the letters
        return line
    return b"<%s> <%s>" % (mapping[1], text.encode("utf-16-be").hex().encode())


def _runs_right_to_left(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)


def _said(stream: list[Any], texts: list[Text]) -> Iterator[tuple[int, str]]:
    """Give the place among the page's tags of each of `texts`, and what it says."""
    place = None
    for step in stream:
        if isinstance(step, pydyf.Dictionary) and "MCID" in step:
            place = step["MCID"]
        elif place is not None and isinstance(step, bytes) and (at := _STANDS_AT.match(step)):
            yield from ((place, one[0]) for one in texts if _stands_at(one, at))
            place = None


def _tags(pdf: Any, number: int) -> Any:
    """Return the tags of the marked texts of a page, by their place on it."""
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    by_page = _object(pdf, root["ParentTree"])["Nums"]
    return by_page[2 * by_page[::2].index(number) + 1]


def _stands_at(text: Text, at: re.Match[bytes]) -> bool:
    _said, left, baseline = text
    return abs(float(at[1]) - left) < _CLOSE and abs(float(at[2]) - baseline) < _CLOSE


def _object(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
