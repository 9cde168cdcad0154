"""Lays a coaching log into its printed page: HTML, style and images for the document child."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import escape

from academy.kernel import documents
from academy.kernel.pdf.paper import printable_values
from academy.kernel.resources import folder, vendor_file

FOLDER = Path(__file__).with_name("log_page")
LINE_SIGNS = 84
"""How many signs a line of the page holds."""
HALF_A_PAGE = 20
"""Lines from which a talk takes more than half a page and may break."""


PALE = "#eceff0"
"""The ink of the watermark: text over it keeps its contrast, also printed in black and white."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """What the document child needs."""

    html: str
    css: str
    assets: dict[str, bytes]


def lay_out(
    values: dict[str, Any], *, energy: Sequence[tuple[str, int]], watermark: str
) -> LaidOut:
    """Return the page for `values`; signs that no print face has become a question mark.

    `energy` is the line of figures, a short label and 1 to 5 each, oldest first. `watermark` stands
    pale across every page.
    """
    fonts_folder = str(vendor_file("print"))
    shown = printable_values(values, fonts_folder)
    for talk in shown["talks"]:
        talk["is_long"] = takes_half_a_page(talk)
    pale = watermark_svg(printable_values(watermark, fonts_folder))
    assets = {
        "sheet.svg": _first_page(pale),
        "watermark.svg": pale.encode(),
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


def takes_half_a_page(talk: dict[str, Any]) -> bool:
    """Say whether a talk takes more than half a page: only then it may go on on the next."""
    texts = [f"{label} {text}" for label, text in (*talk["parts"], *talk["added"])]
    texts += [f"{text} {state}" for text, state in talk["actions"]]
    lines = 1 + bool(talk["standing"])
    for text in texts:
        lines += sum(max(1, ceil(len(part) / LINE_SIGNS)) for part in text.split("\n"))
    return lines > HALF_A_PAGE


def watermark_svg(text: str) -> str:
    """Draw `text` pale and aslant, three times on a sheet of A4: light enough to read through."""
    rows = "".join(
        f'<text x="{105 - 12 * step}" y="{78 + 82 * step}" text-anchor="middle"'
        f' transform="rotate(-28 {105 - 12 * step} {78 + 82 * step})">{escape(text)}</text>'
        for step in range(3)
    )
    size = max(4.0, min(8.0, 330 / max(len(text), 1)))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 210 297" width="210mm"'
        f' height="297mm"><g font-family="Next a" font-weight="700" font-size="{size:.1f}"'
        f' fill="{PALE}">{rows}</g></svg>'
    )


def _first_page(pale: str) -> bytes:
    """Put the drawing of the first page over the watermark."""
    drawn = (FOLDER / "sheet.svg").read_text(encoding="utf-8")
    return (pale.removesuffix("</svg>") + drawn.partition(">")[2]).encode()


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
