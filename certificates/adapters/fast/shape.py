"""Sets one line of text as the reference path does: the same faces, sizes, features, kerning."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import uharfbuzz as hb  # type: ignore[import-untyped]

# The engine counts in 1024ths of a pixel; a PDF in thousandths of the size of the letters.
_UNITS = 1024
_SPACES = " \u00a0"
_LEFT_TO_RIGHT = frozenset({"L", "EN", "ES", "ET", "CS", "ON", "WS", "BN", "NSM"})
_LIGATURES = ("ff", "fi", "fl", "ffi", "ffl", "fj", "ffj", "fb", "fh", "fk", "ft", "tt", "ij", "IJ")
_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Style:
    """How a line is set: the size in pixels, the language, the features of its letters."""

    size: float
    language: str
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line as PDF operators, and how wide it is in pixels."""

    operators: str
    width: float


class Face:
    """One font of the template, by its name there; knows which text each glyph stands for."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self._face = hb.Face(hb.Blob(data))
        self._fonts: dict[int, hb.Font] = {}
        self.characters = frozenset(map(chr, self._face.unicodes))
        self.texts: dict[int, str] = {}

    @property
    def metrics(self) -> tuple[int, ...]:
        """What the engine puts the baseline by."""
        found = self._font(self._face.upem).get_font_extents("ltr")
        return (self._face.upem, found.ascender, found.descender, found.line_gap)

    def know(self, characters: Iterable[str], languages: Iterable[str]) -> None:
        """Learn the glyphs of these characters and of what is joined from them."""
        font = self._font(self._face.upem)
        for character in sorted(self.characters & frozenset(characters)):
            glyph = font.get_nominal_glyph(ord(character))
            if glyph:
                self.texts.setdefault(glyph, character)
        for language in languages:
            for probe in (*_LIGATURES, *_DIGITS):
                if frozenset(probe) <= self.characters:
                    features = ("tnum", "zero") if probe in _DIGITS else ()
                    for glyph, text, *_ in self.shape(probe, Style(16, language, features)):
                        self.texts.setdefault(glyph, text)

    def shape(self, text: str, style: Style) -> Iterator[tuple[int, str, int, int]]:
        """Give each glyph, its text, its advance and the advance of the glyph alone.

        Raises LookupError for a glyph that is not there or not on the line.
        """
        font = self._font(round(style.size * _UNITS))
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.language = style.language
        hb.shape(font, buffer, dict.fromkeys(style.features, True))
        infos = buffer.glyph_infos
        for at, (info, place) in enumerate(zip(infos, buffer.glyph_positions, strict=True)):
            if not info.codepoint or place.x_offset or place.y_offset:
                raise LookupError("a glyph is missing or raised")
            end = infos[at + 1].cluster if at + 1 < len(infos) else len(text)
            alone = font.get_glyph_h_advance(info.codepoint)
            yield info.codepoint, text[info.cluster : end], place.x_advance, alone

    def _font(self, scale: int) -> hb.Font:
        font = self._fonts.get(scale)
        if font is None:
            font = self._fonts[scale] = hb.Font(self._face)
            font.scale = (scale, scale)
        return font


class Setter:
    """Sets lines in the faces of one stack; the first face that has a character prints it."""

    def __init__(self, faces: Sequence[Face]) -> None:
        self._faces = tuple(faces)
        self._letters = {
            face.name: min(filter(str.isalpha, face.characters - self._before(at)), default="")
            for at, face in enumerate(self._faces)
        }
        self._set = lru_cache(maxsize=64)(self._line)
        self._needed = lru_cache(maxsize=64)(self._others)

    def line(self, text: str, style: Style) -> Line:
        """Return `text` on one line. Raises LookupError for what the reference path must set."""
        return self._set(text, style)

    def others(self, text: str) -> dict[str, str]:
        """Return the faces that `text` needs beside the first, each with a letter it alone has.

        Raises LookupError for a text that cannot be set.
        """
        return self._needed(text)

    def _others(self, text: str) -> dict[str, str]:
        require_plain(text)
        used = {face.name for face, _run in self._runs(text)}
        return {
            face.name: self._letters[face.name] for face in self._faces[1:] if face.name in used
        }

    def _line(self, text: str, style: Style) -> Line:
        require_plain(text)
        scale = round(style.size * _UNITS)
        out: list[str] = []
        width = 0
        for face, run in self._runs(text):
            parts: list[str] = []
            for glyph, said, advance, alone in face.shape(run, style):
                if not _same(face.texts.get(glyph), said):
                    raise LookupError("a glyph that is not in the template")
                parts.append(f"{glyph:04x}")
                width += advance
                kern = int(round(alone * 1000 / scale) - advance * 1000 / scale)
                if kern:
                    parts.append(f">{kern}<")
            shown = f"<{''.join(parts)}>".replace("<>", "")
            out.append(f"/{face.name} {_number(style.size)} Tf\n[{shown}] TJ\n")
        return Line("".join(out), width / _UNITS)

    def _before(self, at: int) -> frozenset[str]:
        return frozenset().union(*(face.characters for face in self._faces[:at]))

    def _runs(self, text: str) -> Iterator[tuple[Face, str]]:
        """Split where the face changes."""
        run, current = "", None
        for character, face in zip(text, self._faces_of(text), strict=True):
            if face is not current and current is not None:
                yield current, run
                run = ""
            current, run = face, run + character
        if current is not None:
            yield current, run

    def _faces_of(self, text: str) -> list[Face]:
        """Return the face of each character; a space between two of one face is of that face.

        Where the face changes at a space the engine takes the first face, within one script.
        """
        found = [None if c in _SPACES else self._face_of(c) for c in text]
        chosen: list[Face] = []
        for at, own in enumerate(found):
            chosen.append(own or self._face_of_space(text, at, chosen[-1], found))
        return chosen

    def _face_of_space(
        self, text: str, at: int, before: Face, found: Sequence[Face | None]
    ) -> Face:
        after = next(one for one in found[at:] if one is not None)
        first = self._face_of(text[at])
        if before is after:
            return after if text[at] in after.characters else first
        if first not in (before, after):
            raise LookupError("a space between two faces that are not the first")
        return first

    def _face_of(self, character: str) -> Face:
        for face in self._faces:
            if character in face.characters:
                return face
        raise LookupError("a character that is not in the template's faces")


def _number(size: float) -> str:
    return f"{size:.6f}".rstrip("0").rstrip(".")


def require_plain(text: str) -> None:
    """Raise LookupError for what needs more than letters one after the other, left to right."""
    if not text or text != text.strip():
        raise LookupError("nothing to set, or space around it")
    for character in text:
        if unicodedata.bidirectional(character) not in _LEFT_TO_RIGHT:
            raise LookupError("right to left")
        if unicodedata.category(character)[0] in "MC":
            raise LookupError("a loose accent or a control character")
    if (
        frozenset(_SPACES) & frozenset(text)
        and len({name for c in text if (name := _script(c))}) > 1
    ):
        raise LookupError("letters of two scripts")


def _script(character: str) -> str:
    """Return the script of a letter, as its name begins; "" for what all scripts share."""
    return unicodedata.name(character, "").split(" ")[0] if character.isalpha() else ""


def _same(known: str | None, said: str) -> bool:
    return known == said or (known is not None and known in _SPACES and said in _SPACES)
