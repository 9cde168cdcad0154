"""Rounds: many certificates granted at once, and made together."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import PLAIN, PROGRESS, WORDS, Id, Model, one_of
from certificates.models.columns import parent_column, person_column

ASKED_STATES = ("asked", "granted", "refused", "released")
IS_ASKED = "state = 'asked'"


class IssueRound(Model):
    """One decision over many proposals. What it granted names it in `certificate.round_id`.

    While `stopped_at` is set nobody grants or makes files for it; `starts` counts how often that
    began. From `ended_at` on it grants nothing more, and the files of what it granted are made.
    """

    __tablename__ = "issue_round"

    id: Mapped[Id]
    decided_by_id: Mapped[int] = person_column()
    decided_at: Mapped[datetime] = mapped_column(info=PROGRESS)
    starts: Mapped[int] = mapped_column(info=PLAIN)
    stopped_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
    ended_at: Mapped[datetime | None] = mapped_column(info=PLAIN)


class RoundProposal(Model):
    """A proposal that a round grants, or could not grant: then `sentence` says why.

    It is asked in one round at a time. A round that is ended releases what it did not grant.
    """

    __tablename__ = "issue_round_proposal"
    __table_args__ = (
        sa.UniqueConstraint("round_id", "decision_id"),
        one_of("state", ASKED_STATES),
        sa.CheckConstraint("state = 'refused' or sentence = ''", name="only_refused_says_why"),
        sa.Index(
            "uq_issue_round_proposal_asked",
            "decision_id",
            unique=True,
            sqlite_where=sa.text(IS_ASKED),
            postgresql_where=sa.text(IS_ASKED),
        ),
    )

    id: Mapped[Id]
    round_id: Mapped[int] = parent_column("issue_round")
    decision_id: Mapped[int] = parent_column("certification_decision")
    state: Mapped[str] = mapped_column(sa.String(10), default="asked", info=PROGRESS)
    sentence: Mapped[str] = mapped_column(sa.String(500), default="", info=WORDS)
