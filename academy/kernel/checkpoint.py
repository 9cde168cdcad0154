"""Where the audit chain stood at the last backup, kept outside the database.

The chain alone cannot show that its end was cut off or that all of it was written anew. A head
that lies elsewhere can: what stood in the chain then must stand in it now.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from academy.kernel.audit import GENESIS, AuditEvent
from academy.kernel.db import db
from academy.kernel.durable import write_whole

FILE = "audit-checkpoint.json"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The end of the chain at a moment: how many events there were and the hash of the last."""

    at: datetime
    events: int
    hash: str


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Keep `checkpoint` in `folder` in place of an earlier one."""
    values = {
        "at": checkpoint.at.isoformat(),
        "events": checkpoint.events,
        "hash": checkpoint.hash,
    }
    write_whole(folder / FILE, json.dumps(values).encode() + b"\n")


def read_checkpoint(folder: Path) -> Checkpoint | None:
    """Return the last checkpoint, or None when no backup was made here or its file is broken."""
    try:
        values = json.loads((folder / FILE).read_text(encoding="utf-8"))
        at = datetime.fromisoformat(values["at"])
        return Checkpoint(at, int(values["events"]), str(values["hash"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def chain_holds(checkpoint: Checkpoint) -> bool:
    """Say whether the chain in the database still holds the end that it had then."""
    if checkpoint.hash == GENESIS:
        return checkpoint.events == 0
    place = db.session.scalar(sa.select(AuditEvent.id).where(AuditEvent.hash == checkpoint.hash))
    if place is None:
        return False
    before = sa.select(sa.func.count()).select_from(AuditEvent).where(AuditEvent.id <= place)
    return db.session.scalar(before) == checkpoint.events
