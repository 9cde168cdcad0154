"""What happens to a certificate after its issue: handed out, taken back, revoked by two people."""

from __future__ import annotations

from flask_babel import gettext as _

from academy.kernel import audit, clock, events, policy, queue
from academy.kernel.db import db
from academy.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
)
from academy.kernel.policy import Actor
from certificates import policies
from certificates.events import CertificateEnded
from certificates.models import GROUNDS, Certificate, CertificateEvent, Revocation
from certificates.queries.chain import find_open_revocation, was_handed_out
from certificates.queries.facts import get_facts

REMOVE_JOB = "certificates.remove_file"


def add_event(certificate: Certificate, kind: str, *, by: Actor, ground: str | None = None) -> None:
    """Note one step in a certificate's life, and the audit line that goes with it."""
    db.session.add(
        CertificateEvent(
            certificate_id=certificate.id,
            kind=kind,
            at=clock.now(),
            by_id=by.person_id,
            ground=ground,
        )
    )
    audit.record(
        f"certificates:certificate:{kind.replace('_', '-')}",
        ("certificate", certificate.id),
        by=by,
        subject_id=certificate.person_id,
        ground=ground,
    )


def set_standing(
    certificate: Certificate, standing: str, *, by: Actor, ground: str | None = None
) -> None:
    """End a certificate as `standing`: replaced, renewed, revoked or withdrawn."""
    certificate.standing = standing
    certificate.standing_since = clock.today()
    add_event(certificate, standing, by=by, ground=ground)


def hand_out(certificate_id: int, *, by: Actor) -> None:
    """Note that the holder has the paper in hand. Raises ConflictError if that was noted before."""
    certificate = _locked(certificate_id)
    policy.require(by, policies.PROPOSE, get_facts(certificate.enrolment_id).reach)
    _refuse_unissued(certificate)
    if was_handed_out(certificate_id):
        raise ConflictError(_("Dit certificaat is al uitgereikt."))
    add_event(certificate, "handed_out", by=by)


# --- revoke: two of the board ----------------------------------------------------------------


def propose_revocation(certificate_id: int, ground: str, *, by: Actor) -> int:
    """Propose to revoke, and return the proposal's id; another of the board must confirm.

    `ground` is own_request, fraud or conduct. Raises ConflictError when a proposal is open or the
    certificate does not count any more.
    """
    if ground not in GROUNDS:
        sentence = _("Kies een grond.")
        raise InvalidInputError(sentence, fields={"ground": sentence})
    certificate = _locked(certificate_id)
    policy.require(by, policies.REVOKE, get_facts(certificate.enrolment_id).reach)
    _refuse_own(certificate.person_id, by)
    _refuse_ended(certificate)
    if find_open_revocation(certificate_id) is not None:
        raise ConflictError(_("Er ligt al een voorstel om dit certificaat in te trekken."))
    proposal = Revocation(
        certificate_id=certificate.id,
        ground=ground,
        holder_id=certificate.person_id,
        proposer_id=by.person_id,
        proposed_at=clock.now(),
    )
    db.session.add(proposal)
    db.session.flush()  # the audit names the row
    audit.record(
        "certificates:revocation:proposed",
        ("certificate_revocation", proposal.id),
        by=by,
        subject_id=certificate.person_id,
        ground=ground,
    )
    return proposal.id


def confirm_revocation(revocation_id: int, *, by: Actor) -> None:
    """Revoke, as another board member proposed.

    Raises ForbiddenError for the proposer and the holder.
    """
    proposal = _open_revocation(revocation_id, by=by)
    _refuse_own(proposal.holder_id, by)
    if proposal.proposer_id == by.person_id:
        raise ForbiddenError(_("Je deed dit voorstel zelf. Een ander bestuurslid bevestigt het."))
    certificate = _locked(proposal.certificate_id)
    _refuse_ended(certificate)
    _close(proposal, "confirmed", by=by)
    set_standing(certificate, "revoked", by=by, ground=proposal.ground)
    events.emit(CertificateEnded(certificate.id, certificate.person_id, "revoked"))


def drop_revocation(revocation_id: int, *, by: Actor) -> None:
    """Leave the certificate as it is; the proposer too may say so."""
    proposal = _open_revocation(revocation_id, by=by)
    _close(proposal, "dropped", by=by)
    audit.record(
        "certificates:revocation:dropped",
        ("certificate_revocation", proposal.id),
        by=by,
        subject_id=proposal.holder_id,
    )


def _open_revocation(revocation_id: int, *, by: Actor) -> Revocation:
    proposal = db.session.get(Revocation, revocation_id, with_for_update=True)
    if proposal is None:
        raise NotFoundError
    certificate = db.session.get_one(Certificate, proposal.certificate_id)
    policy.require(by, policies.REVOKE, get_facts(certificate.enrolment_id).reach)
    if proposal.outcome is not None:
        raise ConflictError(_("Hierover is al besloten."))
    return proposal


def _close(proposal: Revocation, outcome: str, *, by: Actor) -> None:
    proposal.outcome = outcome
    proposal.closed_by_id = by.person_id
    proposal.closed_at = clock.now()


# --- the holder's own wish -------------------------------------------------------------------


def withdraw(certificate_id: int, *, by: Actor) -> None:
    """Take a certificate back at the holder's own wish: the name and the file go.

    The register keeps number, hash, dates and standing. Raises NotFoundError for anybody else.
    """
    certificate = _locked(certificate_id)
    if by.person_id is None or certificate.person_id != by.person_id:
        raise NotFoundError
    _refuse_unissued(certificate)
    if certificate.standing == "withdrawn":
        raise ConflictError(_("Je nam dit certificaat al terug."))
    certificate.printed_name = ""
    certificate.promise = ""
    set_standing(certificate, "withdrawn", by=by)
    queue.enqueue(REMOVE_JOB, key=f"certificate-{certificate.id}", certificate_id=certificate.id)
    events.emit(CertificateEnded(certificate.id, certificate.person_id, "withdrawn"))


# --- shared ----------------------------------------------------------------------------------


def _locked(certificate_id: int) -> Certificate:
    certificate = db.session.get(Certificate, certificate_id, with_for_update=True)
    if certificate is None:
        raise NotFoundError
    return certificate


def _refuse_own(holder_id: int, by: Actor) -> None:
    if by.person_id is None or by.person_id == holder_id:
        raise ForbiddenError(_("Dit gaat over jezelf. Iemand anders beslist."))


def _refuse_unissued(certificate: Certificate) -> None:
    if certificate.state != "issued":
        raise ConflictError(_("Dit certificaat wordt nog gemaakt."))


def _refuse_ended(certificate: Certificate) -> None:
    _refuse_unissued(certificate)
    if certificate.standing not in ("valid", "renewed"):
        raise ConflictError(_("Dit certificaat telt niet meer."))
