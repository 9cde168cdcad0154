"""What `academy check` asks of the register's chain. Sentences for operators.

A chain shows every change but two: a tail that was cut off with its head, and a chain written anew
from end to end. The checkpoints outside the database show those (`queries.checkpoints`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from academy.kernel.audit import PersonSalt
from academy.kernel.db import db
from certificates.models import Certificate, CertificateEvent, ChainEntry, ChainHead
from certificates.queries.chained import Chained, every_chained
from certificates.rules.chain import GENESIS, entry_hash

_ENTRY = [column for column in ChainEntry.__table__.columns if column.name != "id"]


@dataclass(slots=True)
class _Walk:
    """What the walk along the chain needs and what it leaves behind."""

    salts: dict[int, bytes]
    certificates: dict[str, Chained]
    events: dict[int, Any]
    latest: dict[str, Any] = field(default_factory=dict)
    issued: set[str] = field(default_factory=set)


def chain_faults() -> list[str]:
    """Return a sentence per place where chain, steps and register do not say the same."""
    return list(_faults())


def _faults() -> Iterator[str]:
    salts = db.session.execute(sa.select(PersonSalt.person_id, PersonSalt.salt))
    walk = _Walk(
        salts={row.person_id: row.salt for row in salts if row.salt},
        certificates={one.number: one for one in every_chained()},
        events=_events(),
    )
    previous, position = GENESIS, 0
    rows: Any = db.session.execute(sa.select(*_ENTRY).order_by(ChainEntry.position)).mappings()
    for row in rows:
        position += 1
        if row["position"] != position or row["previous"] != previous:
            yield f"register entry {row['position']} does not follow the one before it"
        if row["hash"] != entry_hash(row):
            yield f"register entry {row['position']} was changed"
        yield from _step_faults(row, walk)
        position, previous = row["position"], row["hash"]
    head = db.session.scalars(sa.select(ChainHead)).one_or_none()
    if (head.entries if head else 0, head.hash if head else GENESIS) != (position, previous):
        yield "the register's chain does not end where its head says"
    yield from _left_over(walk)


def _step_faults(row: Any, walk: _Walk) -> Iterator[str]:
    """Hold one entry against the step that it tells of."""
    place = row["position"]
    walk.latest[row["number"]] = row
    event = walk.events.pop(row["event_id"], None)
    if event is None:
        yield f"the step of register entry {place} is gone"
        return
    number, kind, at, by_id, ground = event
    if kind == "issued":
        walk.issued.add(number)
    certificate = walk.certificates.get(number)
    same = (number, kind, at) == (row["number"], row["kind"], row["at"])
    salt = walk.salts.get(certificate.person_id) if certificate else None
    if same and certificate is not None and salt is not None:
        same = row["step"] == certificate.step(salt, by_id=by_id, ground=ground)
    if not same:
        yield f"the step of register entry {place} was changed"


def _left_over(walk: _Walk) -> Iterator[str]:
    """Hold what the chain said last of each certificate against the register."""
    for event_id, event in walk.events.items():
        yield f"step {event_id} of certificate {event[0]} is not in the register's chain"
    for number, row in walk.latest.items():
        found = walk.certificates.get(number)
        if found is None:
            yield f"certificate {number} is gone from the register"
            continue
        salt = walk.salts.get(found.person_id)
        is_holder = salt is None or row["holder"] == found.holder(salt)
        if row["facts"] != found.facts or row["sha256"] != found.sha256 or not is_holder:
            yield f"certificate {number} is not what the register's chain says"
    for number, found in walk.certificates.items():
        if found.state == "issued" and number not in walk.issued:
            yield f"certificate {number} was never entered in the register's chain"


def _events() -> dict[int, Any]:
    rows = db.session.execute(
        sa.select(
            CertificateEvent.id,
            Certificate.number,
            CertificateEvent.kind,
            CertificateEvent.at,
            CertificateEvent.by_id,
            CertificateEvent.ground,
        ).join(Certificate, Certificate.id == CertificateEvent.certificate_id)
    )
    return {row[0]: row[1:] for row in rows}
