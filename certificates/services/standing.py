"""Give a revoked certificate back, or end one for good: one proposes, another confirms."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, events, policy
from academy.kernel.db import db
from academy.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
)
from academy.kernel.messages.engine import announce
from academy.kernel.policy import Actor
from certificates import policies
from certificates.events import CertificateReinstated
from certificates.models import END_CAUSES, Certificate, StandingProposal
from certificates.queries.facts import get_facts
from certificates.queries.waiting import find_open_standing
from certificates.services.life import (
    add_event,
    close_proposal,
    empty,
    get_locked,
    refuse_own,
    refuse_unissued,
    set_standing,
)

REINSTATED = "certificates/reinstated"


def propose_reinstatement(certificate_id: int, *, by: Actor) -> int:
    """Propose that a revoked certificate counts again, and return the proposal's id.

    Raises ConflictError for one that is not revoked or has an open proposal.
    """
    certificate = _reachable(certificate_id, "reinstate", by=by)
    if certificate.standing != "revoked":
        raise ConflictError(_("Dit certificaat is niet ingetrokken."))
    return _propose(certificate, "reinstate", by=by)


def propose_end(certificate_id: int, cause: str, *, by: Actor) -> int:
    """Propose to end a certificate for good, and return the proposal's id.

    `cause` is death or erasure. Raises ConflictError for one that was ended, or has an open
    proposal.
    """
    if cause not in END_CAUSES:
        sentence = _("Kies waarom.")
        raise InvalidInputError(sentence, fields={"cause": sentence})
    certificate = _reachable(certificate_id, "end", by=by)
    _refuse_ended(certificate)
    return _propose(certificate, "end", cause=cause, by=by)


def confirm(proposal_id: int, *, by: Actor) -> None:
    """Do what somebody else proposed. Raises ForbiddenError for the proposer and the holder."""
    proposal = _open_proposal(proposal_id, by=by)
    refuse_own(proposal.holder_id, by)
    if proposal.proposer_id == by.person_id:
        raise ForbiddenError(_("Je deed dit voorstel zelf. Een ander bevestigt het."))
    certificate = get_locked(proposal.certificate_id)
    close_proposal(proposal, "confirmed", by=by)
    if proposal.kind == "reinstate":
        _reinstate(certificate, by=by)
        announce(
            REINSTATED,
            key=f"{REINSTATED}-{proposal.id}",
            person_ids=[proposal.holder_id],
            proposal_id=proposal.id,
        )
    else:
        end(certificate.id, by=by)


def drop(proposal_id: int, *, by: Actor) -> None:
    """Leave the certificate as it is; the proposer too may say so."""
    proposal = _open_proposal(proposal_id, by=by)
    close_proposal(proposal, "dropped", by=by)
    _record(proposal, "dropped", by=by)


def end(certificate_id: int, *, by: Actor) -> None:
    """End a certificate for good: name, promise and file go, number and standing stay.

    Its caller knows that this may be: a second person confirmed it, or the holder was erased.
    Raises ConflictError for one that was ended before.
    """
    certificate = get_locked(certificate_id)
    refuse_unissued(certificate)
    _refuse_ended(certificate)
    certificate.name_hidden_on = None
    empty(certificate, "ended", by=by)


def _reinstate(certificate: Certificate, *, by: Actor) -> None:
    if certificate.standing != "revoked":
        raise ConflictError(_("Dit certificaat is niet ingetrokken."))
    certificate.standing = _standing_without_revocation(certificate.id)
    certificate.standing_since = clock.today()
    add_event(certificate, "reinstated", by=by)
    for earlier_id, standing in (
        (certificate.replaces_id, "replaced"),
        (certificate.renews_id, "renewed"),
    ):
        earlier = get_locked(earlier_id) if earlier_id else None
        if earlier is not None and earlier.standing == "valid":
            set_standing(earlier, standing, by=by)
    events.emit(CertificateReinstated(certificate.id, certificate.person_id))


def _standing_without_revocation(certificate_id: int) -> str:
    """What it would be now: another certificate may have followed in the meantime."""
    for column, standing in (
        (Certificate.replaces_id, "replaced"),
        (Certificate.renews_id, "renewed"),
    ):
        followed = sa.exists().where(
            column == certificate_id,
            Certificate.state == "issued",
            Certificate.standing != "revoked",
        )
        if db.session.scalar(sa.select(followed)):
            return standing
    return "valid"


def _reachable(certificate_id: int, kind: str, *, by: Actor) -> Certificate:
    certificate = get_locked(certificate_id)
    policy.require(by, policies.STANDING_RIGHTS[kind], get_facts(certificate.enrolment_id).reach)
    refuse_own(certificate.person_id, by)
    refuse_unissued(certificate)
    return certificate


def _propose(certificate: Certificate, kind: str, *, by: Actor, cause: str | None = None) -> int:
    if find_open_standing(certificate.id) is not None:
        raise ConflictError(_("Er ligt al een voorstel. Het wacht op een tweede."))
    proposal = StandingProposal(
        certificate_id=certificate.id,
        kind=kind,
        cause=cause,
        holder_id=certificate.person_id,
        proposer_id=by.person_id,
        proposed_at=clock.now(),
    )
    db.session.add(proposal)
    db.session.flush()  # the audit names the row
    _record(proposal, "proposed", by=by)
    return proposal.id


def _open_proposal(proposal_id: int, *, by: Actor) -> StandingProposal:
    proposal = db.session.get(StandingProposal, proposal_id, with_for_update=True)
    if proposal is None:
        raise NotFoundError
    certificate = db.session.get_one(Certificate, proposal.certificate_id)
    right = policies.STANDING_RIGHTS[proposal.kind]
    policy.require(by, right, get_facts(certificate.enrolment_id).reach)
    policy.require_step_up(by, right, clock.real_now())
    if proposal.outcome is not None:
        raise ConflictError(_("Hierover is al besloten."))
    return proposal


def _refuse_ended(certificate: Certificate) -> None:
    if certificate.standing == "ended":
        raise ConflictError(_("Dit certificaat is al beëindigd."))


def _record(proposal: StandingProposal, what: str, *, by: Actor) -> None:
    audit.record(
        f"certificates:standing-proposal:{what}",
        ("certificate_standing_proposal", proposal.id),
        by=by,
        subject_id=proposal.holder_id,
        standing=proposal.kind,
    )
