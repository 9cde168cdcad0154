"""Paper of the house: values of a feature laid into its page, with our mark, and made in the child.

Each feature keeps its pages beside the code that fills them, as `name.html` and `name.css`. Paper
is Dutch. A page extends `sheet.html`, which carries language, title and footer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask_babel import force_locale
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from academy.kernel import clock, documents
from academy.kernel.documents import DocumentError
from academy.kernel.errors import DomainError
from academy.kernel.i18n import clock_time, pick, short_day
from academy.kernel.pdf import fonts
from academy.kernel.resources import folder, vendor_file
from academy.kernel.settings import current

HOUSE = Path(__file__).with_name("house")
INK = "#12453a"
ADDRESS_LINES = 3
ADDRESS_SIGNS = 40
"""How many lines, and of how many signs, fit the window of an envelope below the name."""
_SYMBOL = re.compile(r'<symbol id="([a-z-]+)"(.*?)</symbol>', re.DOTALL)


class DocumentNotMadeError(DomainError):
    """The document was not made; the sentence says why."""

    status = 503
    slug = "document-not-made"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of paper: the folder of its feature, its name there, and the version of its form.

    `icons` are names of the house's icons; a page shows them as `url(asset:icon-<name>.svg)`.
    """

    folder: Path
    name: str
    version: str
    icons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Details:
    """What stands on the paper beside its own values.

    `title` names the document for who reads aloud; `foot` begins the footer, without anybody's
    name. `made_by` is who made it. `large` prints in 14 points instead of 12.
    """

    title: str
    foot: str
    made_by: str
    large: bool = False
    assets: Mapping[str, bytes] = field(default_factory=dict)


def make_paper(sheet: Sheet, values: Mapping[str, Any], details: Details) -> bytes:
    """Return a sheet as a PDF. Raises DocumentNotMadeError.

    Signs that no print face has become a question mark.
    """
    fonts_folder = str(vendor_file("print"))
    now = clock.now()
    shown = printable_values(
        {
            **values,
            "title": details.title,
            "foot": details.foot,
            "made_by": details.made_by,
            "version": sheet.version,
            "academy": current().name,
            "brand": brand_lines(current().name),
            "large": details.large,
            **_moment(now),
        },
        fonts_folder,
    )
    try:
        pdf: bytes = documents.call(
            "academy.kernel.pdf.render:render_document",
            html=_environment(sheet.folder).get_template(f"{sheet.name}.html").render(shown),
            css=_css(sheet.folder, sheet.name),
            assets={**_house_assets(sheet.icons), **details.assets},
            fonts_folder=fonts_folder,
        )
    except DocumentError as error:
        sentence = pick({"nl": error.sentence, "en": error.sentence_en})
        raise DocumentNotMadeError(sentence) from error
    return pdf


def _moment(now: Any) -> dict[str, str]:
    with force_locale("nl"):
        return {
            "made_on": f"{short_day(now)}, {clock_time(now)} uur",
            "made_at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }


def address_lines(typed: str | None) -> tuple[str, ...]:
    """Return a typed address in tidy lines, without empty ones."""
    lines = (" ".join(line.split()) for line in (typed or "").splitlines())
    return tuple(line for line in lines if line)


def address_fits(typed: str | None) -> bool:
    """Say whether a typed address fits the window."""
    lines = address_lines(typed)
    return len(lines) <= ADDRESS_LINES and all(len(line) <= ADDRESS_SIGNS for line in lines)


def brand_lines(name: str) -> list[str]:
    """Return the academy's name in two lines, as beside our mark."""
    first, _space, rest = name.rpartition(" ")
    return [first or rest, rest if first else ""]


def printable_values(value: Any, fonts_folder: str) -> Any:
    """Return `value` with every text in it printable; see `fonts.printable`."""
    if isinstance(value, str):
        return fonts.printable(value, fonts_folder)
    if isinstance(value, Mapping):
        return {key: printable_values(inner, fonts_folder) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable_values(inner, fonts_folder) for inner in value]
    return value


@lru_cache(maxsize=64)
def _css(pages: Path, name: str) -> str:
    house = (HOUSE / "sheet.css").read_text(encoding="utf-8")
    return house + (pages / f"{name}.css").read_text(encoding="utf-8")


@lru_cache(maxsize=16)
def _house_assets(icons: tuple[str, ...]) -> dict[str, bytes]:
    drawn = dict(_SYMBOL.findall((folder("static") / "icons.svg").read_text(encoding="utf-8")))
    made = {
        f"icon-{name}.svg": f'<svg xmlns="http://www.w3.org/2000/svg"{drawn[name]}</svg>'.replace(
            "currentColor", INK
        ).encode()
        for name in icons
    }
    return {"logo.svg": (folder("static") / "logo.svg").read_bytes(), **made}


@lru_cache(maxsize=8)
def _environment(pages: Path) -> SandboxedEnvironment:
    """Return an environment of its own: no filters or globals of the web pages reach it."""
    environment = SandboxedEnvironment(
        loader=FileSystemLoader([pages, HOUSE]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.clear()
    return environment
