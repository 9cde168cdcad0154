"""WebM, what most browsers record: words about the sound become void, the sound stays in its place.

Read as one flat row of elements, so that no depth can harm. A recording that was just made tells
its length nowhere; it is the time of its last block.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from courses.adapters.sound.reading import (
    Counter,
    DamagedError,
    FilmError,
    Sound,
    UnknownError,
    number,
    part,
)

MEDIA_TYPE = "audio/webm"
EBML, DOC_TYPE = 0x1A45DFA3, 0x4282
SEGMENT, CLUSTER, INFO, TRACKS, TRACK, GROUP = (
    0x18538067,
    0x1F43B675,
    0x1549A966,
    0x1654AE6B,
    0xAE,
    0xA0,
)
OPENED = frozenset({EBML, SEGMENT, CLUSTER, INFO, TRACKS, TRACK, GROUP})
SCALE, LASTS, TRACK_TYPE, CLUSTER_TIME = 0x2AD7B1, 0x4489, 0x83, 0xE7
BLOCKS = frozenset({0xA3, 0xA1})
SOUND_TRACK = 2
VOID = 0xEC
TAGS, ATTACHMENTS, CHAPTERS = 0x1254C367, 0x1941A469, 0x1043A770
WORDS = frozenset({VOID, TAGS, ATTACHMENTS, CHAPTERS})
TITLE, FILE_NAME, DATE, TRACK_NAME, MUXER, WRITER = (
    0x7BA9,
    0x7384,
    0x4461,
    0x536E,
    0x4D80,
    0x5741,
)
BLANKED = frozenset({TITLE, FILE_NAME, DATE, TRACK_NAME, MUXER, WRITER})
UNKNOWN_SIZE = -1


@dataclass(slots=True)
class _Found:
    doc_type: bytes = b""
    tracks: list[int] = field(default_factory=list)
    scale: int = 1_000_000
    lasts: float = 0.0
    cluster: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class _Element:
    id: int
    start: int
    body: int
    size: int


def begins(data: bytes) -> bool:
    """Say whether the first bytes are those of a WebM or Matroska file."""
    return data[:4] == EBML.to_bytes(4, "big")


def read(data: bytes) -> Sound:
    """Return the sound with its words blanked. Raises DamagedError, FilmError or UnknownError."""
    content, found = bytearray(data), _Found()
    end = 0
    for element in _elements(data):
        _take(data, element, found)
        if element.id in WORDS:
            _make_void(content, element)
        elif element.id in BLANKED:
            content[element.body : element.body + element.size] = bytes(element.size)
        end = element.body + (0 if element.id in OPENED else element.size)
    if found.doc_type.rstrip(b"\0") != b"webm":
        raise UnknownError
    if not found.tracks:
        raise DamagedError
    if any(kind != SOUND_TRACK for kind in found.tracks):
        raise FilmError
    lasts = max(found.lasts, found.last) * found.scale / 1e9
    return Sound(MEDIA_TYPE, bytes(content[:end]), round(lasts) or None)


def _elements(data: bytes) -> Iterator[_Element]:
    """Yield each element in the order of the file, until the first that was cut off."""
    position, counter = 0, Counter()
    while position < len(data):
        counter.one_more()
        try:
            element_id, size_at = _name(data, position)
            size, body = _size(data, size_at)
        except DamagedError:
            return
        if element_id in OPENED:
            yield _Element(element_id, position, body, 0)
            position = body
            continue
        if size == UNKNOWN_SIZE or body + size > len(data):
            return
        yield _Element(element_id, position, body, size)
        position = body + size


def _name(data: bytes, position: int) -> tuple[int, int]:
    first = data[position]
    length = 9 - first.bit_length()
    if length > 4:
        raise DamagedError
    return number(data, position, length), position + length


def _size(data: bytes, position: int) -> tuple[int, int]:
    """Return the size that a variable integer tells, and where the content begins."""
    first = number(data, position, 1)
    length = 9 - first.bit_length()
    if length > 8:
        raise DamagedError
    value = number(data, position, length) - (1 << 7 * length)
    return (UNKNOWN_SIZE if value == (1 << 7 * length) - 1 else value), position + length


def _take(data: bytes, element: _Element, found: _Found) -> None:
    at, size = element.body, element.size
    if element.id == DOC_TYPE:
        found.doc_type = part(data, at, min(size, 16))
    elif element.id == TRACK_TYPE:
        found.tracks.append(number(data, at, size))
    elif element.id == SCALE:
        found.scale = number(data, at, min(size, 8))
    elif element.id == LASTS:
        found.lasts = _real(part(data, at, size))
    elif element.id == CLUSTER_TIME:
        found.cluster = number(data, at, min(size, 8))
    elif element.id in BLOCKS:
        track_size = 9 - number(data, at, 1).bit_length()
        (offset,) = struct.unpack(">h", part(data, at + track_size, 2))
        found.last = max(found.last, found.cluster + offset)


def _real(content: bytes) -> float:
    if len(content) not in (4, 8):
        raise DamagedError
    (value,) = struct.unpack(">f" if len(content) == 4 else ">d", content)
    if not 0 <= value < 1e12:
        raise DamagedError
    return float(value)


def _make_void(content: bytearray, element: _Element) -> None:
    """Write an element of zeros of the same size over it; a void element is two bytes at least."""
    end = element.body + element.size
    length = end - element.start
    if length < 9:
        head = bytes((VOID, 0x80 | length - 2))
    else:
        head = bytes((VOID, 0x01)) + (length - 9).to_bytes(7, "big")
    content[element.start : end] = head + bytes(length - len(head))
