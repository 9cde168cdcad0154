"""The own check of a filled file: its bytes are read anew, without what filled them.

`make_in_child.require_as_meant` parses a file with pyHanko, 13 ms of CPU: five times what filling
and sealing take. So each file gets this check, and the first of a template and every fiftieth the
full one as well. Here too nothing is taken from the filler: the cross-reference table, the range,
the digest, the container and its signature, the number and the page's text are read from the bytes.
What lies before the filler's part is the same in each file of a template, so it had the full check.
"""

from __future__ import annotations

import hashlib
import re
import zlib

from certificates.adapters import text
from certificates.adapters.fast.cms import Container
from certificates.adapters.fast.template import Template

_TRAILER = re.compile(
    rb"trailer\n<< /Size (\d+) /Root (\d+) 0 R /Info (\d+) 0 R /ID .*\nstartxref\n(\d+)\n%%EOF\n\Z"
)
_RANGE = re.compile(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]")
_KEYWORDS = re.compile(rb"/Keywords \(([^()\\]*)\)")
_PAGE = re.compile(rb"/Length (\d+) >>\nstream\n")
_ENTRY = 20


class OwnCheckError(Exception):
    """A filled file is not what was meant; the message is a code."""


def require_filled(
    pdf: bytes,
    template: Template,
    *,
    container: Container,
    number: str,
    said: tuple[str, ...],
    badge: bytes | None,
) -> None:
    """Raise OwnCheckError unless the file is sound, sealed as a whole, and says what it must."""
    _require(pdf.startswith(template.prefix), "other_prefix")
    objects = _objects(pdf)
    _require_sealed(pdf, container)
    roles = {role: objects[number] for number, (role, _kept) in template.changing.items()}
    found = _KEYWORDS.search(pdf, roles["info"])
    _require(found is not None and found[1].decode() == number, "other_number")
    page = [text.content_text(_stream_at(pdf, roles["content"]), template.maps)]
    _require(all(text.says(page, one) for one in said), "text_missing")
    if "badge" in roles or badge is not None:
        _require(_stream_at(pdf, roles["badge"]) == badge, "other_credential")


def _objects(pdf: bytes) -> dict[int, int]:
    """Return where each object begins, as the file's own table says, and as is true."""
    trailer = _TRAILER.search(pdf, len(pdf) - 600)
    _require(trailer is not None, "trailer")
    assert trailer is not None  # noqa: S101 (said for the type checker)
    size, start = int(trailer[1]), int(trailer[4])
    head = b"xref\n0 %d\n" % size
    _require(pdf.startswith(head, start), "table")
    first = start + len(head)
    found = {n: int(pdf[first + n * _ENTRY :][:10]) for n in range(1, size)}
    _require(all(pdf.startswith(b"%d 0 obj\n" % n, at) for n, at in found.items()), "table")
    return found


def _require_sealed(pdf: bytes, container: Container) -> None:
    ranges = _RANGE.findall(pdf)
    _require(len(ranges) == 1, "range")
    start, end, rest = map(int, ranges[0])
    _require(pdf[start : start + 1] == b"<" and pdf[end - 1 : end] == b">", "range")
    _require(end + rest == len(pdf), "not_whole_file")
    digest = hashlib.sha256(memoryview(pdf)[:start])
    digest.update(memoryview(pdf)[end:])
    digits = pdf[start + 1 : end - 1]
    written = bytes.fromhex(digits.decode())
    _require(digits == written.hex().upper().encode(), "case")
    length = 4 + int.from_bytes(written[2:4], "big")  # DER: 30 82 and two bytes of length
    _require(not written[length:].strip(b"\0"), "container")
    container.require(written[:length], digest.digest())


def _stream_at(pdf: bytes, offset: int) -> bytes:
    match = _PAGE.search(pdf, offset)
    _require(match is not None, "stream")
    assert match is not None  # noqa: S101 (said for the type checker)
    return zlib.decompress(pdf[match.end() : match.end() + int(match[1])])


def _require(condition: object, code: str) -> None:
    if not condition:
        raise OwnCheckError(code)
