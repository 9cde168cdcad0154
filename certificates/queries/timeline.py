"""The whole life of a certificate in order: proposals, what was decided on them, every event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.people.models import Person
from certificates.models import (
    Certificate,
    CertificateEvent,
    Decision,
    Revocation,
    Ruling,
    StandingProposal,
    WalletOffer,
)
from certificates.queries.lists import full_name


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. `kind` names the sentence, `who` did it (empty: nobody).

    `event_id` is there for what stands in the register as an event.
    """

    kind: str
    at: datetime
    who: str
    ground: str = ""
    event_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Noted:
    kind: str
    at: datetime
    by_id: int | None
    ground: str = ""
    event_id: int | None = None


def timeline(certificate_id: int) -> tuple[Moment, ...]:
    """Return the life of one certificate, oldest first; the number of reads does not grow."""
    certificate = db.session.get_one(Certificate, certificate_id)
    noted = sorted(
        [
            *_decided(certificate),
            *_revocations(certificate_id),
            *_standing_proposals(certificate_id),
            *_events(certificate),
            *_copies(certificate),
        ],
        key=lambda one: one.at,
    )
    names = _names(one.by_id for one in noted)
    return tuple(
        Moment(one.kind, one.at, names.get(one.by_id or 0, ""), one.ground, one.event_id)
        for one in noted
    )


def _decided(certificate: Certificate) -> Iterator[_Noted]:
    """What led to it, earlier refusals too, and what was proposed to follow it."""
    own = db.session.get_one(Decision, certificate.decision_id)
    about = [Decision.id == own.id, Decision.earlier_id == certificate.id]
    if own.kind == "first":
        about.append(sa.and_(Decision.enrolment_id == own.enrolment_id, Decision.kind == "first"))
    decisions = db.session.scalars(
        sa.select(Decision).where(sa.or_(*about)).order_by(Decision.id)
    ).all()
    rulings = db.session.scalars(
        sa.select(Ruling)
        .where(Ruling.decision_id.in_([one.id for one in decisions]))
        .order_by(Ruling.id)
    ).all()
    for decision in decisions:
        yield _Noted(f"proposed_{decision.kind}", decision.proposed_at, decision.proposer_id)
        own_rulings = [one for one in rulings if one.decision_id == decision.id]
        for ruling in own_rulings:
            yield _Noted(f"said_{ruling.outcome}", ruling.at, ruling.by_id)
        if not own_rulings and decision.outcome and decision.decided_at:
            yield _Noted(f"said_{decision.outcome}", decision.decided_at, decision.decided_by_id)


def _revocations(certificate_id: int) -> Iterator[_Noted]:
    rows = db.session.scalars(
        sa.select(Revocation)
        .where(Revocation.certificate_id == certificate_id)
        .order_by(Revocation.id)
    )
    for one in rows:
        yield _Noted("revocation_proposed", one.proposed_at, one.proposer_id, one.ground)
        if one.heard_at is not None:
            yield _Noted(f"hearing_{one.hearing}", one.heard_at, one.heard_by_id)
        if one.outcome == "dropped" and one.closed_at:
            yield _Noted("revocation_dropped", one.closed_at, one.closed_by_id)


def _standing_proposals(certificate_id: int) -> Iterator[_Noted]:
    rows = db.session.scalars(
        sa.select(StandingProposal)
        .where(StandingProposal.certificate_id == certificate_id)
        .order_by(StandingProposal.id)
    )
    for one in rows:
        yield _Noted(f"{one.kind}_proposed", one.proposed_at, one.proposer_id)
        if one.outcome == "dropped" and one.closed_at:
            yield _Noted(f"{one.kind}_dropped", one.closed_at, one.closed_by_id)


def _events(certificate: Certificate) -> Iterator[_Noted]:
    rows = db.session.scalars(
        sa.select(CertificateEvent)
        .where(CertificateEvent.certificate_id == certificate.id)
        .order_by(CertificateEvent.id)
    )
    for one in rows:
        at = one.at
        if one.kind == "expired" and certificate.valid_until is not None:
            # The day it expired, also where a register from elsewhere was noted later.
            at = clock.local(certificate.valid_until + timedelta(days=1), 0)
        yield _Noted(one.kind, at, one.by_id, one.ground or "", one.id)


def _copies(certificate: Certificate) -> Iterator[_Noted]:
    """What its holder put in a wallet; nobody else can."""
    taken = db.session.scalars(
        sa.select(WalletOffer.taken_at)
        .where(WalletOffer.certificate_id == certificate.id, WalletOffer.taken_at.is_not(None))
        .order_by(WalletOffer.id)
    )
    for at in taken:
        if at is not None:
            yield _Noted("put_in_wallet", at, certificate.person_id)


def _names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = sorted({one for one in ids if one is not None})
    rows = db.session.execute(
        sa.select(Person.id, full_name(Person).label("name")).where(Person.id.in_(wanted))
    )
    return {row.id: row.name for row in rows}
