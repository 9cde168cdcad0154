"""A specimen: a certificate as it would be printed, never sealed, with a number of nobody's.

Runs in the document child; importing it loads WeasyPrint and PDFium.
"""

from __future__ import annotations

import io
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
from PIL import Image

from certificates.adapters.design import load_design
from certificates.adapters.render import render_certificate

_DOTS_PER_POINT = 1.35
"""About 1,140 pixels over a landscape A4: sharp on a phone that is turned."""
_PAGE_MM, _WINDOW_MM = 297, 96


def make_specimen(
    *,
    design: str,
    look: dict[str, Any] | None,
    values: dict[str, Any],
    fonts_folder: str,
    grey: bool = False,
) -> bytes:
    """Return the unsealed PDF; `grey` gives it as a printer without colour would."""
    return render_certificate(
        design=design, values=values, look=look, fonts_folder=fonts_folder, grey=grey
    )


def picture_specimen(
    *,
    design: str,
    look: dict[str, Any] | None,
    values: dict[str, Any],
    fonts_folder: str,
    grey: bool,
) -> bytes:
    """Return the first page as a PNG; `grey` shows it as a printer without colour would."""
    pdf = make_specimen(design=design, look=look, values=values, fonts_folder=fonts_folder)
    return _as_png(_first_page(pdf, grey=grey))


def picture_name(
    *, design: str, look: dict[str, Any] | None, values: dict[str, Any], fonts_folder: str
) -> bytes:
    """Return the part of the page around the name as a PNG: no number, no code, no signature."""
    pdf = make_specimen(design=design, look=look, values=values, fonts_folder=fonts_folder)
    image = _first_page(pdf)
    mm = image.width / _PAGE_MM
    top = load_design(design).name_window_mm
    return _as_png(image.crop((0, round(top * mm), image.width, round((top + _WINDOW_MM) * mm))))


def _first_page(pdf: bytes, *, grey: bool = False) -> Image.Image:
    page = pypdfium2.PdfDocument(pdf)[0]
    image: Image.Image = page.render(scale=_DOTS_PER_POINT, grayscale=grey).to_pil()
    return image


def _as_png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.quantize(128).save(out, "PNG", optimize=True)
    return out.getvalue()
