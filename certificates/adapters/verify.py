"""Is this file a certificate of ours, and how does it stand? A library: no web, no database."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from academy.kernel import disk, documents
from academy.kernel.documents import DocumentError, DocumentTimeout
from certificates.rules.verdict import (
    NOT_READ,
    REASONS,
    Finding,
    RegisterEntry,
    SealReading,
    file_verdict,
)

LARGEST_FILE = 2 * 1024 * 1024
WALL_SECONDS = 3.0

Lookup = Callable[[str], RegisterEntry | None]
"""Finds the register's entry for the SHA-256 (hexadecimal) of a whole file."""
ReadSeal = Callable[..., dict[str, Any]]


def check_file(  # noqa: PLR0913 (all that a file is judged by)
    data: bytes,
    *,
    leaves: Sequence[bytes],
    root: bytes,
    now: datetime,
    today: date,
    lookup: Lookup | None = None,
    read_seal: ReadSeal | None = None,
    if_absent: str = "not_registered",
    lost_keys: Collection[str] = (),
) -> Finding:
    """Judge a file that anyone may have made; never raises for what is in it.

    `leaves` and `root` are our pinned certificates (DER), for certificates only. Without `lookup`
    there is no register, and an intact seal reads "original, status not known". `read_seal` is for
    callers that parse in another process than the document child. `if_absent` is the reason for a
    seal of ours that the register does not know. `lost_keys` are the ids of keys in other hands.
    """
    if len(data) > LARGEST_FILE:
        return Finding("unknown", now, None, (REASONS["too_large"],))
    entry = lookup(hashlib.sha256(data).hexdigest()) if lookup else None
    seal = _read(data, list(leaves), root, read_seal or read_seal_in_child)
    return file_verdict(
        entry,
        seal,
        now=now,
        today=today,
        has_register=lookup is not None,
        if_absent=if_absent,
        lost_keys=lost_keys,
    )


def read_seal_in_child(
    data: bytes,
    *,
    leaves: list[bytes],
    root: bytes,
    chains: Sequence[list[bytes]] = (),
    badge_keys: Mapping[str, bytes] | None = None,
) -> dict[str, Any]:
    """Read the seal where a hostile file can do no harm. Raises DocumentError if it tried.

    `chains` are the pinned seals from elsewhere, each from its leaf to its root. `badge_keys` are
    the public keys of credentials (DER) by their ids; without them no credential is looked at.
    """
    answer: dict[str, Any] = documents.call(
        "certificates.adapters.read_in_child:read_file",
        wall_seconds=WALL_SECONDS,
        badge_keys=None if badge_keys is None else dict(badge_keys),
        data=data,
        leaves=leaves,
        root=root,
        chains=list(chains),
    )
    return answer


def _read(data: bytes, leaves: list[bytes], root: bytes, read_seal: ReadSeal) -> SealReading:
    if not leaves or not data.startswith(b"%PDF-"):
        return SealReading(carries_seal=False, intact=False, problem="not_a_pdf")
    try:
        return SealReading(**read_seal(data, leaves=leaves, root=root))
    except DocumentError as error:
        problem = NOT_READ if _lies_with_us(error) else error.kind
        return SealReading(carries_seal=False, intact=False, problem=problem)


def _lies_with_us(error: DocumentError) -> bool:
    """Say whether a seal was not looked at: the child is gone, was too slow, or met a full disk."""
    is_gone = isinstance(error, DocumentTimeout) or error.kind in {"ChildGone", "NoPipe"}
    return is_gone or disk.failed(error)
