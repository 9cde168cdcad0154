"""What counts for renewal comes from the features above; they push it here."""

from __future__ import annotations

from datetime import date

from academy.kernel import audit, queue
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
