"""What lies inside a PDF: every name, address and stream, however deeply it is packed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    StreamObject,
    TextStringObject,
)

HIDDEN = {
    *("/OCProperties", "/AA", "/OpenAction", "/JS", "/JavaScript", "/XFA", "/RichMedia"),
    *("/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Movie", "/Sound", "/3D"),
    *("/Rendition", "/EmbeddedFiles", "/EmbeddedFile", "/FileAttachment"),
}
"""Names that a paper of the academy never has: something that acts, hides or rides along."""


@dataclass
class Inside:
    """What was found."""

    names: set[str] = field(default_factory=set)
    attached: list[tuple[str, str]] = field(default_factory=list)
    """Of each attachment its name and what it is to the paper."""
    embedded: int = 0
    """Streams that are files, listed or not."""
    addresses: set[str] = field(default_factory=set)
    streams: list[bytes] = field(default_factory=list)
    widgets: int = 0
    revisions: int = 0

    @property
    def hidden(self) -> set[str]:
        """The names that must not be there."""
        return self.names & HIDDEN

    def hidden_beside(self, *attached: tuple[str, str]) -> set[str]:
        """What must not be there, but for exactly these attachments."""
        if self.attached != list(attached) or self.embedded != len(attached):
            return self.hidden | {f"attached: {self.attached}, embedded: {self.embedded}"}
        return self.hidden - {"/EmbeddedFiles", "/EmbeddedFile"}

    def holds(self, words: bytes) -> bool:
        """Say whether some stream holds these bytes."""
        return any(words in stream for stream in self.streams)


def look_inside(pdf: bytes) -> Inside:
    """Walk through every object of a file."""
    found = Inside(revisions=pdf.count(b"%%EOF"))
    reader = PdfReader(io.BytesIO(pdf))
    seen: set[tuple[int, int]] = set()
    for value in _walk(reader.trailer, seen):
        if isinstance(value, DictionaryObject):
            found.names |= set(value)
            found.names |= {
                one for one in value.values() if isinstance(one, str) and one[:1] == "/"
            }
            found.embedded += value.get("/Type") == "/EmbeddedFile"
            if value.get("/Type") == "/Filespec":
                found.attached.append(
                    (_text(value.get("/UF", value.get("/F"))), str(value.get("/AFRelationship")))
                )
            found.widgets += value.get("/Subtype") == "/Widget"
            if "/URI" in value:
                found.addresses.add(_text(value["/URI"]))
        if isinstance(value, StreamObject):
            found.streams.append(value.get_data())
    return found


def _walk(value: Any, seen: set[tuple[int, int]]) -> Iterator[Any]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, IndirectObject):
            place = (one.idnum, one.generation)
            if place in seen:
                continue
            seen.add(place)
            one = one.get_object()
        yield one
        if isinstance(one, DictionaryObject):
            waiting += [one.raw_get(name) for name in one]
        elif isinstance(one, ArrayObject):
            waiting += list(one)


def _text(value: Any) -> str:
    if isinstance(value, TextStringObject | str):
        return str(value)
    if isinstance(value, ByteStringObject | bytes):
        return bytes(value).decode("latin-1")
    return repr(value)
