"""Reads back what a PDF of ours says, to check our own output before it leaves.

Only for files from `kernel.pdf.render`: composite fonts, two-byte codes, a ToUnicode map each.
"""

import io
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader

_OPERATION = re.compile(rb"/(\S+)\s+[\d.]+\s+Tf|\[((?:[^\]\\]|\\.)*)\]\s*TJ|<([0-9a-fA-F]*)>\s*Tj")
_HEX = re.compile(rb"<([0-9a-fA-F]+)>")
_MAPPING = re.compile(rb"<([0-9a-fA-F]{4})> <([0-9a-fA-F]*)>")


def page_texts(pdf: bytes) -> list[tuple[str, str]]:
    """Return per page its text as painted, left to right, and the same backwards.

    Arabic and Hebrew are painted from their end to their start, so they stand in the second. No
    spaces in either: an engine may leave a space out of a line it breaks. Composed: the points of
    a Hebrew letter are painted in an order of their own.
    """
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    return [_page_text(page) for page in _pages(reader.root["/Pages"])]


def says(texts: list[tuple[str, str]], text: str) -> bool:
    """Say whether a page shows `text`, whatever the line breaks and reading directions."""
    pieces = re.findall(r"[\u0590-\u08ff\ufb1d-\ufeff]+|[^\s\u0590-\u08ff\ufb1d-\ufeff]+", text)
    return any(all(p in forward or p in backward for p in pieces) for forward, backward in texts)


def _pages(node: Any) -> list[Any]:
    if node["/Type"] == "/Page":
        return [node]
    return [page for kid in node["/Kids"] for page in _pages(kid.get_object())]


def _page_text(page: Any) -> tuple[str, str]:
    fonts = page["/Resources"]["/Font"]
    maps = {name.lstrip("/"): _to_unicode(fonts[name]) for name in fonts}
    return content_text(page["/Contents"].data, maps)


def content_text(content: bytes, maps: Mapping[str, Mapping[str, str]]) -> tuple[str, str]:
    """Return one page's text as `page_texts` does; `maps` tells per font what glyphs stand for."""
    letters: list[str] = []
    current: Mapping[str, str] = {}
    for font, strings, string in _OPERATION.findall(content):
        if font:
            current = maps[font.decode()]
        for run in _HEX.findall(strings) or ([string] if string else []):
            codes = run.decode().lower()
            letters += [current.get(codes[at : at + 4], "\ufffd") for at in range(0, len(codes), 4)]
    return _joined(letters), _joined(letters[::-1])


def _to_unicode(font: Any) -> dict[str, str]:
    return {
        code.decode().lower(): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in _MAPPING.findall(font["/ToUnicode"].data)
    }


def _joined(letters: list[str]) -> str:
    return unicodedata.normalize("NFC", re.sub(r"\s+", "", "".join(letters)))
