"""Builders for the tests of the fast path: a paper made by it and by the reference path."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image, ImageChops

from academy.kernel.documents import DocumentError
from certificates.adapters import make_in_child
from certificates.adapters.fast import bulk
from certificates.adapters.many import Paper, Sealing, make_certificates
from certificates.adapters.signer import open_signer
from tests.certificates.papers import FONTS, PASSPHRASE, make_facts, make_printed

DOTS_PER_INCH = 100
FAINTEST = 8
"""A pixel differs when its grey differs by more than this, of 255."""
MOST_PIXELS = 0
"""How many pixels of 967,590 may differ."""


def make_bench(folder: Path) -> bulk.Bench:
    """Return what a batch shares, with the keys in `folder`."""
    now = datetime.now(UTC)
    return bulk.Bench(
        str(folder),
        PASSPHRASE,
        now,
        str(FONTS),
        None,
        with_stamp=False,
        signer=open_signer(folder, PASSPHRASE, now=now),
    )


def make_paper(
    design: str = "residents", language: str = "nl", *, credential: bool = False, **changes: Any
) -> dict[str, Any]:
    """Return one paper as it crosses into the child."""
    return {
        "design": design,
        "values": make_printed(design, language, **changes).as_plain(),
        "credential": make_facts(design, language).as_plain() if credential else None,
    }


def make_filled(
    *papers: Paper,
    keys_folder: Path,
    now: datetime | None = None,
    external: dict[str, str] | None = None,
) -> list[bytes]:
    """Return the files of papers of one kind as a batch fills them; one more came before them."""
    sealing = Sealing(keys_folder, PASSPHRASE, now or datetime.now(UTC), FONTS, external)
    files = []
    for one in list(make_certificates([papers[0], *papers], sealing))[1:]:
        if isinstance(one, DocumentError):
            raise one
        if one.pdf.count(b"%%EOF") != 1:  # the reference path seals in a revision of its own
            raise AssertionError("a paper that was not filled")
        files.append(one.pdf)
    return files


def by_reference(paper: dict[str, Any], bench: bulk.Bench) -> bytes:
    """Return the paper as the reference path makes it."""
    made = make_in_child.make(
        **paper,
        keys_folder=bench.keys_folder,
        passphrase=bench.passphrase,
        now=bench.now,
        fonts_folder=bench.fonts_folder,
    )
    return bytes(made["pdf"])


def pixels_apart(one: bytes, other: bytes) -> int:
    """Return how many pixels of the first page differ."""
    difference = ImageChops.difference(_raster(one), _raster(other))
    return sum(difference.histogram()[FAINTEST + 1 :])


def text_of(pdf: bytes) -> str:
    """Return the text as PDFium reads it; a no-break space is a space."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    textpage = page.get_textpage()
    said = textpage.get_text_bounded()
    textpage.close()
    page.close()
    document.close()
    return " ".join(said.split())


def structure_of(pdf: bytes) -> list[Any]:
    """Return the tree of tags, each with its alternative text and what it holds of the page."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return _tags(opened.Root.StructTreeRoot.K)


def metadata_of(pdf: bytes) -> tuple[dict[str, str], str]:
    """Return the entries of Info, and the XMP."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        info = {key: str(value) for key, value in opened.trailer.Info.items()}
        return info, opened.Root.Metadata.read_bytes().decode()


def glyphs_of(pdf: bytes) -> list[tuple[str, ...]]:
    """Return where each line stands, and each glyph with its face, its size and what follows it."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        page = opened.pages[0]
        content = page.Contents.read_bytes().decode("latin-1")
        faces = {
            name.lstrip("/"): str(font.BaseFont).split("+")[1]
            for name, font in page.Resources.Font.items()
        }
    found: list[tuple[str, ...]] = []
    face = ("", "")
    for step in re.finditer(r"/(\S+) ([\d.]+) Tf|1 0 0 -1 (\S+) (\S+) Tm|\[(.*?)\] TJ", content):
        if step[1]:
            face = (faces[step[1]], step[2])
        elif step[3]:
            found.append((step[3], step[4]))
        else:
            found += _shown(step[5], face)
    return found


def planted(pdf: bytes, change: Any) -> bytes:
    """Return a file in which `change` changed something: the seal is broken, the page is read."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        change(opened)
        out = io.BytesIO()
        opened.save(out)
        return out.getvalue()


def _shown(shown: str, face: tuple[str, str]) -> list[tuple[str, ...]]:
    found = []
    for run, kern in re.findall(r"<([0-9a-f]+)>(-?\d*)", shown):
        glyphs = [run[at : at + 4] for at in range(0, len(run), 4)]
        found += [(*face, glyph, "") for glyph in glyphs[:-1]]
        found.append((*face, glyphs[-1], "" if kern == "0" else kern))
    return found


def _tags(kid: Any) -> list[Any]:
    if isinstance(kid, pikepdf.Array):
        return [tag for one in kid for tag in _tags(one)]
    if not isinstance(kid, pikepdf.Dictionary):
        return [int(kid)]
    box = kid.get("/A", {})
    return [
        (
            str(kid.S),
            str(kid.get("/Alt", "")),
            [float(edge) for edge in box.get("/BBox", [])] if box else [],
            _tags(kid.get("/K", pikepdf.Array())),
        )
    ]


def _raster(pdf: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    raster = page.render(scale=DOTS_PER_INCH / 72, grayscale=True).to_pil().copy()
    page.close()
    document.close()
    return raster
