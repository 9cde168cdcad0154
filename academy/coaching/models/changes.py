"""Tables of what changes in guidance: going over to another coach, and the yearly review."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.coaching import rules
from academy.coaching.models.columns import note, parent, person
from academy.kernel.db import PLAIN, PROGRESS, Id, Model, one_of


class CoachTransfer(Model):
    """That guidance went over to another coach, and whether that one may read the last year.

    `answer` is the participant's own, taken back whenever they want; without one it is no.
    """

    __tablename__ = "coaching_transfer"
    __table_args__ = (
        one_of("answer", rules.HANDOVER_ANSWERS),
        sa.CheckConstraint("(answer is null) = (answered_at is null)", name="answer_has_a_moment"),
    )

    id: Mapped[Id]
    plan_id: Mapped[int] = parent("coaching_plan")
    person_id: Mapped[int] = person()
    from_id: Mapped[int] = person()
    to_id: Mapped[int] = person()
    at: Mapped[datetime] = mapped_column(info=PROGRESS)
    talk_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    answer: Mapped[str | None] = mapped_column(sa.String(3), info=PROGRESS)
    answered_at: Mapped[datetime | None] = mapped_column(info=PROGRESS)
    answered_by_id: Mapped[int | None] = person(nullable=True)


class YearlyReview(Model):
    """What a yearly review brought: the three circles, and whether somebody wants a coach still.

    The talk itself is `entry_id` in the log, next year's plan is `sheet_id`. `settled_on`: when
    the wish for another coach, or none, was followed.
    """

    __tablename__ = "coaching_yearly_review"
    __table_args__ = (one_of("wants", rules.REVIEW_WANTS),)

    id: Mapped[Id]
    plan_id: Mapped[int] = parent("coaching_plan")
    person_id: Mapped[int] = person()
    entry_id: Mapped[int] = parent("coaching_log_entry")
    sheet_id: Mapped[int | None] = parent("coaching_plan_sheet", nullable=True)
    held_on: Mapped[date] = mapped_column(info=PROGRESS)
    circle_mine: Mapped[str] = note()
    circle_together: Mapped[str] = note()
    circle_not: Mapped[str] = note()
    wants: Mapped[str] = mapped_column(sa.String(10), info=PROGRESS)
    settled_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    written_at: Mapped[datetime] = mapped_column(info=PLAIN)
