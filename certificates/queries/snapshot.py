"""The whole register as a snapshot: numbers, hashes, states and days, and nobody's name."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.settings import current
from certificates.adapters.keys import is_for_certificates, list_keys, root_certificate
from certificates.adapters.pinning import pinned_chains
from certificates.models import Certificate, ChainHead
from certificates.queries.archive import later_files
from certificates.queries.keys import lost_keys
from certificates.queries.resealing import LostSeal, lost_seals
from certificates.queries.verification import STATES, is_renewed_by
from certificates.rules.snapshot import Entry, Leaf, Snapshot

_GOOD = LostSeal(by_then=False, resealed=False)


def get_snapshot() -> Snapshot:
    """Return the register as it stands now. Raises KeysError before `keys init`."""
    settings = current()
    return Snapshot(
        as_of=clock.now().replace(microsecond=0),
        academy=settings.name,
        root=root_certificate(settings.keys),
        leaves=tuple(_leaves()),
        entries=tuple(_entries()),
        head=_head(),
        chains=tuple(tuple(chain) for chain in pinned_chains(settings.keys)),
    )


def _head() -> dict[str, Any] | None:
    """Return where the register's chain ends, so that a later rewrite can be held against this."""
    head = db.session.scalars(sa.select(ChainHead)).one_or_none()
    return {"entries": head.entries, "hash": head.hash} if head else None


def _leaves() -> list[Leaf]:
    """Return the keys that sealed certificates, from the folder: those are what verifying pins.

    Seals from elsewhere are not among them, for our root does not vouch for those: see `chains`.
    """
    compromised = lost_keys()
    return [
        Leaf(key.key_id, key.certificate, compromised.get(key.key_id))
        for key in list_keys(current().keys)
        if is_for_certificates(key.certificate)
    ]


def _entries() -> list[Entry]:
    renewal = aliased(Certificate)
    rows = db.session.execute(
        sa.select(
            Certificate.id,
            Certificate.number,
            Certificate.sha256,
            Certificate.standing,
            Certificate.standing_since,
            Certificate.valid_until,
            renewal.number.label("renewed_by"),
        )
        .outerjoin(renewal, is_renewed_by(renewal))
        .where(Certificate.state == "issued")
        .order_by(Certificate.id)
    )
    later, lost = later_files(), lost_seals()
    return [
        Entry(
            number=row.number,
            sha256=sha256,
            state=STATES[row.standing],
            valid_until=row.valid_until,
            renewed_by=row.renewed_by,
            since=row.standing_since,
            key_lost=seal.by_then,
            resealed=seal.resealed,
        )
        for row in rows
        for sha256 in (row.sha256, *later.get(row.id, ()))
        for seal in (lost.get(sha256, _GOOD),)
    ]
