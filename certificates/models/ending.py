"""What takes two people to end a certificate, or to give it back: proposals and outcomes."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import REGISTER, Id, Model, one_of
from certificates.models.columns import parent_column, person_column

GROUNDS = ("own_request", "fraud", "conduct")
REVOCATION_OUTCOMES = ("confirmed", "dropped")
HEARINGS = ("open", "heard", "in_writing", "did_not_come", "not_needed", "earlier")
"""How the holder was heard; `earlier`: proposed before we noted it."""
STANDING_KINDS = ("reinstate", "end")
END_CAUSES = ("death", "erasure")
FOUR_EYES = (
    "closed_by_id is null or outcome = 'dropped'"
    " or (closed_by_id <> proposer_id and closed_by_id <> holder_id)"
)


class Revocation(Model):
    """A board member's proposal to revoke, how the holder was heard, and what another one said.

    Nothing is confirmed while the hearing is open; only an own request needs none.
    """

    __tablename__ = "certificate_revocation"
    __table_args__ = (
        one_of("ground", GROUNDS),
        one_of("outcome", REVOCATION_OUTCOMES),
        one_of("hearing", HEARINGS),
        sa.CheckConstraint(FOUR_EYES, name="four_eyes"),
        sa.CheckConstraint("(outcome is null) = (closed_by_id is null)", name="closed_by_somebody"),
        sa.CheckConstraint(
            "outcome is null or outcome = 'dropped' or (hearing <> 'open'"
            " and (hearing <> 'not_needed' or ground = 'own_request'))",
            name="heard_before_confirmed",
        ),
        sa.CheckConstraint(
            "hearing in ('open', 'not_needed', 'earlier')"
            " or (heard_on is not null and heard_by_id is not null)",
            name="heard_by_somebody",
        ),
        sa.Index(
            "uq_certificate_revocation_open",
            "certificate_id",
            unique=True,
            sqlite_where=sa.text("outcome is null"),
            postgresql_where=sa.text("outcome is null"),
        ),
    )

    id: Mapped[Id]
    certificate_id: Mapped[int] = parent_column("certificate")
    ground: Mapped[str] = mapped_column(sa.String(20), info=REGISTER)
    holder_id: Mapped[int] = person_column()
    proposer_id: Mapped[int] = person_column()
    proposed_at: Mapped[datetime] = mapped_column(info=REGISTER)
    hearing: Mapped[str] = mapped_column(
        sa.String(20), default="open", server_default="earlier", info=REGISTER
    )
    heard_on: Mapped[date | None] = mapped_column(info=REGISTER)
    heard_at: Mapped[datetime | None] = mapped_column(info=REGISTER)
    heard_by_id: Mapped[int | None] = person_column(nullable=True)
    closed_by_id: Mapped[int | None] = person_column(nullable=True)
    closed_at: Mapped[datetime | None] = mapped_column(info=REGISTER)
    outcome: Mapped[str | None] = mapped_column(sa.String(10), info=REGISTER)


class StandingProposal(Model):
    """A proposal to reinstate a revoked certificate, or to end one for good; another confirms it.

    `cause` says why one ends: its holder died or asked to be forgotten.
    """

    __tablename__ = "certificate_standing_proposal"
    __table_args__ = (
        one_of("kind", STANDING_KINDS),
        one_of("cause", END_CAUSES),
        one_of("outcome", REVOCATION_OUTCOMES),
        sa.CheckConstraint(FOUR_EYES, name="four_eyes"),
        sa.CheckConstraint("(outcome is null) = (closed_by_id is null)", name="closed_by_somebody"),
        sa.CheckConstraint("(kind = 'end') = (cause is not null)", name="end_has_a_cause"),
        sa.Index(
            "uq_certificate_standing_proposal_open",
            "certificate_id",
            unique=True,
            sqlite_where=sa.text("outcome is null"),
            postgresql_where=sa.text("outcome is null"),
        ),
    )

    id: Mapped[Id]
    certificate_id: Mapped[int] = parent_column("certificate")
    kind: Mapped[str] = mapped_column(sa.String(10), info=REGISTER)
    cause: Mapped[str | None] = mapped_column(sa.String(10), info=REGISTER)
    holder_id: Mapped[int] = person_column()
    proposer_id: Mapped[int] = person_column()
    proposed_at: Mapped[datetime] = mapped_column(info=REGISTER)
    closed_by_id: Mapped[int | None] = person_column(nullable=True)
    closed_at: Mapped[datetime | None] = mapped_column(info=REGISTER)
    outcome: Mapped[str | None] = mapped_column(sa.String(10), info=REGISTER)
