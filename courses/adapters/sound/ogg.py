"""Ogg with Opus or Vorbis: the packet of comments is emptied in its place.

Sizes stay as they are, so that only the pages of that packet need a new checksum.
"""

from __future__ import annotations

from dataclasses import dataclass

from courses.adapters.sound.reading import (
    Counter,
    DamagedError,
    FilmError,
    Sound,
    UnknownError,
    number,
    part,
)

MEDIA_TYPE = "audio/ogg"
PAGE_HEAD = 27
CHECKSUM = 22
OPUS, VORBIS = b"OpusHead", b"\x01vorbis"
OPUS_COMMENTS, VORBIS_COMMENTS = b"OpusTags", b"\x03vorbis"
OPUS_RATE = 48_000
UNKNOWN_POSITION = 2**64 - 1
MOST_COMMENTS = 1 << 20


@dataclass(frozen=True, slots=True)
class Page:
    """A page: where it begins and ends, whose it is, and the sizes of its segments."""

    start: int
    end: int
    serial: int
    at: int
    segments: bytes

    @property
    def body(self) -> int:
        """Where the segments begin."""
        return self.start + PAGE_HEAD + len(self.segments)


def begins(data: bytes) -> bool:
    """Say whether the first bytes are those of an Ogg file."""
    return data[:4] == b"OggS"


def read(data: bytes) -> Sound:
    """Return the sound with emptied comments. Raises DamagedError, FilmError or UnknownError."""
    pages = _pages(data)
    if len({page.serial for page in pages}) != 1:
        raise FilmError  # sound alone is one stream
    head = part(data, pages[0].body, 19)
    if head[:8] == OPUS:
        rate, skipped, marker = OPUS_RATE, number(head, 10, 2, little=True), OPUS_COMMENTS
    elif head[:7] == VORBIS:
        rate, skipped, marker = number(head, 12, 4, little=True), 0, VORBIS_COMMENTS
    else:
        raise UnknownError
    if not rate:
        raise DamagedError
    content = bytearray(data[: pages[-1].end])
    _empty_comments(content, pages, marker)
    samples = max((page.at for page in pages if page.at != UNKNOWN_POSITION), default=0)
    return Sound(MEDIA_TYPE, bytes(content), max(0, samples - skipped) // rate)


def _pages(data: bytes) -> list[Page]:
    """Return the pages, one right behind the other; what follows the last is left out."""
    pages: list[Page] = []
    position, counter = 0, Counter()
    while data[position : position + 4] == b"OggS" and position + PAGE_HEAD <= len(data):
        counter.one_more()
        segments = part(data, position + PAGE_HEAD, data[position + 26])
        end = position + PAGE_HEAD + len(segments) + sum(segments)
        if end > len(data):
            break  # a recording that was cut off keeps its whole pages
        at = number(data, position + 6, 8, little=True)
        serial = number(data, position + 14, 4, little=True)
        pages.append(Page(position, end, serial, at, segments))
        position = end
    if len(pages) < 3:
        raise DamagedError
    return pages


def _empty_comments(content: bytearray, pages: list[Page], marker: bytes) -> None:
    ranges, touched = _second_packet(pages)
    size = sum(end - start for start, end in ranges)
    if not len(marker) + 9 <= size <= MOST_COMMENTS:
        raise DamagedError
    packet = b"".join(bytes(content[start:end]) for start, end in ranges)
    if not packet.startswith(marker):
        raise DamagedError
    emptied = _emptied(marker, size)
    for start, end in ranges:
        content[start:end] = emptied[: end - start]
        emptied = emptied[end - start :]
    for page in touched:
        whole = content[page.start : page.end]
        whole[CHECKSUM : CHECKSUM + 4] = bytes(4)
        checksum = _checksum(whole).to_bytes(4, "little")
        content[page.start + CHECKSUM : page.start + CHECKSUM + 4] = checksum


def _emptied(marker: bytes, size: int) -> bytes:
    """Return comments of `size` bytes that name a maker of spaces and hold no comment."""
    end = b"\x01" if marker == VORBIS_COMMENTS else b""
    spaces = size - len(marker) - 8 - len(end)
    return marker + spaces.to_bytes(4, "little") + b" " * spaces + bytes(4) + end


def _second_packet(pages: list[Page]) -> tuple[list[tuple[int, int]], list[Page]]:
    """Return where the second packet stands, in pieces, and the pages that hold them."""
    ranges: list[tuple[int, int]] = []
    touched: list[Page] = []
    packet = 0
    for page in pages:
        position = page.body
        for size in page.segments:
            if packet == 1:
                ranges.append((position, position + size))
                if not touched or touched[-1] is not page:
                    touched.append(page)
            position += size
            packet += size < 255
            if packet > 1:
                return ranges, touched
    raise DamagedError


def _table() -> list[int]:
    table = []
    for value in range(256):
        rest = value << 24
        for _bit in range(8):
            rest = (rest << 1 ^ 0x04C11DB7 if rest & 0x80000000 else rest << 1) & 0xFFFFFFFF
        table.append(rest)
    return table


TABLE = _table()


def _checksum(page: bytearray) -> int:
    """Return the checksum of RFC 3533: the polynomial 0x04c11db7, from 0, nothing turned round."""
    rest = 0
    for value in page:
        rest = (rest << 8 & 0xFFFFFFFF) ^ TABLE[rest >> 24 ^ value]
    return rest
