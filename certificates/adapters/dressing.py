"""Puts a chosen look on a design: colours in its files, words in its texts, a logo at its place."""

from __future__ import annotations

import io
import re
import struct
from dataclasses import replace

from PIL import Image

from certificates.adapters.design import Design
from certificates.rules.look import EDITABLE, Look, grey

_LOGO_MM = (19.0, 14.2)
_LOGO = "logo.png"
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")
_INK = "#1b2624"
"""The colour of text that `print.css` gives."""


def dress(design: Design, look: Look) -> Design:
    """Return `design` as the academy dressed it; layout and places stay as they are."""
    colours = look.colours()
    assets = {
        name: _recoloured(data.decode(), colours).encode() for name, data in design.assets.items()
    }
    css = _recoloured(design.css, colours) + f"\nh1,h2{{color:{look.ink}}}"
    if look.logo:
        assets[_LOGO] = look.logo
        css += _logo_style(look.logo)
    return replace(design, css=css, assets=assets, texts=_worded(design, look))


def in_grey(design: Design) -> Design:
    """Return `design` as a printer without colour would print it: every colour as its grey."""
    return replace(
        design,
        css=_COLOUR.sub(_grey, f"{design.css}\nhtml{{color:{_INK}}}"),
        assets={name: _grey_asset(name, data) for name, data in design.assets.items()},
    )


def _grey_asset(name: str, data: bytes) -> bytes:
    if name != _LOGO:
        return _COLOUR.sub(_grey, data.decode()).encode()
    out = io.BytesIO()
    Image.open(io.BytesIO(data)).convert("L").convert("RGB").save(out, "PNG")
    return out.getvalue()


def _grey(match: re.Match[str]) -> str:
    return grey(match[0])


def _recoloured(text: str, colours: dict[str, str]) -> str:
    found = re.compile("|".join(re.escape(colour) for colour in colours))
    return found.sub(lambda match: colours[match[0]], text)


def _worded(design: Design, look: Look) -> dict[str, dict[str, str]]:
    return {
        language: {
            name: look.text(language, name, usual) if name in EDITABLE else usual
            for name, usual in texts.items()
        }
        for language, texts in design.texts.items()
    }


def _logo_style(png: bytes) -> str:
    width, height = _size(png)
    scale = min(_LOGO_MM[0] / width, _LOGO_MM[1] / height)
    size = f"{width * scale:.2f}mm {height * scale:.2f}mm"
    # PDF/A forbids a picture that readers smooth (6.2.8).
    return (
        f"\n.merk{{background:url(asset:{_LOGO}) 0 0/{size} no-repeat;image-rendering:crisp-edges}}"
    )


def _size(png: bytes) -> tuple[int, int]:
    """Return the width and height in pixels that a PNG's first chunk names."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height
