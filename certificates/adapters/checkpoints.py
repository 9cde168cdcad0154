"""Checkpoints as files: one a day, `<day>.json` with its signature beside it, `<day>.sig`.

The signature is plain ECDSA over the file, so that openssl alone can check it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from academy.kernel import documents
from academy.kernel.durable import write_whole
from certificates.adapters import keys
from certificates.adapters.keys import KeyInfo
from certificates.rules.checkpoint import Checkpoint, CheckpointError, read, write


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of the folder. `checkpoint` is None when it is not what one of our keys signed."""

    name: str
    sha256: str
    checkpoint: Checkpoint | None


def sign(
    checkpoint: Checkpoint, *, keys_folder: Path, passphrase: str, now: datetime
) -> tuple[bytes, bytes]:
    """Return the file of a checkpoint and its signature (DER); the key names itself in the file.

    The key is opened in the document child only. Raises DocumentError without a key.
    """
    signed: dict[str, Any] = documents.call(
        "certificates.adapters.checkpoints:sign_in_child",
        data=write(checkpoint),
        keys_folder=str(keys_folder),
        passphrase=passphrase,
        now=now,
    )
    return signed["data"], signed["signature"]


def sign_in_child(
    *, data: bytes, keys_folder: str, passphrase: str, now: datetime
) -> dict[str, bytes]:
    """Return `data` with the key's id in it, and the signature. Runs in the document child."""
    key = keys.load_signer(Path(keys_folder), "certificates", passphrase, now=now)
    named = write(replace(read(data), key_id=key.info.key_id))
    return {"data": named, "signature": key.sign(named)}


def keep(folder: Path, day: date, *, data: bytes, signature: bytes) -> None:
    """Put a checkpoint in its folder; a file that is there is whole and has its signature."""
    write_whole(folder / f"{day}.sig", signature)
    write_whole(folder / f"{day}.json", data)


def has(folder: Path, day: date) -> bool:
    """Say whether the checkpoint of a day is there."""
    return (folder / f"{day}.json").exists()


def file_of(folder: Path, day: date) -> tuple[bytes, bytes] | None:
    """Return a day's file and its signature, or None."""
    try:
        return (folder / f"{day}.json").read_bytes(), (folder / f"{day}.sig").read_bytes()
    except FileNotFoundError:
        return None


def kept(folder: Path, leaves: Sequence[KeyInfo]) -> list[Kept]:
    """Return what lies in the folder, oldest first, each held against our keys."""
    return [_kept(path, leaves) for path in sorted(folder.glob("[0-9]*.json"))]


def newest_first(folder: Path, leaves: Sequence[KeyInfo]) -> Iterator[Checkpoint]:
    """Yield the checkpoints of the folder that our keys signed, the newest first."""
    for path in sorted(folder.glob("[0-9]*.json"), reverse=True):
        found = _kept(path, leaves).checkpoint
        if found is not None:
            yield found


def newest(folder: Path) -> date | None:
    """Return the day of the newest checkpoint, or None."""
    return max((day for path in folder.glob("[0-9]*.json") if (day := _day(path))), default=None)


def _day(path: Path) -> date | None:
    try:
        return date.fromisoformat(path.stem)
    except ValueError:
        return None


def _kept(path: Path, leaves: Sequence[KeyInfo]) -> Kept:
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        checkpoint = read(data)
        _require_signed(data, path.with_suffix(".sig").read_bytes(), checkpoint, leaves)
    except (CheckpointError, FileNotFoundError):
        return Kept(path.stem, sha256, None)
    return Kept(path.stem, sha256, checkpoint if path.stem == f"{checkpoint.day}" else None)


def _require_signed(
    data: bytes, signature: bytes, checkpoint: Checkpoint, leaves: Sequence[KeyInfo]
) -> None:
    for leaf in leaves:
        if leaf.key_id == checkpoint.key_id and leaf.purpose == "certificates":
            public = x509.load_der_x509_certificate(leaf.certificate).public_key()
            try:
                cast("ec.EllipticCurvePublicKey", public).verify(
                    signature, data, ec.ECDSA(hashes.SHA256())
                )
            except InvalidSignature:
                break
            return
    raise CheckpointError("signature")
