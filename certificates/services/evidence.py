"""What counts for renewal comes from the features above; they push it here."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from academy.kernel import audit, queue
from academy.kernel.db import db
from academy.kernel.policy import Actor
from certificates.models import RenewalEvidence


def record_renewal_evidence(
    person_id: int, requirement: str, *, on: date, source: tuple[str, str], by: Actor
) -> None:
    """Note that a person did something that counts for renewal; a second time changes nothing.

    `requirement` is an id of course.yaml's `renewal_rule`; `source` names the row it comes from.
    """
    added = queue.insert_once(
        RenewalEvidence,
        person_id=person_id,
        requirement=requirement,
        on=on,
        source_kind=source[0],
        source_ref=source[1],
    )
    if added is not None:
        audit.record(
            "certificates:renewal-evidence:recorded",
            ("renewal_evidence", added),
            by=by,
            subject_id=person_id,
            requirement=requirement,
        )


def drop_renewal_evidence(
    person_id: int, requirement: str, *, source: tuple[str, str], by: Actor
) -> None:
    """Take back what did not happen after all; nothing was noted: nothing changes."""
    found = db.session.scalar(
        sa.select(RenewalEvidence).where(
            RenewalEvidence.person_id == person_id,
            RenewalEvidence.requirement == requirement,
            RenewalEvidence.source_kind == source[0],
            RenewalEvidence.source_ref == source[1],
        )
    )
    if found is None:
        return
    audit.record(
        "certificates:renewal-evidence:dropped",
        ("renewal_evidence", found.id),
        by=by,
        subject_id=person_id,
        requirement=requirement,
    )
    db.session.delete(found)
