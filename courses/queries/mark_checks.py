"""What `academy check` asks of the registers: marks are those that were saved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from academy.kernel.audit import AuditEvent, PersonSalt, proof
from academy.kernel.db import db
from courses.models import AttendanceMark, Enrolment
from courses.rules.attendance import mark_line

SAVED = "courses:register:saved"
AT_ONCE = 500
"""Marks per statement, so that a long history needs no more memory than a short one."""

Proof = tuple[int, str]
"""The id of a mark, and what the audit log keeps to prove it."""


def faults() -> list[str]:
    """Return the marks that are others than the audit log proves.

    Marks that are not kept any more, those of who was erased, and those of before there were
    proofs can be proved no longer.
    """
    salts, proofs = _salts(), _proofs()
    found: list[str] = []
    while some := list(islice(proofs, AT_ONCE)):
        found += _changed(some, salts)
    return found


def _salts() -> Mapping[int, bytes]:
    """Return the salts of everybody who has a mark; an empty one was destroyed by an erasure."""
    rows = db.session.execute(sa.select(PersonSalt.person_id, PersonSalt.salt))
    return {row.person_id: row.salt for row in rows}


def _proofs() -> Iterator[Proof]:
    events = db.session.scalars(
        sa.select(AuditEvent.data)
        .where(AuditEvent.action == SAVED)
        .order_by(AuditEvent.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for data in events:
        for mark_id, kept in data.get("proofs", {}).items():
            yield int(mark_id), kept


def _changed(proofs: Sequence[Proof], salts: Mapping[int, bytes]) -> Iterator[str]:
    marks = {row.id: row for row in _marks(mark_id for mark_id, _kept in proofs)}
    for mark_id, kept in proofs:
        mark = marks.get(mark_id)
        salt = salts.get(mark.person_id) if mark is not None else None
        if mark is None or salt == b"":
            continue
        line = mark_line(
            mark.session_id,
            mark.enrolment_id,
            status=mark.status,
            minutes_late=mark.minutes_late,
            counts_anyway=mark.counts_anyway,
        )
        if proof(salt, line) != kept:
            yield f"attendance mark {mark_id} is not the one that was saved"


def _marks(ids: Iterable[int]) -> Sequence[Any]:
    return db.session.execute(
        sa.select(
            AttendanceMark.id,
            AttendanceMark.session_id,
            AttendanceMark.enrolment_id,
            AttendanceMark.status,
            AttendanceMark.minutes_late,
            AttendanceMark.counts_anyway,
            Enrolment.person_id,
        )
        .join(Enrolment, Enrolment.id == AttendanceMark.enrolment_id)
        .where(AttendanceMark.id.in_(list(ids)))
    ).all()
