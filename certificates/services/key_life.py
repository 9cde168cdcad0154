"""A new sealing key in place of an old one, and a key that fell into other hands."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import cast

import sqlalchemy as sa

from academy.kernel import audit, clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import SYSTEM, Actor
from academy.kernel.settings import current
from certificates.adapters import badge_keys, key_life, keys
from certificates.adapters.key_files import KeysError
from certificates.adapters.key_life import Rotated
from certificates.adapters.keys import KeyInfo
from certificates.adapters.pinning import list_pinned
from certificates.models import SigningKey
from certificates.services.keys import enter_key

PURPOSES = (*keys.PURPOSES, *badge_keys.ALL)


def rotate(purpose: str, *, root: Path | None, by: Actor = SYSTEM) -> Rotated:
    """Let a new key sign for `purpose` and destroy the private half of the older ones.

    Their public half stays listed. A leaf needs the private key of the root. The order is such
    that a power cut leaves two keys that sign, never none. Raises KeysError.
    """
    settings, now = current(), clock.real_now()
    if purpose in badge_keys.ALL:
        made = key_life.add_badge_key(settings.keys, purpose, settings.keys_passphrase, now=now)
    elif root is None:
        raise KeysError("Hiervoor is de basis nodig: geef met --root waar die ligt.")
    else:
        leaf = cast("keys.Purpose", purpose)
        made = key_life.add_leaf(settings.keys, leaf, settings.keys_passphrase, now=now, root=root)
    with unit_of_work():
        _enter_rotation(made, purpose, now=now, by=by)
    for key_id in made.ended:
        key_life.destroy_private(settings.keys, key_id)
    return made


def _enter_rotation(made: Rotated, purpose: str, *, now: datetime, by: Actor) -> None:
    if isinstance(made.fresh, KeyInfo):
        fresh_id = enter_key(made.fresh, by=by)
        older = sa.select(SigningKey).where(
            SigningKey.purpose == purpose,
            SigningKey.id != fresh_id,
            SigningKey.kid.in_(made.ended),
            SigningKey.retired_at.is_(None),
        )
        for row in db.session.scalars(older.with_for_update()):
            row.retired_at = now
            audit.record("certificates:key:retired", ("signing_key", row.id), by=by)
        return
    for key_id in made.ended:
        audit.record("certificates:key:retired", ("badge_key", None), by=by, key=key_id)


def compromise(key_id: str, *, since: datetime, by: Actor = SYSTEM) -> None:
    """Enter that a key has been in other hands since a moment: it signs nothing any more.

    Raises KeysError for an unknown key, and for a moment that has not come yet or that would make
    an earlier one later.
    """
    folder = current().keys
    if since > clock.real_now():
        raise KeysError("Dat moment moet nog komen.")
    key = key_life.require_known(folder, key_id, list_pinned(folder))
    if isinstance(key, KeyInfo):
        with unit_of_work():
            _refuse_later(key_id, since=since)  # before the folder takes a moment over
        key_life.mark_lost(folder, key_id, since=since)
        with unit_of_work():
            _enter_loss(key, since=since, by=by)
    else:
        badge_keys.end_key(folder, key_id, now=since, compromised=True)
        with unit_of_work():
            audit.record("certificates:key:compromised", ("badge_key", None), by=by, key=key_id)
    key_life.destroy_private(folder, key_id)


def _refuse_later(key_id: str, *, since: datetime) -> None:
    known = sa.select(SigningKey.compromised_at).where(SigningKey.kid == key_id)
    earlier = db.session.scalar(known)
    if earlier is not None and earlier <= since:
        raise KeysError("Deze sleutel was al eerder in verkeerde handen.")


def _enter_loss(key: KeyInfo, *, since: datetime, by: Actor) -> None:
    row = db.session.get_one(SigningKey, enter_key(key, by=by), with_for_update=True)
    _refuse_later(key.key_id, since=since)
    row.compromised_at = since
    row.retired_at = row.retired_at or clock.real_now()
    audit.record(
        "certificates:key:compromised",
        ("signing_key", row.id),
        by=by,
        since=since.isoformat(),
    )
