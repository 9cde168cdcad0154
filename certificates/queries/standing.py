"""The certificates of one enrolment: which counts now, and since when its term runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from certificates.models import (
    Certificate,
    CertificateEvent,
    Decision,
    RenewalEvidence,
    Revocation,
)

IS_OPEN = sa.or_(Decision.outcome.is_(None), Decision.outcome == "hold")
"""A proposal that waits for a decision, or is on hold and can be decided again."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A certificate as it stands. `since` is when its term began: a replacement begins none."""

    id: int
    number: str
    enrolment_id: int
    person_id: int
    printed_name: str
    issued_on: date
    since: date
    valid_until: date | None
    state: str
    standing: str


def get_standing(certificate_id: int) -> Standing:
    """Return how a certificate stands. Raises NotFoundError."""
    found = db.session.get(Certificate, certificate_id)
    if found is None:
        raise NotFoundError
    return Standing(
        id=found.id,
        number=found.number,
        enrolment_id=found.enrolment_id,
        person_id=found.person_id,
        printed_name=found.printed_name,
        issued_on=found.issued_on,
        since=_term_began(found),
        valid_until=found.valid_until,
        state=found.state,
        standing=found.standing,
    )


def _term_began(certificate: Certificate) -> date:
    while certificate.replaces_id is not None:
        certificate = db.session.get_one(Certificate, certificate.replaces_id)
    return certificate.issued_on


def has_open_proposal(enrolment_id: int) -> bool:
    """Say whether a proposal for this enrolment waits for a decision, or is on hold."""
    return bool(
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(Decision)
            .where(Decision.enrolment_id == enrolment_id, IS_OPEN)
        )
    )


def renewal_evidence(person_id: int) -> list[tuple[str, date]]:
    """Return what counts for a person's renewal: requirement and day."""
    rows = db.session.execute(
        sa.select(RenewalEvidence.requirement, RenewalEvidence.on)
        .where(RenewalEvidence.person_id == person_id)
        .order_by(RenewalEvidence.on, RenewalEvidence.id)
    )
    return [(requirement, on) for requirement, on in rows]


def find_open_revocation(certificate_id: int) -> int | None:
    """Return the id of the open proposal to revoke a certificate, or None."""
    return db.session.scalar(
        sa.select(Revocation.id).where(
            Revocation.certificate_id == certificate_id, Revocation.outcome.is_(None)
        )
    )


def has_paper() -> sa.ColumnElement[bool]:
    """Return the condition that the paper of `Certificate` was given to its holder."""
    return sa.exists().where(
        CertificateEvent.certificate_id == Certificate.id, CertificateEvent.kind == "handed_out"
    )


def was_handed_out(certificate_id: int) -> bool:
    """Say whether the paper was given to the holder."""
    return bool(
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(CertificateEvent)
            .where(
                CertificateEvent.certificate_id == certificate_id,
                CertificateEvent.kind == "handed_out",
            )
        )
    )
