"""What the messages about what two people decided print; None once it is not so any more."""

from __future__ import annotations

from typing import Any

from academy.kernel.db import db
from academy.kernel.i18n import pick
from certificates.models import Certificate, Decision, Revocation, Ruling, StandingProposal
from certificates.queries.facts import EnrolmentFacts, get_facts
from certificates.rules.standing import COUNTING

OBJECTION_DAYS = 42
"""How long the holder may object where the course says nothing."""


def ready(certificate_id: int) -> dict[str, Any] | None:
    """Return what the holder of a new certificate hears, while it counts."""
    certificate = db.session.get_one(Certificate, certificate_id)
    if certificate.standing not in COUNTING:
        return None
    return {"title": pick(certificate.content["title"]), "number": certificate.number}


def not_granted(ruling_id: int) -> dict[str, Any] | None:
    """Return what somebody reads whose proposal is on hold or refused, while that is so."""
    ruling = db.session.get(Ruling, ruling_id)
    decision = db.session.get(Decision, ruling.decision_id) if ruling else None
    if ruling is None or decision is None or decision.outcome != ruling.outcome:
        return None
    facts = get_facts(decision.enrolment_id)
    return {
        "title": pick(dict(facts.course_title)),
        "outcome": ruling.outcome,
        "has_earlier": decision.kind != "first",
        "reason": ruling.reason,
        "days": objection_days(facts),
    }


def revocation_proposed(revocation_id: int) -> dict[str, Any] | None:
    """Return what the holder reads while the proposal is open."""
    proposal = db.session.get(Revocation, revocation_id)
    if proposal is None or proposal.outcome is not None:
        return None
    return _about(proposal)


def revocation_dropped(revocation_id: int) -> dict[str, Any] | None:
    """Return what the holder reads when a proposal came to nothing, while it counts."""
    proposal = db.session.get(Revocation, revocation_id)
    if proposal is None or proposal.outcome != "dropped":
        return None
    certificate = db.session.get_one(Certificate, proposal.certificate_id)
    if certificate.standing not in COUNTING:
        return None
    return {"title": pick(certificate.content["title"])}


def revoked(revocation_id: int) -> dict[str, Any] | None:
    """Return what the holder reads after the second yes, while it stays revoked."""
    proposal = db.session.get(Revocation, revocation_id)
    if proposal is None or proposal.outcome != "confirmed":
        return None
    certificate = db.session.get_one(Certificate, proposal.certificate_id)
    return _about(proposal) if certificate.standing == "revoked" else None


def reinstated(proposal_id: int) -> dict[str, Any] | None:
    """Return what the holder reads once it was given back, while it counts."""
    proposal = db.session.get(StandingProposal, proposal_id)
    if proposal is None or proposal.outcome != "confirmed":
        return None
    certificate = db.session.get_one(Certificate, proposal.certificate_id)
    if certificate.standing not in COUNTING:
        return None
    return {"title": pick(certificate.content["title"])}


def resealed(certificate_id: int) -> dict[str, Any] | None:
    """Return what the holder of a file with a new seal reads, while the certificate counts."""
    certificate = db.session.get_one(Certificate, certificate_id)
    if certificate.standing not in COUNTING:
        return None
    return {"title": pick(certificate.content["title"])}


def _about(proposal: Revocation) -> dict[str, Any]:
    certificate = db.session.get_one(Certificate, proposal.certificate_id)
    return {
        "title": pick(certificate.content["title"]),
        "ground": proposal.ground,
        "days": objection_days(get_facts(certificate.enrolment_id)),
    }


def objection_days(facts: EnrolmentFacts) -> int:
    """Return how many days the holder has to object, as the course says."""
    appeal = facts.course.get("appeal_rule") or {}
    days: int = appeal.get("objection_within_days", OBJECTION_DAYS)
    return days
