"""Tables of the plan itself: what they agreed, in versions that stay."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.coaching import rules
from academy.coaching.models.columns import note, parent, person
from academy.kernel.db import PLAIN, PREFERENCE, PROGRESS, Id, Model, one_of


class PlanSheet(Model):
    """One version of a plan: goal, strengths, what to learn, signs that it gets too much, rhythm.

    It counts from `agreed_at`. `agreed_by_id` is who wrote down the participant's yes;
    `was_read_aloud` says that it was read to them. Versions are added, never changed.
    """

    __tablename__ = "coaching_plan_sheet"
    __table_args__ = (
        one_of("channel", rules.CHANNELS),
        sa.CheckConstraint(
            f"rhythm_days between {rules.SHORTEST_RHYTHM_DAYS} and {rules.LONGEST_RHYTHM_DAYS}",
            name="rhythm_in_range",
        ),
        sa.CheckConstraint(
            "(agreed_at is null) = (agreed_by_id is null)", name="agreed_by_somebody"
        ),
        sa.UniqueConstraint("plan_id", "number"),
    )

    id: Mapped[Id]
    plan_id: Mapped[int] = parent("coaching_plan")
    person_id: Mapped[int] = person()
    number: Mapped[int] = mapped_column(info=PLAIN)
    goal: Mapped[str] = note()
    strengths: Mapped[str] = note()
    learning: Mapped[str] = note()
    overload: Mapped[str] = note()
    rhythm_days: Mapped[int] = mapped_column(info=PLAIN)
    channel: Mapped[str] = mapped_column(sa.String(10), info=PREFERENCE)
    written_by_id: Mapped[int] = person()
    written_at: Mapped[datetime] = mapped_column(info=PLAIN)
    agreed_at: Mapped[datetime | None] = mapped_column(info=PROGRESS)
    agreed_by_id: Mapped[int | None] = person(nullable=True)
    was_read_aloud: Mapped[bool] = mapped_column(default=False, info=PROGRESS)


class PlanStep(Model):
    """One of the three things in a plan: who does what before when.

    `open_due_on` is that day while it is to be done: agreed, not done, in the plan that counts.
    """

    __tablename__ = "coaching_plan_step"
    __table_args__ = (
        one_of("owner", rules.ACTION_OWNERS),
        sa.UniqueConstraint("sheet_id", "order"),
        sa.Index("ix_coaching_plan_step_open", "open_due_on", "id"),
    )

    id: Mapped[Id]
    sheet_id: Mapped[int] = parent("coaching_plan_sheet")
    order: Mapped[int] = mapped_column(info=PLAIN)
    owner: Mapped[str] = mapped_column(sa.String(12), info=PLAIN)
    text: Mapped[str] = note()
    due_on: Mapped[date] = mapped_column(info=PROGRESS)
    done_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    open_due_on: Mapped[date | None] = mapped_column(info=PROGRESS)
