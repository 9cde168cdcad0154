"""The print faces for the fast path: read, cut down and mapped once per process."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

from academy.kernel.pdf import fonts
from certificates.adapters.fast.shape import Face, Setter
from certificates.adapters.fast.subset import CHARACTERS, cut, unicode_map, widths

_LANGUAGES = ("nl", "en")


@dataclass(frozen=True)
class PrintFace:
    """A face with what goes into a PDF: the cut font file, its widths and its Unicode map."""

    face: Face
    data: bytes
    widths: list[int | list[float]]
    to_unicode: bytes


def resource_name(family: str, weight: int) -> str:
    """Return the name of a face within a template."""
    return f"{family.replace(' ', '-')}-{weight}"


@lru_cache(maxsize=32)
def print_face(family: str, weight: int, fonts_folder: str) -> PrintFace:
    """Return one of `fonts.FACES`. Raises LookupError for another."""
    for known in fonts.FACES:
        if (known.family, known.weight) == (family, weight):
            return _read(known, fonts_folder)
    raise LookupError("a face that is not ours")


@lru_cache(maxsize=8)
def setter(stack: str, fonts_folder: str) -> Setter:
    """Return what sets lines of this stack: only the faces whose letters stand as the first's do.

    Another face moves the baseline; such a line is for the reference path.
    """
    faces = [print_face(one.family, one.weight, fonts_folder).face for one in fonts.STACKS[stack]]
    return Setter([one for one in faces if one.metrics == faces[0].metrics])


def _read(known: fonts.Face, fonts_folder: str) -> PrintFace:
    with TTFont(Path(fonts_folder) / known.file) as font:
        font.flavor = None
        out = io.BytesIO()
        font.save(out, reorderTables=None)
    data = out.getvalue()
    face = Face(resource_name(known.family, known.weight), data)
    face.know(CHARACTERS, _LANGUAGES)
    small = cut(data, face.texts)
    return PrintFace(face, small, widths(data, face.texts), unicode_map(face.texts))
