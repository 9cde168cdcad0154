"""The keys of credentials, without certificates: Ed25519 for the proof, RSA for the JWT.

They are published by `did:web`. A key that makes no more credentials stays published, or what it
signed could not be checked any more. For copies in a wallet there is a key of its own (P-256),
which wallets find elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from academy.kernel.durable import OWN, write_new, write_whole
from certificates.adapters.key_files import (
    KeysError,
    make_folder,
    open_private,
    private_pem,
    require_passphrase,
)

Purpose = Literal["credential", "jwt", "wallet"]
PURPOSES: tuple[Purpose, ...] = ("credential", "jwt")
"""What every academy has, and what the did document shows."""
WALLET: tuple[Purpose, ...] = ("wallet",)
ALL: tuple[Purpose, ...] = (*PURPOSES, *WALLET)
PrivateKey = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_RSA_BITS = 3072
_PUBLIC = ".public.json"
_PRIVATE = ".key.pem"


@dataclass(frozen=True, slots=True)
class BadgeKey:
    """A key of credentials as it may be published. `public_key` is SubjectPublicKeyInfo, DER.

    A retired key signs no more and what it signed stays good. Of a compromised one nothing is
    good any more, to a stranger who cannot ask the register.
    """

    key_id: str
    purpose: Purpose
    made_at: datetime
    public_key: bytes
    has_private_key: bool
    retired_at: datetime | None = None
    compromised_at: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the public key, hexadecimal."""
        return hashlib.sha256(self.public_key).hexdigest()

    @property
    def may_sign(self) -> bool:
        """Whether new credentials may be signed with it."""
        return self.has_private_key and self.retired_at is None and self.compromised_at is None


@dataclass(frozen=True)
class OpenedBadgeKey:
    """An opened key, ready to sign; keep it in the document child only."""

    info: BadgeKey
    private_key: PrivateKey


def add_key(folder: Path, purpose: Purpose, passphrase: str, *, now: datetime) -> BadgeKey:
    """Make one more key for `purpose`; new credentials are signed with it.

    Older ones stay published. Raises KeysError for a short passphrase.
    """
    require_passphrase(passphrase)
    make_folder(folder)
    key = _new(purpose)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    made_at = now.astimezone(UTC).replace(microsecond=0)
    info = BadgeKey(_key_id(public), purpose, made_at, public, has_private_key=True)
    write_new(_path(folder, info, _PRIVATE), private_pem(key, passphrase))
    write_new(_path(folder, info, _PUBLIC), _as_json(info))
    return info


def add_missing(
    folder: Path, passphrase: str, *, now: datetime, purposes: Sequence[Purpose] = PURPOSES
) -> list[BadgeKey]:
    """Make a key for each purpose that has none to sign with; return the new ones."""
    able = {key.purpose for key in list_keys(folder) if key.may_sign}
    return [
        add_key(folder, purpose, passphrase, now=now) for purpose in purposes if purpose not in able
    ]


def complete(
    folder: Path, passphrase: str, *, now: datetime, purposes: Sequence[Purpose] = PURPOSES
) -> list[BadgeKey]:
    """Add what is missing beside sealing keys that are older than credentials; return it."""
    has_seal = any(folder.glob("certificates-*.cert.pem"))
    return add_missing(folder, passphrase, now=now, purposes=purposes) if has_seal else []


def list_keys(folder: Path, purposes: Sequence[Purpose] = ALL) -> list[BadgeKey]:
    """Return every key of credentials in `folder`, retired ones too, oldest first."""
    found = [_read(path) for purpose in purposes for path in folder.glob(f"{purpose}-*{_PUBLIC}")]
    return sorted(found, key=lambda key: (key.made_at, key.purpose, key.key_id))


def end_key(folder: Path, key_id: str, *, now: datetime, compromised: bool = False) -> BadgeKey:
    """Retire a key, or mark it compromised; it stays published. Raises KeysError without it."""
    known = next((key for key in list_keys(folder) if key.key_id == key_id), None)
    if known is None:
        raise KeysError(f"De sleutel {key_id} is er niet.")
    moment = now.astimezone(UTC).replace(microsecond=0)
    ended = replace(
        known,
        retired_at=known.retired_at or moment,
        compromised_at=known.compromised_at or (moment if compromised else None),
    )
    write_whole(_path(folder, ended, _PUBLIC), _as_json(ended), mode=OWN)
    return ended


def load_signer(folder: Path, purpose: Purpose, passphrase: str) -> OpenedBadgeKey:
    """Open the newest key for `purpose` that may sign. Raises KeysError if there is none.

    Kept opened per process: opening takes some tens of milliseconds.
    """
    able = [key for key in list_keys(folder) if key.purpose == purpose and key.may_sign]
    if not able:
        raise KeysError(
            "Er is geen sleutel voor het bewijs in het bestand. Maak hem met: academy keys init",
            sentence_en="There is no key for the credential. Make it with: academy keys init",
        )
    return _opened(folder, able[-1], passphrase)


@lru_cache(maxsize=8)
def _opened(folder: Path, info: BadgeKey, passphrase: str) -> OpenedBadgeKey:
    path = _path(folder, info, _PRIVATE)
    key = open_private(path, passphrase)
    if not isinstance(key, PrivateKey):
        raise KeysError(f"De sleutel {path.name} is van een andere soort.")
    return OpenedBadgeKey(info, key)


def _new(purpose: Purpose) -> PrivateKey:
    if purpose == "credential":
        return ed25519.Ed25519PrivateKey.generate()
    if purpose == "wallet":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)


def _key_id(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:16]


def _path(folder: Path, key: BadgeKey, ending: str) -> Path:
    return folder / f"{key.purpose}-{key.key_id}{ending}"


def _as_json(key: BadgeKey) -> bytes:
    plain = {
        "purpose": key.purpose,
        "made_at": key.made_at.isoformat(),
        "retired_at": key.retired_at.isoformat() if key.retired_at else None,
        "compromised_at": key.compromised_at.isoformat() if key.compromised_at else None,
        "public_key": key.public_key.hex(),
    }
    return (json.dumps(plain, indent=2) + "\n").encode()


def _read(path: Path) -> BadgeKey:
    plain: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    public = bytes.fromhex(plain["public_key"])
    return BadgeKey(
        key_id=_key_id(public),
        purpose=plain["purpose"],
        made_at=datetime.fromisoformat(plain["made_at"]),
        public_key=public,
        has_private_key=path.with_name(path.name.replace(_PUBLIC, _PRIVATE)).exists(),
        retired_at=_moment(plain["retired_at"]),
        compromised_at=_moment(plain["compromised_at"]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
