"""The table of logs that were opened in need."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.coaching.rules.opening import OPENING_ANSWERS, OPENING_REASONS
from academy.kernel.db import PERSON, PLAIN, PROGRESS, WORDS, Id, Model, one_of


def _person(*, nullable: bool = False) -> Any:
    return mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"),
        index=True,
        nullable=nullable,
        info=PERSON,
    )


class Opening(Model):
    """That a coordinator asked to read one log in need, and what a second person answered.

    `line` says in one line why. Until `open_until`, or `ended_at` if that is sooner, only
    `asked_by_id` can read. `held_back_until`: the participant does not hear of it before that day.
    """

    __tablename__ = "coaching_opening"
    __table_args__ = (
        one_of("reason", OPENING_REASONS),
        one_of("answer", OPENING_ANSWERS),
        sa.CheckConstraint(
            "asked_by_id <> person_id and answered_by_id <> person_id", name="not_about_oneself"
        ),
        sa.CheckConstraint(
            "answer = 'withdrawn' or answered_by_id <> asked_by_id", name="answered_by_another"
        ),
        sa.CheckConstraint(
            "(answer is null) = (answered_at is null)"
            " and (answer is null) = (answered_by_id is null)"
            " and (answer is not null and answer = 'agreed') = (open_until is not null)",
            name="answered_wholly",
        ),
        sa.CheckConstraint("held_back_until is null or reason = 'safety'", name="held_for_safety"),
        sa.CheckConstraint("(ended_at is null) = (ended_by_id is null)", name="ended_by_somebody"),
        sa.Index("ix_coaching_opening_plan", "plan_id", "asked_at"),
        sa.Index("ix_coaching_opening_waiting", "answer", "asked_at"),
        sa.Index("ix_coaching_opening_held", "held_back_until"),
    )

    id: Mapped[Id]
    plan_id: Mapped[int] = mapped_column(
        sa.ForeignKey("coaching_plan.id", ondelete="RESTRICT"), info=PLAIN
    )
    person_id: Mapped[int] = _person()
    reason: Mapped[str] = mapped_column(sa.String(12), info=PROGRESS)
    line: Mapped[str] = mapped_column(sa.String(200), info=WORDS)
    asked_by_id: Mapped[int] = _person()
    asked_at: Mapped[datetime] = mapped_column(info=PLAIN)
    answer: Mapped[str | None] = mapped_column(sa.String(10), info=PLAIN)
    answered_by_id: Mapped[int | None] = _person(nullable=True)
    answered_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
    open_until: Mapped[datetime | None] = mapped_column(info=PLAIN)
    ended_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
    ended_by_id: Mapped[int | None] = _person(nullable=True)
    held_back_until: Mapped[date | None] = mapped_column(info=PROGRESS)
