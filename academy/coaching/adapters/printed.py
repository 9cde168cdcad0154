"""Lays a coaching log into its printed page: HTML, style and images for the document child."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import escape

from academy.kernel import documents
from academy.kernel.pdf.paper import printable_values
from academy.kernel.resources import folder, vendor_file

FOLDER = Path(__file__).with_name("log_page")
LONG_TALK = 1600
"""Letters from which a talk takes more than half a page and may break."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """What the document child needs."""

    html: str
    css: str
    assets: dict[str, bytes]


def lay_out(values: dict[str, Any], *, energy: Sequence[tuple[str, int]]) -> LaidOut:
    """Return the page for `values`; signs that no print face has become a question mark.

    `energy` is the line of figures, a short label and 1 to 5 each, oldest first.
    """
    fonts_folder = str(vendor_file("print"))
    shown = printable_values(values, fonts_folder)
    assets = {
        "sheet.svg": (FOLDER / "sheet.svg").read_bytes(),
        "logo.svg": (folder("static") / "logo.svg").read_bytes(),
    }
    if energy:
        assets["energy.svg"] = energy_svg(energy)
    css = (FOLDER / "page.css").read_text(encoding="utf-8")
    return LaidOut(_environment().get_template("page.html").render(shown), css, assets)


def render(page: LaidOut) -> bytes:
    """Return the page as a PDF, rendered in the document child. Raises DocumentError."""
    pdf: bytes = documents.call(
        "academy.kernel.pdf.render:render_document",
        html=page.html,
        css=page.css,
        assets=page.assets,
        fonts_folder=str(vendor_file("print")),
    )
    return pdf


def energy_svg(points: Sequence[tuple[str, int]]) -> bytes:
    """Draw the line of figures: at most eight, 20 mm apart, three helping lines."""
    places = [(14 + 20 * at, 24 - 4.2 * figure) for at, (_label, figure) in enumerate(points)]
    line = "L".join(f"{x} {y:.1f}" for x, y in places)
    helping = "".join(
        f'<path d="M8 {24 - 4.2 * figure:.1f}H160" stroke="#8a938f" stroke-width=".2"/>'
        for figure in (1, 3, 5)
    )
    dots = "".join(
        f'<circle cx="{x}" cy="{y:.1f}" r="2.7" fill="#fff" stroke="#12453a" stroke-width=".7"/>'
        f'<text x="{x}" y="{y + 1.25:.2f}" font-size="3.6" font-family="Next a"'
        f' font-weight="700" text-anchor="middle" fill="#1b2624">{figure}</text>'
        f'<text x="{x}" y="28.6" font-size="3.6" font-family="Next a" text-anchor="middle"'
        f' fill="#1b2624">{escape(label)}</text>'
        for (x, y), (label, figure) in zip(places, points, strict=True)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 166 30">'
        f'{helping}<path fill="none" stroke="#12453a" stroke-width=".8" stroke-linejoin="round"'
        f' d="M{line}"/>{dots}</svg>'
    ).encode()


@lru_cache(maxsize=1)
def _environment() -> SandboxedEnvironment:
    """Return an environment of its own: no filters or globals of the web pages reach it."""
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.clear()
    return environment
