"""What we add behind a sealed file later: validation information and time stamps over all of it.

Each addition is a revision of its own. The sealed file stays in front of them, byte for byte. Runs
in the document child; importing it loads pyHanko.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from asn1crypto import cms as asn1_cms  # type: ignore[import-untyped]
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel
from pyhanko.sign.fields import MDPPerm

from certificates.adapters.token import Stamp, read_token


class NotOursError(Exception):
    """What stands behind the sealed file is not what we add; the message is a stable code."""


@dataclass(frozen=True, slots=True)
class Added:
    """What stands behind the sealed file: the level that it gives, and the stamps, oldest first."""

    level: str
    stamps: tuple[Stamp, ...]


def end_of_sealed(signature: Any) -> int:
    """Return where the revision ends that a signature covers."""
    _zero, _first, start, length = signature.byte_range
    return int(start + length)


def read_added(data: bytes, reader: PdfFileReader) -> Added:
    """Return what was added behind the first signature of a file.

    Only validation information and whole time stamps may be; the last stamp covers every byte. At
    level B-LT there is no stamp, so that only the register can tell that each byte is ours.
    Raises NotOursError, or nearly anything else, for any other addition.
    """
    seal, *others = reader.embedded_signatures
    seal.compute_integrity_info(diff_policy=DEFAULT_DIFF_POLICY)
    found = seal.diff_result
    level = found.modification_level if isinstance(found, DiffResult) else ModificationLevel.OTHER
    _require(level == ModificationLevel.LTA_UPDATES, "modified")
    _require(seal.docmdp_level == MDPPerm.NO_CHANGES, "not_certifying")
    _require("/DSS" in reader.root, "no_information")
    stamps = tuple(_read_stamps(data, others))
    if not stamps:
        return Added("B-LT", ())
    _require(end_of_sealed(others[-1]) == len(data), "not_whole_file")
    return Added("B-LTA", stamps)


def _read_stamps(data: bytes, signatures: Sequence[Any]) -> Iterator[Stamp]:
    for signature in signatures:
        _require(signature.sig_object_type == "/DocTimeStamp", "not_one_signature")
        zero, first, second, length = signature.byte_range
        _require(zero == 0, "range")
        container = bytes(signature.pkcs7_content)
        gap = b"<" + container.hex().upper().encode() + b">"
        _require(data[first:second] == gap, "case")
        token = asn1_cms.ContentInfo.load(container).dump()
        _require(container == token.ljust(len(container), b"\0"), "container")
        covered = hashlib.sha256(data[:first] + data[second : second + length]).digest()
        yield read_token(token, imprint=covered)


def _require(condition: object, code: str) -> None:
    if not condition:
        raise NotOursError(code)
