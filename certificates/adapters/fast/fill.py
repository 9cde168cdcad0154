"""Fills a template for one person and seals it, in one revision."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pydyf  # type: ignore[import-untyped]

from certificates.adapters.fast import deflate, slots
from certificates.adapters.fast.cms import Container
from certificates.adapters.fast.qr import rectangles
from certificates.adapters.fast.slots import Slot
from certificates.adapters.fast.template import BYTE_RANGE, Place, Template
from certificates.adapters.signer import Signer

_SAFETY = 0.5
_XREF_HEAD = b"xref\n0 %d\n0000000000 65535 f \n"


@dataclass(frozen=True)
class Filling:
    """What differs on one paper: its lines, title, moment, QR code, credential."""

    slots: tuple[Slot, ...]
    title: str
    number: str
    made_at: datetime
    qr_rows: tuple[int, ...]
    badge: bytes | None


@dataclass(frozen=True)
class Filled:
    """A file but for its container: the part after the prefix, and where the container goes."""

    tail: bytearray
    start: int
    end: int
    digest: bytes


def fill_and_seal(
    template: Template,
    filling: Filling,
    *,
    signer: Signer,
    container: Container,
    room: int,
    sealed_at: datetime,
    fonts_folder: str,
) -> bytes:
    """Return the sealed file. Raises LookupError for a line that this path cannot set."""
    filled = _fill(template, filling, room=room, sealed_at=sealed_at, fonts_folder=fonts_folder)
    digits = container.sign(filled.digest, signer).hex().upper().encode()
    if len(digits) > room:
        raise ValueError("the container does not fit")
    filled.tail[filled.start + 1 : filled.start + 1 + len(digits)] = digits
    return template.prefix + bytes(filled.tail)


def _fill(
    template: Template, filling: Filling, *, room: int, sealed_at: datetime, fonts_folder: str
) -> Filled:
    writers: dict[str, Callable[[bytes], bytes]] = {
        "content": lambda _kept: _content(template, filling, fonts_folder),
        "xmp": lambda kept: _xmp(kept, filling),
        "info": lambda kept: _info(kept, filling),
        "badge": lambda kept: _badge(kept, filling),
        "seal": lambda kept: _seal(kept, room, sealed_at),
    }
    offsets, tail, seal_at = dict(template.offsets), bytearray(), 0
    for number, (role, kept) in template.changing.items():
        offsets[number] = len(template.prefix) + len(tail)
        seal_at = len(tail) if role == "seal" else seal_at
        tail += b"%d 0 obj\n%s\nendobj\n" % (number, writers[role](kept))
    tail += _trailer(template, filling, offsets, len(template.prefix) + len(tail))
    return _measured(template, tail, seal_at, room)


def _measured(template: Template, tail: bytearray, seal_at: int, room: int) -> Filled:
    """Enter the range that the seal covers, and return its digest: all but the container."""
    before = len(template.prefix)
    start = tail.index(b"/Contents <", seal_at) + len(b"/Contents ")
    end = start + room + 2
    covered = b"/ByteRange [0 %d %d %d]" % (before + start, before + end, len(tail) - end)
    at = tail.index(BYTE_RANGE, seal_at)
    tail[at : at + len(BYTE_RANGE)] = covered.ljust(len(BYTE_RANGE))
    digest = template.hashed.copy()
    digest.update(memoryview(tail)[:start])
    digest.update(memoryview(tail)[end:])
    return Filled(tail, start, end, digest.digest())


def _content(template: Template, filling: Filling, fonts_folder: str) -> bytes:
    texts = {
        slot.name: _line(slot, template.places[slot.name], fonts_folder) for slot in filling.slots
    }
    texts["qr"] = f"{rectangles(list(filling.qr_rows))}f\n".encode()
    plain, pieces = bytearray(), []
    for name, stays, compressed in template.content:
        plain += stays
        pieces.append(compressed)
        if name:
            plain += texts[name]
            pieces.append(deflate.quick_piece(texts[name]))
    return _stream(b"", deflate.joined(pieces, bytes(plain)))


def _line(slot: Slot, place: Place, fonts_folder: str) -> bytes:
    line = slots.set_line(slot, place.style, fonts_folder)
    if line.width > place.room - _SAFETY:
        raise LookupError("a line that may not fit")
    left = place.edge + (place.room - line.width if place.at_right else 0)
    at = f"{left:.6f}".rstrip("0").rstrip(".")
    return f"1 0 0 -1 {at} {place.baseline} Tm\n{line.operators}".encode()


def _xmp(kept: bytes, filling: Filling) -> bytes:
    held = {slots.TITLE: filling.title, slots.MADE_AT: _xmp_moment(filling.made_at)}
    text = kept.decode()
    for was, becomes in held.items():
        text = text.replace(was, escape(becomes))
    text = re.sub(
        r"(<pdf:Keywords>)[^<]*(</pdf:Keywords>)",
        lambda match: match[1] + escape(filling.number) + match[2],
        text,
    )
    data = text.encode()
    return b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%s\nendstream" % (
        len(data),
        data,
    )


def _info(kept: bytes, filling: Filling) -> bytes:
    """Write the entries that differ; names and author stay."""
    for key, value in {
        b"Title": bytes(pydyf.String(filling.title).data),
        b"Keywords": bytes(pydyf.String(filling.number).data),
        b"CreationDate": b"(D:%s)" % _pdf_moment(filling.made_at),
        b"ModDate": b"(D:%s)" % _pdf_moment(filling.made_at),
    }.items():
        kept = _with_entry(kept, key, value)
    return kept


def _with_entry(dictionary: bytes, key: bytes, value: bytes) -> bytes:
    found = re.compile(rb"/" + key + rb" \((?:[^()\\]|\\.)*\)")
    changed, times = found.subn(lambda _match: b"/" + key + b" " + value, dictionary)
    if times != 1:
        raise LookupError("an entry that is not there once")
    return changed


def _badge(kept: bytes, filling: Filling) -> bytes:
    if filling.badge is None:
        raise LookupError("the template holds a credential and the paper has none")
    moment = _pdf_moment(filling.made_at)
    params = b"/Params << /Size %d /CreationDate (D:%s) /ModDate (D:%s) >>" % (
        len(filling.badge),
        moment,
        moment,
    )
    return _stream(kept + b" " + params, zlib.compress(filling.badge, 6))


def _seal(kept: bytes, room: int, sealed_at: datetime) -> bytes:
    """Write the room for the container and the range first, then what is always the same."""
    start = b"<< /Contents <%s> %s /M (D:%s) " % (b"0" * room, BYTE_RANGE, _pdf_moment(sealed_at))
    return start + kept.removeprefix(b"<<").lstrip()


def _stream(entries: bytes, data: bytes) -> bytes:
    head = b"<< %s /Filter /FlateDecode /Length %d >>" % (entries, len(data))
    return b"%s\nstream\n%s\nendstream" % (head, data)


def _trailer(template: Template, filling: Filling, offsets: Mapping[int, int], start: int) -> bytes:
    entries = [b"%010d 00000 n \n" % offsets[number] for number in range(1, template.size)]
    mark = hashlib.sha256(f"{filling.title}{filling.number}{filling.made_at}".encode())
    identity = mark.hexdigest()[:32].encode()
    return b"%s%strailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%s> <%s>] >>\n%s" % (
        _XREF_HEAD % template.size,
        b"".join(entries),
        template.size,
        template.root,
        template.info,
        identity,
        identity,
        b"startxref\n%d\n%%%%EOF\n" % start,
    )


def _pdf_moment(moment: datetime) -> bytes:
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode()


def _xmp_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
