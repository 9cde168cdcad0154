"""Every key of ours as anyone may know it: what it is for, its fingerprint and how it stands."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.settings import current
from certificates.adapters import badge_keys
from certificates.adapters.badge_keys import BadgeKey
from certificates.adapters.keys import KeyInfo, KeysError, list_keys, root_certificate
from certificates.adapters.pinning import list_pinned
from certificates.models import SigningKey

State = Literal["active", "retired", "compromised"]
NOTICE = timedelta(days=365)
"""For how long the verify page speaks of a key that was lost."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One key. `valid_until` is None for a key without a certificate."""

    key_id: str
    purpose: str
    fingerprint: str
    state: State
    valid_from: datetime
    valid_until: datetime | None
    retired_at: datetime | None
    compromised_at: datetime | None
    has_private_key: bool
    certificate_pem: str | None
    """None for a key of credentials: did.json publishes those."""


def root_fingerprint() -> str:
    """Return the fingerprint of the root, or nothing before `keys init`."""
    try:
        return hashlib.sha256(root_certificate(current().keys)).hexdigest()
    except KeysError:
        return ""


def public_keys() -> list[PublicKey]:
    """Return every key, oldest first: of seals, of credentials, and of seals from elsewhere."""
    folder = current().keys
    ends = {
        row.kid: row
        for row in db.session.execute(
            sa.select(SigningKey.kid, SigningKey.retired_at, SigningKey.compromised_at)
        )
    }
    found = [_seal(key, ends.get(key.key_id)) for key in (*list_keys(folder), *list_pinned(folder))]
    found += [_badge(key) for key in badge_keys.list_keys(folder)]
    return sorted(found, key=lambda one: (one.valid_from, one.purpose, one.key_id))


def lost_keys() -> dict[str, datetime]:
    """Return since when each sealing key that was lost has been in other hands, by its id."""
    rows = db.session.execute(
        sa.select(SigningKey.kid, SigningKey.compromised_at).where(
            SigningKey.compromised_at.is_not(None)
        )
    )
    return {row.kid: row.compromised_at for row in rows}


def lost_since(keys: Sequence[PublicKey]) -> datetime | None:
    """Return since when a key for certificates was in other hands, the latest of the past year."""
    recent = clock.real_now() - NOTICE
    lost = [one.compromised_at for one in keys if one.purpose == "certificates"]
    return max((moment for moment in lost if moment and moment > recent), default=None)


def _seal(key: KeyInfo, ends: Any) -> PublicKey:
    retired_at = ends.retired_at if ends else None
    compromised_at = ends.compromised_at if ends else None
    return PublicKey(
        key.key_id,
        key.purpose,
        key.fingerprint,
        _state(retired_at, compromised_at, key.valid_until),
        key.valid_from,
        key.valid_until,
        retired_at,
        compromised_at,
        key.has_private_key,
        ssl.DER_cert_to_PEM_cert(key.certificate),
    )


def _badge(key: BadgeKey) -> PublicKey:
    return PublicKey(
        key.key_id,
        key.purpose,
        key.fingerprint,
        _state(key.retired_at, key.compromised_at, None),
        key.made_at,
        None,
        key.retired_at,
        key.compromised_at,
        key.has_private_key,
        None,
    )


def _state(
    retired_at: datetime | None, compromised_at: datetime | None, valid_until: datetime | None
) -> State:
    if compromised_at is not None:
        return "compromised"
    is_over = valid_until is not None and valid_until <= clock.real_now()
    return "retired" if retired_at is not None or is_over else "active"
