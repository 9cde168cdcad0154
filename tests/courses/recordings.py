"""Small files as telephones and browsers make them, with words in them that must not be kept."""

from __future__ import annotations

import io
import struct
import wave
import zlib

from PIL import Image

from courses.adapters.sound.ogg import CHECKSUM, _checksum

CANARY = b"Canary Lane 12"
GPS, ORIENTATION = 0x8825, 0x0112


def photo(
    size: tuple[int, int] = (640, 480),
    *,
    form: str = "JPEG",
    orientation: int = 1,
    place: bool = True,
) -> bytes:
    """Return a photo that tells where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x013B] = CANARY.decode()
    if place:
        exif.get_ifd(GPS)[1] = "N"
        exif.get_ifd(GPS)[2] = (52.0, 22.0, 12.0)
    out = io.BytesIO()
    words = {"comment": CANARY} if form == "JPEG" else {}
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, form, exif=exif, **words)
    return out.getvalue()


def png(width: int, height: int, *, body: bytes = b"") -> bytes:
    """Return a black and white PNG of any size, which is small for its pixels."""
    row = b"\0" + bytes((width + 7) // 8)
    packer = zlib.compressobj(1)
    packed = body or b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def wav(seconds: int = 2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x01\x02" * 8000 * seconds)
    plain = out.getvalue()
    words = b"LIST" + (4 + len(CANARY)).to_bytes(4, "little") + b"INFO" + CANARY
    return plain[:12] + words + plain[12:] + words


def mp3(seconds: int = 2) -> bytes:
    frame = b"\xff\xfb\x90\x00" + bytes(413)  # 128 kbit/s, 44,100 Hz: 417 bytes, 26 ms
    tag = b"ID3\x04\x00\x00" + bytes((0, 0, 0, len(CANARY))) + CANARY
    return tag + frame * round(seconds * 44100 / 1152 + 1) + (b"TAG" + CANARY).ljust(128, b"\0")


def ogg(seconds: int = 2, *, vorbis: bool = False, comment: bytes = CANARY) -> bytes:
    if vorbis:
        head = b"\x01vorbis" + struct.pack("<IBIiiiB", 0, 1, 8000, 0, 0, 0, 0xB8) + b"\x01"
        marker, end, rate = b"\x03vorbis", b"\x01", 8000
    else:
        head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48000, 0, 0)
        marker, end, rate = b"OpusTags", b"", 48000
    words = marker + struct.pack("<I", 5) + b"maker" + struct.pack("<II", 1, len(comment))
    words += comment + end
    pages = [_page(0, head, 0), _page(1, words, 0), _page(2, bytes(100), rate * seconds + 312)]
    return b"".join(pages)


def _page(number: int, packet: bytes, at: int) -> bytes:
    sizes = bytes([255] * (len(packet) // 255) + [len(packet) % 255])
    head = struct.pack("<4sBBQIIIB", b"OggS", 0, 0, at, 7, number, 0, len(sizes))
    page = bytearray(head + sizes + packet)
    page[CHECKSUM : CHECKSUM + 4] = _checksum(page).to_bytes(4, "little")
    return bytes(page)


def mp4(seconds: int = 2, *, handler: bytes = b"soun") -> bytes:
    head = _box(
        b"mvhd", bytes(4) + b"\x01\x02\x03\x04" * 2 + struct.pack(">II", 1000, seconds * 1000)
    )
    handling = _box(b"hdlr", bytes(8) + handler + bytes(12) + CANARY + b"\0")
    media = _box(b"mdia", _box(b"mdhd", bytes(4) + b"\x01\x02\x03\x04" * 2 + bytes(12)) + handling)
    words = _box(b"udta", _box(b"meta", CANARY))
    film = _box(b"moov", head + _box(b"trak", media + words) + words)
    return _box(b"ftyp", b"M4A \0\0\0\0") + film + _box(b"free", CANARY) + _box(b"mdat", bytes(500))


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def webm(seconds: int = 2, *, track: int = 2) -> bytes:
    head = _element("1a45dfa3", _element("4282", b"webm"))
    info = _element("1549a966", _element("4d80", CANARY) + _element("7ba9", CANARY))
    tracks = _element(
        "1654ae6b", _element("ae", _element("83", bytes([track])) + _element("536e", CANARY))
    )
    words = _element("1254c367", CANARY)
    clusters = b"".join(
        bytes.fromhex("1f43b675")
        + b"\xff"  # of unknown size, as a browser writes them
        + _element("e7", (1000 * second).to_bytes(4, "big"))
        + _element("a3", b"\x81" + struct.pack(">h", 900) + b"\x80" + bytes(50))
        for second in range(seconds)
    )
    return head + bytes.fromhex("18538067") + b"\xff" + info + tracks + words + clusters


def _element(name: str, content: bytes) -> bytes:
    return bytes.fromhex(name) + (0x4000 | len(content)).to_bytes(2, "big") + content


SOUNDS = {
    "audio/wav": wav,
    "audio/mpeg": mp3,
    "audio/ogg": ogg,
    "audio/mp4": mp4,
    "audio/webm": webm,
}
