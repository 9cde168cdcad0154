"""MPEG-4 with sound (m4a): boxes with words about the sound become free space, dates become zero.

Nothing moves, because the sound is found by its place in the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from courses.adapters.sound.reading import (
    Counter,
    DamagedError,
    FilmError,
    Sound,
    number,
    part,
)

MEDIA_TYPE = "audio/mp4"
OPENED = (b"moov", b"trak", b"mdia")
WORDS = (b"udta", b"meta", b"uuid", b"free", b"skip", b"wide")
DATED = (b"mvhd", b"tkhd", b"mdhd")
KEPT = (b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"styp", b"pdin")
SOUND = b"soun"


def begins(data: bytes) -> bool:
    """Say whether the first bytes are those of an MPEG-4 file."""
    return data[4:8] == b"ftyp"


def read(data: bytes) -> Sound:
    """Return the sound with its words blanked. Raises DamagedError or FilmError."""
    content = bytearray(data)
    seconds: int | None = None
    handlers: list[bytes] = []
    for name, start, body, end in _boxes(data):
        if name in WORDS:
            _blank(content, start, body, end)
        elif name in DATED:
            wide = data[body] == 1
            content[body + 4 : body + (20 if wide else 12)] = bytes(16 if wide else 8)
            seconds = _seconds(data, body, wide=wide) if name == b"mvhd" else seconds
        elif name == b"hdlr":
            handlers.append(part(data, body + 8, 4))
            content[body + 24 : end] = bytes(max(0, end - body - 24))  # the maker's name for it
    if not handlers:
        raise DamagedError
    if any(handler != SOUND for handler in handlers):
        raise FilmError
    return Sound(MEDIA_TYPE, bytes(content), seconds or None)


def _boxes(data: bytes) -> Iterator[tuple[bytes, int, int, int]]:
    """Yield name, start, body and end of each box, those inside `OPENED` too; never deeper."""
    position, counter = 0, Counter()
    depth = [(len(data), "file")]
    while position < len(data):
        counter.one_more()
        while position >= depth[-1][0]:
            depth.pop()
        limit, where = depth[-1]
        if where == "file" and limit - position < 8:
            raise DamagedError
        size, name, body = number(data, position, 4), part(data, position + 4, 4), position + 8
        if size == 1:
            size, body = number(data, position + 8, 8), position + 16
        end = limit if size == 0 else position + size
        if end < body or end > limit or (where == "file" and name not in KEPT + WORDS):
            raise DamagedError
        yield name, position, body, end
        if name in OPENED:
            if len(depth) > len(OPENED):
                raise DamagedError
            depth.append((end, name.decode()))
            position = body
        else:
            position = end


def _blank(content: bytearray, start: int, body: int, end: int) -> None:
    content[start + 4 : start + 8] = b"free"
    content[body:end] = bytes(end - body)


def _seconds(data: bytes, body: int, *, wide: bool) -> int:
    """Return how long the film's head says that it lasts; 0 when it comes in pieces."""
    scale = number(data, body + (20 if wide else 12), 4)
    lasts = number(data, body + (24 if wide else 16), 8 if wide else 4)
    return lasts // scale if scale and lasts < 2**32 - 1 else 0
