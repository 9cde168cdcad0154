"""Distinguished encoding (DER) of the few forms that a container of ours consists of."""

import hashlib

from asn1crypto import cms as asn1_cms  # type: ignore[import-untyped]
from asn1crypto.parser import emit  # type: ignore[import-untyped]

SET, SEQUENCE, OCTETS = 0x31, 0x30, 0x04
SIGNED_DATA: bytes = asn1_cms.ContentType("signed_data").dump()
VERSION_1: bytes = asn1_cms.CMSVersion("v1").dump()
VERSION_3: bytes = asn1_cms.CMSVersion("v3").dump()
NULL = b"\x05\x00"


def der(tag: int, *parts: bytes) -> bytes:
    """Return a value with its tag and the shortest length."""
    return bytes(emit(tag >> 6, tag >> 5 & 1, tag & 0x1F, b"".join(parts)))


def digest(name: str, data: bytes) -> bytes:
    """Return the SHA-2 digest of a name such as `sha256`. Raises ValueError for another."""
    if name not in {"sha256", "sha384", "sha512"}:
        raise ValueError(f"not a digest we know: {name}")
    return hashlib.new(name, data).digest()
