"""WAV: the form and the samples are kept, every other chunk is left out."""

from __future__ import annotations

from courses.adapters.sound.reading import Counter, DamagedError, Sound, number, part

MEDIA_TYPE = "audio/wav"
HEAD = 12
CHUNK_HEAD = 8


def begins(data: bytes) -> bool:
    """Say whether the first bytes are those of a WAV file."""
    return data[:4] == b"RIFF" and data[8:12] == b"WAVE"


def read(data: bytes) -> Sound:
    """Return the sound anew, from its form and its samples. Raises DamagedError."""
    form = samples = b""
    position, counter = HEAD, Counter()
    while position + CHUNK_HEAD <= len(data) and not samples:
        counter.one_more()
        name, size = data[position : position + 4], number(data, position + 4, 4, little=True)
        start = position + CHUNK_HEAD
        if name == b"fmt ":
            form = part(data, start, size)
        elif name == b"data":
            samples = data[start : start + size]  # a recorder that was stopped wrote a larger size
        position = start + size + size % 2
    if len(form) < 16 or not samples:
        raise DamagedError
    bytes_a_second = number(form, 8, 4, little=True)
    if not bytes_a_second:
        raise DamagedError
    body = b"WAVE" + _chunk(b"fmt ", form) + _chunk(b"data", samples)
    content = b"RIFF" + len(body).to_bytes(4, "little") + body
    return Sound(MEDIA_TYPE, content, len(samples) // bytes_a_second)


def _chunk(name: bytes, content: bytes) -> bytes:
    padding = b"\0" * (len(content) % 2)
    return name + len(content).to_bytes(4, "little") + content + padding
