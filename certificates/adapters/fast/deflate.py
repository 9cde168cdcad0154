"""One compressed stream made of pieces: those that stay the same are compressed once."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

_HEADER = b"\x78\x9c"
_END = b"\x03\x00"
_LONGEST_STORED = 0xFFFF
_WORTH_IT = 600


def piece(plain: bytes) -> bytes:
    """Return `plain` compressed by itself, to be followed by other pieces."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    return compressor.compress(plain) + compressor.flush(zlib.Z_FULL_FLUSH)


def quick_piece(plain: bytes) -> bytes:
    """Return `plain` as a piece fast: short ones as they are, long ones lightly compressed."""
    if len(plain) < _WORTH_IT:
        return struct.pack("<BHH", 0, len(plain), len(plain) ^ _LONGEST_STORED) + plain
    compressor = zlib.compressobj(1, zlib.DEFLATED, -15)
    return compressor.compress(plain) + compressor.flush(zlib.Z_FULL_FLUSH)


def joined(pieces: Sequence[bytes], plain: bytes) -> bytes:
    """Return the stream of all pieces; `plain` is what they hold together."""
    return b"".join((_HEADER, *pieces, _END, struct.pack(">I", zlib.adler32(plain))))
