"""Rounds: many certificates granted at once, and made together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import PLAIN, PROGRESS, Id, Model
from certificates.models.columns import person_column


class IssueRound(Model):
    """One decision over many proposals. What it granted names it in `certificate.round_id`.

    While `stopped_at` is set nobody makes files for it; `starts` counts how often making began.
    """

    __tablename__ = "issue_round"

    id: Mapped[Id]
    decided_by_id: Mapped[int] = person_column()
    decided_at: Mapped[datetime] = mapped_column(info=PROGRESS)
    starts: Mapped[int] = mapped_column(info=PLAIN)
    stopped_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
