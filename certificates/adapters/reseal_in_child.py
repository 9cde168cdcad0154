"""A new seal in the place of one that is not believed any more; the paper stays as it is.

Only the moment of sealing and what stands in the room for the seal change: the rest is the issued
file to the byte. Runs in the document child.
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from certificates.adapters.fast.cms import Container, container_of
from certificates.adapters.seal import room_for
from certificates.adapters.signature import imprint_of, read_intact
from certificates.adapters.signer import Signer, open_signer, pins

_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_SEALED_AT = re.compile(rb"(/M\s*\(D(?::|\\072))(\d{14})(Z|[+-]\d\d'\d\d'?)(\))")
_SECONDS = "%Y%m%d%H%M%S"


class NoRoomError(Exception):
    """The new seal is longer than the room that the old one left."""


def reseal(
    *,
    pdfs: list[bytes],
    keys_folder: str,
    passphrase: str,
    now: datetime,
    external: dict[str, str] | None = None,
    with_stamp: bool = False,
) -> list[dict[str, Any]]:
    """Return per file the fields of `make.SealedDocument`, or the `kind` of what is wrong with it.

    With `with_stamp` the imprint for a time stamp comes along, where there is room for one.
    """
    signer = open_signer(Path(keys_folder), passphrase, now=now, external=external)
    return [_answer(pdf, signer, now=now, with_stamp=with_stamp) for pdf in pdfs]


def _answer(pdf: bytes, signer: Signer, *, now: datetime, with_stamp: bool) -> dict[str, Any]:
    try:
        start, end = _room(pdf)
        made = resealed(pdf, signer, now=now)
        has_room = end - start - 2 >= room_for(signer, with_stamp=True)
        imprint = imprint_of(made) if with_stamp and has_room else b""
    except Exception as error:  # noqa: BLE001 (one file that is not as we made it stops no other)
        return {"kind": type(error).__name__}
    return {
        "pdf": made,
        "sha256": hashlib.sha256(made).hexdigest(),
        "key_id": signer.info.key_id,
        "imprint": imprint,
    }


def resealed(pdf: bytes, signer: Signer, *, now: datetime) -> bytes:
    """Return a file of ours with a seal of `signer` in the place of its own, checked.

    Raises NoRoomError, ValueError for a file with other than one seal over all of it, and what
    `signature.read_intact` raises.
    """
    start, end = _room(pdf)
    changed = bytearray(_dated(pdf, start, end, now=now))
    digest = hashlib.sha256(memoryview(changed)[:start])
    digest.update(memoryview(changed)[end:])
    container: Container = container_of(signer.info.certificate, signer.others)
    digits = container.sign(digest.digest(), signer).hex().upper().encode()
    room = end - start - 2
    if len(digits) > room:
        raise NoRoomError
    changed[start + 1 : end - 1] = digits.ljust(room, b"0")
    made = bytes(changed)
    read_intact(made, **pins(signer))
    return made


def _room(pdf: bytes) -> tuple[int, int]:
    """Return where the container stands, its brackets included."""
    (found,) = _RANGE.findall(pdf)
    start, end, rest = map(int, found)
    if end + rest != len(pdf) or pdf[start : start + 1] + pdf[end - 1 : end] != b"<>":
        raise ValueError("not one seal over the whole file")
    return start, end


def _dated(pdf: bytes, start: int, end: int, *, now: datetime) -> bytes:
    """Return the file with `now` as the moment of sealing, as long as what stood there."""
    first = pdf.rindex(b" obj", 0, start)
    last = pdf.index(b"endobj", end)
    before, count = _SEALED_AT.subn(lambda found: _moment(found, now), pdf[first:start])
    after, more = _SEALED_AT.subn(lambda found: _moment(found, now), pdf[end:last])
    if count + more != 1 or len(before) + len(after) != start - first + last - end:
        raise ValueError("not one moment of sealing")
    return pdf[:first] + before + pdf[start:end] + after + pdf[last:]


def _moment(found: re.Match[bytes], now: datetime) -> bytes:
    head, zone, tail = found[1], found[3], found[4]
    return head + now.astimezone(_zone(zone)).strftime(_SECONDS).encode() + zone + tail


def _zone(written: bytes) -> timezone:
    if written == b"Z":
        return UTC
    ahead = timedelta(hours=int(written[1:3]), minutes=int(written[4:6]))
    return timezone(-ahead if written.startswith(b"-") else ahead)
