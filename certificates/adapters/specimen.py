"""A specimen: a certificate as it would be printed, never sealed, with a number of nobody's.

Runs in the document child; importing it loads WeasyPrint and PDFium.
"""

from __future__ import annotations

import io
from typing import Any

import pypdfium2  # type: ignore[import-untyped]

from certificates.adapters.render import render_certificate

_DOTS_PER_POINT = 1.35
"""About 1,140 pixels over a landscape A4: sharp on a phone that is turned."""


def make_specimen(
    *, design: str, look: dict[str, Any] | None, values: dict[str, Any], fonts_folder: str
) -> bytes:
    """Return the unsealed PDF."""
    return render_certificate(design=design, values=values, look=look, fonts_folder=fonts_folder)


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
    page = pypdfium2.PdfDocument(pdf)[0]
    image = page.render(scale=_DOTS_PER_POINT, grayscale=grey).to_pil()
    out = io.BytesIO()
    image.quantize(128).save(out, "PNG", optimize=True)
    return out.getvalue()
