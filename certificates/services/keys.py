"""The public halves of the sealing keys, as the register knows them."""

from __future__ import annotations

import ssl

import sqlalchemy as sa

from academy.kernel import audit, queue
from academy.kernel.db import db
from academy.kernel.policy import SYSTEM, Actor
from certificates.adapters.keys import KeyInfo, KeysError
from certificates.models import SigningKey


def enter_key(key: KeyInfo, *, by: Actor = SYSTEM) -> int:
    """Enter the public half of a key and return its row's id; a known one stays as it is."""
    added = queue.insert_once(
        SigningKey,
        kid=key.key_id,
        purpose=key.purpose,
        fingerprint=key.fingerprint,
        certificate_pem=ssl.DER_cert_to_PEM_cert(key.certificate),
        valid_from=key.valid_from,
        valid_to=key.valid_until,
    )
    if added is None:
        known = sa.select(SigningKey.id).where(SigningKey.kid == key.key_id)
        return db.session.scalars(known).one()
    audit.record("certificates:key:entered", ("signing_key", added), by=by)
    return added


def enter_working_key(key: KeyInfo) -> int:
    """Return the row of a key that sealed something just now. Raises KeysError for a lost one."""
    known = db.session.scalars(sa.select(SigningKey).where(SigningKey.kid == key.key_id)).first()
    if known is None:
        return enter_key(key)
    if known.compromised_at is not None:
        raise KeysError(f"De sleutel {key.key_id} is in verkeerde handen en zegelt niet meer.")
    return known.id
