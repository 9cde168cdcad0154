"""The register as one file that anyone may keep: which files we issued and how they stand.

It holds numbers, hashes of files, states and days; no name and no code. The signature is over the
canonical bytes of `register`: JSON with sorted keys, no spaces, UTF-8. So a stranger checks it
without us: `jq -cjS .register FILE` and `openssl dgst -sha256 -verify` (docs/operations.md).
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from certificates.rules.verdict import RegisterEntry, State

FORMAT = "academy-register/1"
ALGORITHM = "ecdsa-p256-sha256"
LARGEST_SNAPSHOT = 64 * 1024 * 1024
"""About three hundred thousand certificates."""

STATES: tuple[State, ...] = ("issued", "revoked", "replaced", "withdrawn", "ended")
_SHA256 = re.compile("[0-9a-f]{64}")


class SnapshotError(Exception):
    """This file is no snapshot that may be trusted; `nl` and `en` say why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.nl, self.en = PROBLEMS[code]


PROBLEMS: Mapping[str, tuple[str, str]] = {
    "unreadable": (
        "Dit bestand is geen momentopname van een register.",
        "This file is not a snapshot of a register.",
    ),
    "too_large": (
        "Deze momentopname is te groot om te lezen.",
        "This snapshot is too large to read.",
    ),
    "another_version": (
        "Deze momentopname heeft een vorm die wij hier niet kennen.",
        "This snapshot has a form that is not known here.",
    ),
    "another_root": (
        "Deze momentopname is niet van deze academie. Gebruik hem niet.",
        "This snapshot is not from this academy. Do not use it.",
    ),
    "bad_signature": (
        "De handtekening van deze momentopname klopt niet. Gebruik hem niet.",
        "The signature of this snapshot is not right. Do not use it.",
    ),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """How one certificate stands. `since` is when it was revoked, replaced or withdrawn.

    `key_lost`: the key of its seal was in other hands before the file was registered. `resealed`:
    another file with a new seal took its place.
    """

    number: str
    sha256: str
    state: State
    valid_until: date | None = None
    renewed_by: str | None = None
    since: date | None = None
    key_lost: bool = False
    resealed: bool = False

    def as_register_entry(self) -> RegisterEntry:
        """Return what a verdict asks for."""
        return RegisterEntry(
            self.number,
            self.state,
            self.valid_until,
            self.renewed_by,
            key_lost=self.key_lost,
            resealed=self.resealed,
        )


@dataclass(frozen=True, slots=True)
class Leaf:
    """A key that seals certificates (DER), and when it was found to be in other hands."""

    key_id: str
    certificate: bytes
    compromised_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The register at one moment. `head` names the end of the log of issues, if there is one.

    `chains` are the seals from elsewhere (DER), each from its leaf to its root: the signature over
    the snapshot vouches for those.
    """

    as_of: datetime
    academy: str
    root: bytes
    leaves: tuple[Leaf, ...]
    entries: tuple[Entry, ...]
    head: Mapping[str, Any] | None = None
    chains: tuple[tuple[bytes, ...], ...] = ()
    by_sha256: Mapping[str, Entry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the entries by the hash of their file."""
        object.__setattr__(self, "by_sha256", {one.sha256: one for one in self.entries})

    def find(self, sha256: str) -> RegisterEntry | None:
        """Return the register's answer to the hash of a whole file."""
        entry = self.by_sha256.get(sha256)
        return entry.as_register_entry() if entry else None


@dataclass(frozen=True, slots=True)
class Signed:
    """An envelope that was read and not yet believed: check `signature` over `signed_bytes`."""

    snapshot: Snapshot
    signed_bytes: bytes
    key_id: str
    signature: bytes


def signed_bytes(snapshot: Snapshot) -> bytes:
    """Return the canonical bytes that are signed."""
    return _canonical(_plain(snapshot))


def write(snapshot: Snapshot, *, key_id: str, signature: bytes) -> bytes:
    """Return the envelope, one line of JSON."""
    said = {"algorithm": ALGORITHM, "key_id": key_id, "value": _text(signature)}
    return _canonical({"format": FORMAT, "register": _plain(snapshot), "signature": said}) + b"\n"


def read(data: bytes) -> Signed:
    """Read an envelope. Raises SnapshotError for anything that is none, and nothing else."""
    if len(data) > LARGEST_SNAPSHOT:
        raise SnapshotError("too_large")
    try:
        envelope = json.loads(data.decode("utf-8"))
        if not isinstance(envelope, dict) or "register" not in envelope:
            raise SnapshotError("unreadable")
        if envelope["format"] != FORMAT or envelope["signature"]["algorithm"] != ALGORITHM:
            raise SnapshotError("another_version")
        said = envelope["signature"]
        register = envelope["register"]
        return Signed(
            snapshot=_snapshot(register),
            signed_bytes=_canonical(register),
            key_id=str(said["key_id"]),
            signature=_bytes(said["value"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise SnapshotError("unreadable") from None


def _plain(snapshot: Snapshot) -> dict[str, Any]:
    register: dict[str, Any] = {
        "as_of": snapshot.as_of.isoformat(),
        "academy": snapshot.academy,
        "root": _text(snapshot.root),
        "leaves": [
            {
                "key_id": leaf.key_id,
                "certificate": _text(leaf.certificate),
                "compromised_at": _day(leaf.compromised_at),
            }
            for leaf in snapshot.leaves
        ],
        "certificates": [
            {
                "number": one.number,
                "sha256": one.sha256,
                "state": one.state,
                "valid_until": _day(one.valid_until),
                "renewed_by": one.renewed_by,
                "since": _day(one.since),
                **({"key_lost": True} if one.key_lost else {}),
                **({"resealed": True} if one.resealed else {}),
            }
            for one in snapshot.entries
        ],
    }
    if snapshot.head is not None:
        register["head"] = dict(snapshot.head)
    if snapshot.chains:
        register["chains"] = [[_text(one) for one in chain] for chain in snapshot.chains]
    return register


def _snapshot(register: dict[str, Any]) -> Snapshot:
    head = register.get("head")
    if head is not None and not isinstance(head, dict):
        raise SnapshotError("unreadable")
    as_of = datetime.fromisoformat(register["as_of"])
    if as_of.tzinfo is None:
        raise SnapshotError("unreadable")
    return Snapshot(
        as_of=as_of,
        academy=str(register["academy"]),
        root=_bytes(register["root"]),
        leaves=tuple(_leaves(register["leaves"])),
        entries=tuple(_entries(register["certificates"])),
        head=head,
        chains=tuple(tuple(map(_bytes, chain)) for chain in register.get("chains", ())),
    )


def _leaves(rows: Iterable[dict[str, Any]]) -> Iterable[Leaf]:
    for row in rows:
        found = row.get("compromised_at")
        compromised_at = datetime.fromisoformat(found) if found else None
        yield Leaf(str(row["key_id"]), _bytes(row["certificate"]), compromised_at)


def _entries(rows: Iterable[dict[str, Any]]) -> Iterable[Entry]:
    for row in rows:
        if row["state"] not in STATES or not _SHA256.fullmatch(row["sha256"]):
            raise SnapshotError("unreadable")
        yield Entry(
            number=str(row["number"]),
            sha256=row["sha256"],
            state=cast("State", row["state"]),
            valid_until=_to_day(row["valid_until"]),
            renewed_by=None if row["renewed_by"] is None else str(row["renewed_by"]),
            since=_to_day(row["since"]),
            key_lost=row.get("key_lost", False) is True,
            resealed=row.get("resealed", False) is True,
        )


def _canonical(value: dict[str, Any]) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _to_day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value is not None else None


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _bytes(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        raise SnapshotError("unreadable") from None
