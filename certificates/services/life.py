"""What happens to a certificate after its issue: handed out, revoked by two, taken back, hidden."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, events, policy, queue
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
from certificates.events import CertificateEnded
from certificates.models import (
    GROUNDS,
    Certificate,
    CertificateEvent,
    Decision,
    Revocation,
    StandingProposal,
)
from certificates.queries.approvals import is_to_make
from certificates.queries.facts import get_facts
from certificates.queries.standing import find_open_revocation, was_handed_out
from certificates.rules.standing import COUNTING, EMPTIED
from certificates.services import chain

REMOVE_JOB = "certificates.remove_file"
REVOCATION_PROPOSED = "certificates/revocation_proposed"
REVOCATION_DROPPED = "certificates/revocation_dropped"
REVOKED = "certificates/revoked"
HEARD = ("heard", "in_writing", "did_not_come")


def add_event(
    certificate: Certificate,
    kind: str,
    *,
    by: Actor,
    ground: str | None = None,
    on_behalf_of: int | None = None,
) -> int:
    """Note one step in a certificate's life with its audit line, and return the step's id."""
    step = CertificateEvent(
        certificate_id=certificate.id,
        kind=kind,
        at=clock.now(),
        by_id=by.person_id,
        ground=ground,
    )
    db.session.add(step)
    db.session.flush()  # a cover sheet is found by the step's id
    chain.append(step)
    audit.record(
        f"certificates:certificate:{kind.replace('_', '-')}",
        ("certificate", certificate.id),
        by=by,
        subject_id=certificate.person_id,
        ground=ground,
        on_behalf_of=on_behalf_of,
    )
    return step.id


def set_standing(
    certificate: Certificate, standing: str, *, by: Actor, ground: str | None = None
) -> None:
    """End a certificate as `standing`: replaced, renewed, revoked, withdrawn or ended."""
    certificate.standing = standing
    certificate.standing_since = clock.today()
    add_event(certificate, standing, by=by, ground=ground)


def hand_out(certificate_id: int, *, by: Actor) -> None:
    """Note that the holder has the paper in hand.

    Raises ConflictError if that was noted before, and for what does not count any more.
    """
    certificate = get_locked(certificate_id)
    policy.require(by, policies.PROPOSE, get_facts(certificate.enrolment_id).reach)
    _refuse_ended(certificate)
    if was_handed_out(certificate_id):
        raise ConflictError(_("Dit certificaat is al uitgereikt."))
    add_event(certificate, "handed_out", by=by)


def reprint(certificate_id: int, *, by: Actor) -> int:
    """Note that the paper is printed once more, and return the event's id for the cover sheet.

    The file stays as it is. Its holder may, board and coordinator too. Raises NotFoundError for
    anybody else and without a file, ConflictError for what does not count any more.
    """
    certificate = get_locked(certificate_id)
    if by.person_id is None or certificate.person_id != by.person_id:
        policy.require(by, policies.REPRINT, get_facts(certificate.enrolment_id).reach)
    _refuse_ended(certificate)
    behalf = audit.on_behalf(by, certificate.person_id)
    return add_event(certificate, "reprinted", by=by, on_behalf_of=behalf)


# --- revoke: two of the board ----------------------------------------------------------------


def propose_revocation(certificate_id: int, ground: str, *, by: Actor) -> int:
    """Propose to revoke, and return the proposal's id; another of the board must confirm.

    `ground` is own_request, fraud or conduct. Raises ConflictError when a proposal is open or the
    certificate does not count any more.
    """
    if ground not in GROUNDS:
        sentence = _("Kies een grond.")
        raise InvalidInputError(sentence, fields={"ground": sentence})
    certificate = get_locked(certificate_id)
    policy.require(by, policies.REVOKE, get_facts(certificate.enrolment_id).reach)
    refuse_own(certificate.person_id, by)
    _refuse_ended(certificate)
    if find_open_revocation(certificate_id) is not None:
        raise ConflictError(_("Er ligt al een voorstel om dit certificaat in te trekken."))
    proposal = Revocation(
        certificate_id=certificate.id,
        ground=ground,
        holder_id=certificate.person_id,
        proposer_id=by.person_id,
        proposed_at=clock.now(),
        hearing="not_needed" if ground == "own_request" else "open",
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
    _announce(REVOCATION_PROPOSED, proposal)
    return proposal.id


def record_hearing(revocation_id: int, hearing: str, *, heard_on: date, by: Actor) -> None:
    """Note how the holder could speak: heard, in_writing or did_not_come, and on which day.

    Raises InvalidInputError for a day before the proposal or after today, ConflictError when it
    was noted before or is not needed.
    """
    proposal = _open_revocation(revocation_id, by=by)
    refuse_own(proposal.holder_id, by)
    if hearing not in HEARD:
        sentence = _("Kies hoe de eigenaar is gehoord.")
        raise InvalidInputError(sentence, fields={"hearing": sentence})
    if proposal.hearing not in ("open", "earlier"):
        raise ConflictError(_("Het gesprek met de eigenaar staat al genoteerd."))
    if not proposal.proposed_at.astimezone(clock.AMSTERDAM).date() <= heard_on <= clock.today():
        sentence = _("Kies een dag vanaf het voorstel, tot en met vandaag.")
        raise InvalidInputError(sentence, fields={"heard_on": sentence})
    proposal.hearing, proposal.heard_on = hearing, heard_on
    proposal.heard_by_id, proposal.heard_at = by.person_id, clock.now()
    audit.record(
        "certificates:revocation:heard",
        ("certificate_revocation", proposal.id),
        by=by,
        subject_id=proposal.holder_id,
        hearing=hearing,
    )


def confirm_revocation(revocation_id: int, *, by: Actor) -> None:
    """Revoke, as another board member proposed.

    Raises ForbiddenError for the proposer and the holder, ConflictError before the holder could
    speak.
    """
    proposal = _open_revocation(revocation_id, by=by)
    refuse_own(proposal.holder_id, by)
    if proposal.proposer_id == by.person_id:
        raise ForbiddenError(_("Je deed dit voorstel zelf. Een ander bestuurslid bevestigt het."))
    if proposal.ground != "own_request" and proposal.hearing not in HEARD:
        raise ConflictError(_("Hoor eerst de eigenaar. Schrijf daarna de dag en de manier op."))
    certificate = get_locked(proposal.certificate_id)
    _refuse_ended(certificate)
    close_proposal(proposal, "confirmed", by=by)
    set_standing(certificate, "revoked", by=by, ground=proposal.ground)
    _revoke_successors(certificate, proposal.ground, by=by)
    _announce(REVOKED, proposal)
    events.emit(CertificateEnded(certificate.id, certificate.person_id, "revoked"))


def drop_revocation(revocation_id: int, *, by: Actor) -> None:
    """Leave the certificate as it is, and tell its holder; the proposer too may say so."""
    proposal = _open_revocation(revocation_id, by=by)
    close_proposal(proposal, "dropped", by=by)
    _announce(REVOCATION_DROPPED, proposal)
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


def _announce(message: str, proposal: Revocation) -> None:
    announce(
        message,
        key=f"{message}-{proposal.id}",
        person_ids=[proposal.holder_id],
        revocation_id=proposal.id,
    )


def _revoke_successors(certificate: Certificate, ground: str, *, by: Actor) -> None:
    """Revoke with it what was granted in its place and has no file yet: it would come out valid.

    It is never made, also when the first is given back; name and promise have no use any more.
    """
    rows = db.session.scalars(
        sa.select(Certificate)
        .where(
            sa.or_(
                Certificate.replaces_id == certificate.id, Certificate.renews_id == certificate.id
            ),
            is_to_make(),
        )
        .with_for_update()
    )
    for successor in rows:
        _clear_words(successor)
        set_standing(successor, "revoked", by=by, ground=ground)


# --- the holder's own wish -------------------------------------------------------------------


def withdraw(certificate_id: int, *, by: Actor) -> None:
    """Take a certificate back at the holder's own wish: the name and the file go.

    The register keeps number, hash, dates and standing. Raises NotFoundError for anybody else,
    ConflictError for what was revoked: taking it back would hide that.
    """
    certificate = get_own_locked(certificate_id, by=by)
    if certificate.standing == "ended":
        raise ConflictError(_("Dit certificaat is al beëindigd."))
    if certificate.standing in EMPTIED:
        raise ConflictError(_("Je nam dit certificaat al terug."))
    if certificate.standing == "revoked":
        raise ConflictError(_("Dit certificaat is ingetrokken. Bel ons als je naam weg moet."))
    empty(certificate, "withdrawn", by=by)


def hide_name(certificate_id: int, *, by: Actor) -> None:
    """Let nobody who checks see the name; the file stays with its holder.

    Raises NotFoundError for anybody else, ConflictError when it is hidden or does not count.
    """
    certificate = get_own_locked(certificate_id, by=by)
    _refuse_ended(certificate)
    if certificate.name_hidden_on is not None:
        raise ConflictError(_("Je naam is al verborgen."))
    certificate.name_hidden_on = clock.today()
    add_event(certificate, "name_hidden", by=by)


def show_name(certificate_id: int, *, by: Actor) -> None:
    """Let who checks by code or file see the name again."""
    certificate = get_own_locked(certificate_id, by=by)
    if certificate.name_hidden_on is None:
        raise ConflictError(_("Je naam is al te zien."))
    certificate.name_hidden_on = None
    add_event(certificate, "name_shown", by=by)


def get_own_locked(certificate_id: int, *, by: Actor) -> Certificate:
    """Return the actor's own issued certificate, locked. Raises NotFoundError, ConflictError."""
    certificate = get_locked(certificate_id)
    if by.person_id is None or certificate.person_id != by.person_id:
        raise NotFoundError
    refuse_unissued(certificate)
    return certificate


def empty(certificate: Certificate, standing: str, *, by: Actor) -> None:
    """End a certificate for good: name, promise and file go, number and standing stay."""
    _clear_words(certificate)
    _drop_proposals(certificate, by=by)
    set_standing(certificate, standing, by=by)
    queue.enqueue(REMOVE_JOB, key=f"certificate-{certificate.id}", certificate_id=certificate.id)
    events.emit(CertificateEnded(certificate.id, certificate.person_id, standing))


def _drop_proposals(certificate: Certificate, *, by: Actor) -> None:
    """Close what others proposed about it: of what is gone nobody decides any more.

    Where nobody acts, it ends at the holder's wish or with them: they stand as who closed it.
    """
    for model, what in ((Revocation, "revocation"), (StandingProposal, "standing-proposal")):
        is_open = sa.and_(model.certificate_id == certificate.id, model.outcome.is_(None))
        rows: Iterable[Any] = db.session.scalars(sa.select(model).where(is_open).with_for_update())
        for proposal in rows:
            close_proposal(proposal, "dropped", by=by)
            proposal.closed_by_id = by.person_id or proposal.holder_id
            audit.record(
                f"certificates:{what}:dropped",
                (proposal.__tablename__, proposal.id),
                by=by,
                subject_id=proposal.holder_id,
            )


def _clear_words(certificate: Certificate) -> None:
    certificate.printed_name = ""
    certificate.promise = ""
    db.session.get_one(Decision, certificate.decision_id).printed_name = ""


# --- shared ----------------------------------------------------------------------------------


def get_locked(certificate_id: int) -> Certificate:
    """Return a certificate and keep its row until the commit. Raises NotFoundError."""
    certificate = db.session.get(Certificate, certificate_id, with_for_update=True)
    if certificate is None:
        raise NotFoundError
    return certificate


def close_proposal(proposal: Revocation | StandingProposal, outcome: str, *, by: Actor) -> None:
    """Note who said what to a proposal, and when; it is open no more."""
    proposal.outcome = outcome
    proposal.closed_by_id = by.person_id
    proposal.closed_at = clock.now()


def refuse_own(holder_id: int, by: Actor) -> None:
    """Refuse who would decide on their own certificate."""
    if by.person_id is None or by.person_id == holder_id:
        raise ForbiddenError(_("Dit gaat over jezelf. Iemand anders beslist."))


def refuse_unissued(certificate: Certificate) -> None:
    """Refuse what has no file yet."""
    if certificate.state != "issued":
        raise ConflictError(_("Dit certificaat wordt nog gemaakt."))


def _refuse_ended(certificate: Certificate) -> None:
    refuse_unissued(certificate)
    if certificate.standing not in COUNTING:
        raise ConflictError(_("Dit certificaat telt niet meer."))
