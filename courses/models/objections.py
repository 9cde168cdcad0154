"""What somebody has against a result, who looks at it anew, and what they answer."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import PROGRESS, WORDS, Id, Model, one_of
from courses.models.columns import parent_column, person_column

OBJECTION_STATES = ("received", "assigned", "decided", "withdrawn")
OBJECTION_OUTCOMES = ("upheld", "reassess", "rejected", "too_late")
OBJECTION_WAYS = ("self", "phone", "talk", "letter")
OPEN_OBJECTION = "state in ('received', 'assigned')"


class Objection(Model):
    """Somebody does not agree with a result. The reviewer's right is a grant on this one row.

    `final_attempt_id` names the practical; None: the end of the course without a certificate.
    `in_time_until` is the last day on which it was in time; one that came later waits until
    `accepted_on`. `due_on` is by when an answer is promised; `extended_on` when it was put off.
    """

    __tablename__ = "objection"
    __table_args__ = (
        one_of("state", OBJECTION_STATES),
        one_of("outcome", OBJECTION_OUTCOMES),
        one_of("way", OBJECTION_WAYS),
        sa.CheckConstraint(
            "(state = 'decided') = (outcome is not null)"
            " and (outcome is null) = (decided_on is null)"
            " and (outcome is null) = (decided_by_id is null)",
            name="decided_by_somebody",
        ),
        sa.CheckConstraint(
            "(reviewer_id is null) = (appointed_on is null)", name="reviewer_since_a_day"
        ),
        sa.Index(
            "uq_objection_open",
            "enrolment_id",
            unique=True,
            sqlite_where=sa.text(OPEN_OBJECTION),
            postgresql_where=sa.text(OPEN_OBJECTION),
        ),
        sa.Index("ix_objection_clock", "state", "due_on", "id"),
    )

    id: Mapped[Id]
    enrolment_id: Mapped[int] = parent_column("enrolment")
    final_attempt_id: Mapped[int | None] = parent_column("final_attempt", nullable=True)
    state: Mapped[str] = mapped_column(sa.String(20), info=PROGRESS)
    result_on: Mapped[date] = mapped_column(info=PROGRESS)
    in_time_until: Mapped[date] = mapped_column(info=PROGRESS)
    words: Mapped[str] = mapped_column(sa.Text, default="", info=WORDS)
    way: Mapped[str] = mapped_column(sa.String(10), info=PROGRESS)
    noted_by_id: Mapped[int] = person_column()
    received_on: Mapped[date] = mapped_column(info=PROGRESS)
    due_on: Mapped[date] = mapped_column(info=PROGRESS)
    accepted_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    extended_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    reviewer_id: Mapped[int | None] = person_column(nullable=True)
    appointed_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    heard_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    outcome: Mapped[str | None] = mapped_column(sa.String(10), info=PROGRESS)
    reason: Mapped[str] = mapped_column(sa.Text, default="", info=WORDS)
    decided_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    decided_by_id: Mapped[int | None] = person_column(nullable=True)
