"""Entering what happens to certificates in the register's own chain.

The entries of one unit of work are kept back and written together just before the commit: the
head is locked once, after that of the audit chain, and an entry tells how the unit left the
certificate.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from academy.kernel import audit
from academy.kernel.db import before_commit, db
from certificates.models import CertificateEvent, ChainEntry, ChainHead
from certificates.queries.chained import Chained, chained_by_id
from certificates.rules.chain import GENESIS, entry_hash

KEPT = "register chain"


def append(event: CertificateEvent) -> None:
    """Keep a step for the chain; it is written with the commit of this unit of work."""
    db.session().info.setdefault(KEPT, []).append(event)


@before_commit
def _write_kept(session: Session) -> None:
    kept: list[CertificateEvent] = session.info.pop(KEPT, [])
    steps = sorted((one for one in kept if sa.inspect(one).persistent), key=lambda one: one.id)
    if not steps:
        return
    head = _locked_head(session)
    found = chained_by_id({one.certificate_id for one in steps})
    # Each step has an audit line about the holder, so the audit's head is locked by now.
    salts = audit.salts_of(session, {one.person_id for one in found.values()})
    rows: list[dict[str, Any]] = []
    previous = head.hash
    for position, step in enumerate(steps, head.entries + 1):
        certificate = found[step.certificate_id]
        row = entry(step, certificate, position=position, salt=salts[certificate.person_id])
        row["previous"] = previous
        row["hash"] = previous = entry_hash(row)
        rows.append(row)
    session.execute(sa.insert(ChainEntry), rows)
    head.hash = previous
    head.entries += len(rows)
    session.flush()


def entry(
    step: CertificateEvent, certificate: Chained, *, position: int, salt: bytes
) -> dict[str, Any]:
    """Return an entry as it stands in the table, but for its place in the chain."""
    return {
        "position": position,
        "event_id": step.id,
        "kind": step.kind,
        "number": certificate.number,
        "sha256": certificate.sha256,
        "at": step.at,
        "facts": certificate.facts,
        "holder": certificate.holder(salt),
        "step": certificate.step(salt, by_id=step.by_id, ground=step.ground),
    }


def _locked_head(session: Session) -> ChainHead:
    head = session.scalars(
        sa.select(ChainHead).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if head is None:
        head = ChainHead(id=1, hash=GENESIS, entries=0)
        session.add(head)
        session.flush()  # a second writer now waits, or fails on the primary key
    return head
