"""The designs: a folder each, with texts, page, style and a sample of all that the page sees."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment

FOLDER = Path(__file__).resolve().parent.parent / "designs"
DESIGNS = ("residents", "professionals", "governors")
_SCHEMA = "slhz/certificate-design@1"


class DesignError(Exception):
    """A design's files do not fit together; the message names the design and the fault."""


@dataclass(frozen=True, slots=True)
class NameSize:
    """A size for the name: its class in `page.css`, its points, how many lines it may take."""

    class_: str
    points: float
    lines: int


@dataclass(frozen=True, slots=True)
class Design:
    """One design, read and checked."""

    name: str
    page: Template
    css: str
    assets: dict[str, bytes]
    sample: dict[str, Any]
    texts: dict[str, dict[str, str]]
    name_width_mm: float
    name_window_mm: float
    """Where the part of the page begins that shows how the name stands."""
    name_sizes: tuple[NameSize, ...]
    title_width_mm: float
    title_points: float

    def html(self, values: dict[str, Any]) -> str:
        """Return the page for `values`, which are those of `sample.yaml`, all of them, no others.

        Raises DesignError if they are not.
        """
        if values.keys() != self.sample.keys():
            different = sorted(values.keys() ^ self.sample.keys())
            raise DesignError(f"{self.name}: sample.yaml and the values differ in {different}")
        return self.page.render(values)


@lru_cache(maxsize=len(DESIGNS))
def load_design(name: str) -> Design:
    """Read the design `name`. Raises DesignError for an unknown one."""
    if name not in DESIGNS:
        raise DesignError(f"there is no design {name!r}")
    folder, shared = FOLDER / name, FOLDER / "shared"
    settings = yaml.safe_load((folder / "design.yaml").read_text(encoding="utf-8"))
    if settings["schema"] != _SCHEMA:
        raise DesignError(f"{name}: design.yaml is not {_SCHEMA}")
    styles = (shared / "certificate.css", folder / "page.css")
    return Design(
        name=name,
        page=_environment().get_template(f"{name}/page.html"),
        css="\n".join(path.read_text(encoding="utf-8") for path in styles),
        assets={
            path.name: path.read_bytes() for at in (shared, folder) for path in at.glob("*.svg")
        },
        sample=yaml.safe_load((folder / "sample.yaml").read_text(encoding="utf-8")),
        texts=settings["texts"],
        name_width_mm=settings["name_width_mm"],
        name_window_mm=settings["name_window_mm"],
        name_sizes=tuple(
            NameSize(size["class"], size["points"], size["lines"])
            for size in settings["name_sizes"]
        ),
        title_width_mm=settings["title_width_mm"],
        title_points=settings["title_points"],
    )


@lru_cache(maxsize=1)
def _environment() -> SandboxedEnvironment:
    """Return the designs' own environment: no filters or globals of the web pages reach it."""
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.globals.clear()
    return environment
