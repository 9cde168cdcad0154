"""Proposals, decisions and the serials they give out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import (
    IDENTITY,
    PLAIN,
    PROGRESS,
    WORDS,
    Id,
    Model,
    one_of,
)
from certificates.models.columns import parent_column, person_column

DECISION_KINDS = ("first", "replacement", "renewal")
OUTCOMES = ("grant", "hold", "refuse")
OPEN_DECISION = "outcome is null or outcome = 'hold'"


class Serial(Model):
    """The last serial given out per letter and year; its row lock puts deciders in line."""

    __tablename__ = "certificate_serial"
    __table_args__ = (
        sa.UniqueConstraint("letter", "year"),
        sa.CheckConstraint("last between 0 and 99999", name="five_digits"),
    )

    id: Mapped[Id]
    letter: Mapped[str] = mapped_column(sa.String(1), info=PLAIN)
    year: Mapped[int] = mapped_column(info=PLAIN)
    last: Mapped[int] = mapped_column(info=PLAIN)


class Decision(Model):
    """A proposal and what a second person decided on it.

    The row carries proposer, holder and first assessor, so that one constraint holds the four eyes.
    A decision on hold stays open: it can be decided again. `verdict` is the rules' trace as filed,
    `hardship` the written reason to ask for an exception. `earlier_id` is the certificate that a
    replacement or renewal follows; `printed_name` the new spelling in a replacement.
    """

    __tablename__ = "certification_decision"
    __table_args__ = (
        one_of("kind", DECISION_KINDS),
        one_of("outcome", OUTCOMES),
        sa.CheckConstraint(
            "decided_by_id is null or (decided_by_id <> proposer_id and decided_by_id <> holder_id"
            " and (first_assessor_id is null or decided_by_id <> first_assessor_id))",
            name="four_eyes",
        ),
        sa.CheckConstraint(
            "(outcome is null) = (decided_by_id is null)"
            " and (outcome is null) = (decided_at is null)",
            name="decided_by_somebody",
        ),
        sa.CheckConstraint("outcome is null or reason <> ''", name="outcome_has_a_reason"),
        sa.CheckConstraint("(kind = 'first') = (earlier_id is null)", name="first_follows_nothing"),
        sa.Index(
            "uq_certification_decision_open",
            "enrolment_id",
            unique=True,
            sqlite_where=sa.text(OPEN_DECISION),
            postgresql_where=sa.text(OPEN_DECISION),
        ),
        sa.Index("ix_certification_decision_queue", "outcome", "proposed_at", "id"),
    )

    id: Mapped[Id]
    enrolment_id: Mapped[int] = parent_column("enrolment")
    kind: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    proposer_id: Mapped[int] = person_column()
    holder_id: Mapped[int] = person_column()
    first_assessor_id: Mapped[int | None] = person_column(nullable=True)
    proposed_at: Mapped[datetime] = mapped_column(info=PROGRESS)
    hardship: Mapped[str] = mapped_column(sa.String(500), default="", info=WORDS)
    printed_name: Mapped[str] = mapped_column(sa.String(200), default="", info=IDENTITY)
    # No foreign key: certificates point at decisions, and two tables cannot both come first.
    earlier_id: Mapped[int | None] = mapped_column(index=True, info=PLAIN)
    decided_by_id: Mapped[int | None] = person_column(nullable=True)
    decided_at: Mapped[datetime | None] = mapped_column(info=PROGRESS)
    outcome: Mapped[str | None] = mapped_column(sa.String(10), info=PROGRESS)
    reason: Mapped[str] = mapped_column(sa.String(500), default="", info=WORDS)
    verdict: Mapped[dict[str, Any]] = mapped_column(info=PROGRESS)
    version: Mapped[int] = mapped_column(default=1, info=PLAIN)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Ruling(Model):
    """What was said on a proposal, each time: a hold can be followed by another. Append-only."""

    __tablename__ = "certification_ruling"
    __table_args__ = (one_of("outcome", OUTCOMES),)

    id: Mapped[Id]
    decision_id: Mapped[int] = parent_column("certification_decision")
    outcome: Mapped[str] = mapped_column(sa.String(10), info=PROGRESS)
    reason: Mapped[str] = mapped_column(sa.String(500), info=WORDS)
    by_id: Mapped[int] = person_column()
    at: Mapped[datetime] = mapped_column(info=PROGRESS)
