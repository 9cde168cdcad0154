"""What of a round somebody reaches: what it granted, and the proposals it was asked to grant."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from academy.kernel.policy import Actor
from certificates import policies
from certificates.models import Certificate, Decision, IssueRound, RoundProposal
from certificates.queries.approvals import is_to_make
from certificates.queries.lists import within
from courses.models import Cohort, Enrolment


def granted_in_reach(actor: Actor) -> sa.Select[*tuple[Any, ...]]:
    """Return the certificates of rounds that are made or still to be made, in the actor's reach."""
    return (
        sa.select(Certificate.id)
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(
            Certificate.round_id.is_not(None),
            sa.or_(Certificate.state == "issued", is_to_make()),
            _reaches(actor, Certificate.round_id),
        )
    )


def asked_in_reach(actor: Actor) -> sa.Select[*tuple[Any, ...]]:
    """Return what rounds were asked to grant, in the actor's reach."""
    return (
        sa.select(RoundProposal.id)
        .join(Decision, Decision.id == RoundProposal.decision_id)
        .join(Enrolment, Enrolment.id == Decision.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(_reaches(actor, RoundProposal.round_id))
    )


def _reaches(actor: Actor, round_id: Any) -> sa.ColumnElement[bool]:
    """Return the condition for who reads the register, and for who decided on the round."""
    own = sa.select(IssueRound.id).where(IssueRound.decided_by_id == actor.person_id)
    return sa.or_(
        within(actor, policies.REGISTER),
        sa.and_(within(actor, policies.DECIDE), round_id.in_(own)),
    )
