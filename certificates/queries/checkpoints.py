"""The ends of both chains now, and whether they still hold what every checkpoint says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from academy.kernel.audit import AuditEvent, AuditHead
from academy.kernel.db import db
from academy.kernel.settings import current
from certificates.adapters import checkpoints
from certificates.adapters.keys import list_keys
from certificates.models import Certificate, ChainEntry, ChainHead
from certificates.queries.emptied import emptied_faults
from certificates.queries.keys import lost_keys
from certificates.rules.chain import GENESIS
from certificates.rules.checkpoint import Checkpoint, End


def audit_end() -> End:
    """Return where the audit chain ends."""
    head = db.session.scalars(sa.select(AuditHead)).one_or_none()
    return End(head.events, head.hash) if head else End(0, GENESIS)


def register_end() -> End:
    """Return where the register's chain ends."""
    head = db.session.scalars(sa.select(ChainHead)).one_or_none()
    return End(head.entries, head.hash) if head else End(0, GENESIS)


def standings() -> dict[str, int]:
    """Count the issued certificates by how they stand."""
    rows: Iterable[Any] = db.session.execute(
        sa.select(Certificate.standing, sa.func.count())
        .where(Certificate.state == "issued")
        .group_by(Certificate.standing)
        .order_by(Certificate.standing)
    )
    return {row[0]: row[1] for row in rows}


def checkpoint_faults() -> list[str]:
    """Return what is wrong with the checkpoints, and what the chains do not hold any more."""
    return list(_faults())


def _faults() -> Iterator[str]:
    settings = current()
    kept = checkpoints.kept(settings.checkpoints, list_keys(settings.keys))
    before: checkpoints.Kept | None = None
    for one in kept:
        if one.checkpoint is None:
            yield f"the checkpoint of {one.name} was changed"
        elif before is not None and one.checkpoint.previous != before.sha256:
            yield f"the checkpoint of {one.name} does not follow that of {before.name}"
        before = one
    whole = [one.checkpoint for one in kept if one.checkpoint is not None]
    yield from _signed_by_others(whole)
    events = _audit_events()
    yield from emptied_faults(whole, events)
    audit = _at([one.audit for one in whole], [one.hash for one in events])
    register = _at([one.register for one in whole], _register_hashes())
    for said, holds_audit, holds_register in zip(whole, audit, register, strict=True):
        if not holds_audit:
            yield f"the audit chain does not hold what it held at the checkpoint of {said.day}"
        if not holds_register:
            yield f"the register does not hold what it held at the checkpoint of {said.day}"


def _signed_by_others(whole: Sequence[Checkpoint]) -> Iterator[str]:
    """Yield the checkpoints that somebody else may have signed."""
    lost = lost_keys()
    for one in whole:
        if one.key_id in lost and one.as_of >= lost[one.key_id]:
            yield f"the checkpoint of {one.day} was signed with a key that others had by then"


def _at(ends: Sequence[End], found: list[str]) -> Iterator[bool]:
    """Say of each end whether the chain had that hash at that place."""
    for end in ends:
        if end.rows == 0:
            yield end.hash == GENESIS
        else:
            yield end.rows <= len(found) and found[end.rows - 1] == end.hash


def _audit_events() -> Sequence[Any]:
    return db.session.execute(
        sa.select(AuditEvent.hash, AuditEvent.action).order_by(AuditEvent.id)
    ).all()


def _register_hashes() -> list[str]:
    return list(db.session.scalars(sa.select(ChainEntry.hash).order_by(ChainEntry.position)))
