"""MP3: only the frames of sound are kept; tags before and after them are left out."""

from __future__ import annotations

from courses.adapters.sound.reading import Counter, DamagedError, Sound, UnknownError

MEDIA_TYPE = "audio/mpeg"
TAG_HEAD = 10
FEWEST_FRAMES = 3
MOST_LEFT_OVER = 4096
TAGS_BEHIND = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"\0")
SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
"""By version: 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5."""
KILOBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
KILOBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
LAYER_3 = 1


def begins(data: bytes) -> bool:
    """Say whether the first bytes are a tag of an MP3 file or a frame of sound."""
    return data[:3] == b"ID3" or (len(data) > 3 and _frame(data, 0) is not None)


def read(data: bytes) -> Sound:
    """Return the frames one after another. Raises DamagedError or UnknownError."""
    frames: list[bytes] = []
    seconds, counter = 0.0, Counter()
    position = _after_tags(data)
    while (found := _frame(data, position)) is not None:
        counter.one_more()
        size, lasts = found
        frames.append(data[position : position + size])
        seconds += lasts
        position += size
    if not frames:
        raise UnknownError
    rest = data[position:]
    is_cut = len(rest) > MOST_LEFT_OVER and not rest.startswith(TAGS_BEHIND)
    if len(frames) < FEWEST_FRAMES or is_cut:
        raise DamagedError
    return Sound(MEDIA_TYPE, b"".join(frames), int(seconds))


def _after_tags(data: bytes) -> int:
    """Return where the sound begins, behind the tags (their size is in four times seven bits)."""
    position, counter = 0, Counter()
    while data[position : position + 3] == b"ID3" and len(data) >= position + TAG_HEAD:
        counter.one_more()
        size = 0
        for one in data[position + 6 : position + TAG_HEAD]:
            size = size << 7 | (one & 0x7F)
        footer = TAG_HEAD if data[position + 5] & 0x10 else 0
        position += TAG_HEAD + size + footer
    return position


def _frame(data: bytes, position: int) -> tuple[int, float] | None:
    """Return size in bytes and seconds of the frame at `position`; None when there is none."""
    head = data[position : position + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bits, rate = head[2] >> 4, head[2] >> 2 & 3
    if version not in SAMPLE_RATES or layer != LAYER_3 or bits in (0, 15) or rate == 3:
        return None
    kilobits = (KILOBITS_1 if version == 3 else KILOBITS_2)[bits]
    sample_rate = SAMPLE_RATES[version][rate]
    samples = 1152 if version == 3 else 576
    size = samples * kilobits * 125 // sample_rate + (head[2] >> 1 & 1)
    return (size, samples / sample_rate) if position + size <= len(data) else None
