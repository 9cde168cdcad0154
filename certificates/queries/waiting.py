"""Which proposals to give a certificate back, or to end one, wait for a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor
from academy.people.models import Person
from certificates import policies
from certificates.models import Certificate, CertificateEvent, Revocation, StandingProposal
from certificates.queries.lists import MOST_SHOWN, full_name, within
from certificates.rules.standing import EMPTIED
from courses.models import Cohort, Enrolment


@dataclass(frozen=True, slots=True)
class WaitingStanding:
    """A proposal to reinstate or to end, waiting for another person."""

    id: int
    certificate_id: int
    kind: str
    number: str
    holder: str
    proposer: str
    proposed_at: datetime
    is_mine: bool


@dataclass(frozen=True, slots=True)
class RevocationStand:
    """A proposal to revoke, and how its holder was heard so far."""

    id: int
    certificate_id: int
    enrolment_id: int
    number: str
    ground: str
    hearing: str
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class ReprintEvent:
    """What the cover sheet of one reprint says."""

    enrolment_id: int
    person_id: int
    number: str
    title: dict[str, str]
    issued_on: date
    at: datetime


def waiting_standings(actor: Actor) -> list[WaitingStanding]:
    """Return the open proposals that `actor` may confirm or drop, oldest first."""
    rights = {kind: right for kind, right in policies.STANDING_RIGHTS.items() if actor.may(right)}
    if not rights:
        return []
    holder, proposer = aliased(Person), aliased(Person)
    rows = db.session.execute(
        sa.select(
            StandingProposal,
            Certificate.number,
            full_name(holder).label("holder"),
            full_name(proposer).label("proposer"),
        )
        .join(Certificate, Certificate.id == StandingProposal.certificate_id)
        .join(holder, holder.id == StandingProposal.holder_id)
        .join(proposer, proposer.id == StandingProposal.proposer_id)
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(
            StandingProposal.outcome.is_(None),
            sa.or_(
                *(
                    sa.and_(StandingProposal.kind == kind, within(actor, right))
                    for kind, right in rights.items()
                )
            ),
        )
        .order_by(StandingProposal.proposed_at, StandingProposal.id)
        .limit(MOST_SHOWN)
    )
    return [
        WaitingStanding(
            id=row.StandingProposal.id,
            certificate_id=row.StandingProposal.certificate_id,
            kind=row.StandingProposal.kind,
            number=row.number,
            holder=row.holder,
            proposer=row.proposer,
            proposed_at=row.StandingProposal.proposed_at,
            is_mine=row.StandingProposal.proposer_id == actor.person_id,
        )
        for row in rows
    ]


def find_open_standing(certificate_id: int) -> str | None:
    """Return the kind of the open proposal about a certificate: reinstate or end; or None."""
    return db.session.scalar(
        sa.select(StandingProposal.kind).where(
            StandingProposal.certificate_id == certificate_id, StandingProposal.outcome.is_(None)
        )
    )


def get_revocation(revocation_id: int) -> RevocationStand:
    """Return one open proposal to revoke. Raises NotFoundError."""
    found = db.session.execute(
        sa.select(Revocation, Certificate.number, Certificate.enrolment_id)
        .join(Certificate, Certificate.id == Revocation.certificate_id)
        .where(Revocation.id == revocation_id, Revocation.outcome.is_(None))
    ).one_or_none()
    if found is None:
        raise NotFoundError
    return _stand(found.Revocation, found.number, found.enrolment_id)


def open_revocations(person_id: int) -> set[int]:
    """Return which of a person's certificates somebody proposed to revoke."""
    return set(
        db.session.scalars(
            sa.select(Revocation.certificate_id).where(
                Revocation.holder_id == person_id, Revocation.outcome.is_(None)
            )
        )
    )


def newest_revocation(certificate_id: int) -> RevocationStand | None:
    """Return the proposal that is open, or by which a certificate was revoked; or None."""
    found = db.session.execute(
        sa.select(Revocation, Certificate.number, Certificate.enrolment_id)
        .join(Certificate, Certificate.id == Revocation.certificate_id)
        .where(
            Revocation.certificate_id == certificate_id,
            sa.or_(
                Revocation.outcome.is_(None),
                sa.and_(Revocation.outcome == "confirmed", Certificate.standing == "revoked"),
            ),
        )
        .order_by(Revocation.id.desc())
        .limit(1)
    ).one_or_none()
    return _stand(found.Revocation, found.number, found.enrolment_id) if found else None


def _stand(one: Revocation, number: str, enrolment_id: int) -> RevocationStand:
    return RevocationStand(
        id=one.id,
        certificate_id=one.certificate_id,
        enrolment_id=enrolment_id,
        number=number,
        ground=one.ground,
        hearing=one.hearing,
        proposed_at=one.proposed_at,
    )


def get_reprint(certificate_id: int, event_id: int) -> ReprintEvent:
    """Return one reprint of a certificate that still has its file. Raises NotFoundError."""
    event = db.session.get(CertificateEvent, event_id)
    found = db.session.get(Certificate, certificate_id)
    if event is None or found is None or event.certificate_id != found.id:
        raise NotFoundError
    if event.kind != "reprinted" or found.standing in EMPTIED:
        raise NotFoundError
    return ReprintEvent(
        enrolment_id=found.enrolment_id,
        person_id=found.person_id,
        number=found.number,
        title=found.content["title"],
        issued_on=found.issued_on,
        at=event.at,
    )
