"""Tables of who stands in for a coach, and of how much a coach has to do."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import PERSON, PLAIN, PROGRESS, Id, Model


def _person(*, nullable: bool = False) -> Any:
    return mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"),
        index=True,
        nullable=nullable,
        info=PERSON,
    )


class Cover(Model):
    """Somebody guides a coach's people from a day until a day, both included. No reason is kept.

    The right itself is a grant per guided person on just those days; ended early,
    `ended_on` is the day from which it holds no more.
    """

    __tablename__ = "coaching_cover"
    __table_args__ = (
        sa.CheckConstraint("cover_id <> coach_id", name="cover_is_another"),
        sa.CheckConstraint("last_day >= first_day", name="ends_after_it_begins"),
        sa.Index("ix_coaching_cover_days", "last_day", "first_day"),
    )

    id: Mapped[Id]
    coach_id: Mapped[int] = _person()
    cover_id: Mapped[int] = _person()
    first_day: Mapped[date] = mapped_column(info=PROGRESS)
    last_day: Mapped[date] = mapped_column(info=PROGRESS)
    arranged_by_id: Mapped[int] = _person()
    arranged_at: Mapped[datetime] = mapped_column(info=PLAIN)
    ended_on: Mapped[date | None] = mapped_column(info=PROGRESS)

    @classmethod
    def holds_on(cls, day: date) -> sa.ColumnElement[bool]:
        """Say in SQL whether the cover holds on `day`."""
        return sa.and_(
            cls.first_day <= day,
            cls.last_day >= day,
            sa.or_(cls.ended_on.is_(None), cls.ended_on > day),
        )


class CoachLoad(Model):
    """How many people a coach guides now, and since when nothing was written.

    Moves in the transaction that moves a plan or the log. `quiet_since` is the day of the last
    contact written down, or since when the coach guides somebody again; empty when nobody but
    people with a pause is there.
    """

    __tablename__ = "coaching_load"
    __table_args__ = (
        sa.Index("ix_coaching_load_quiet", "quiet_since", "coach_id"),
        sa.Index("ix_coaching_load_plans", "plans", "coach_id"),
    )

    coach_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, info=PERSON
    )
    plans: Mapped[int] = mapped_column(info=PROGRESS)
    last_entry_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    quiet_since: Mapped[date | None] = mapped_column(info=PROGRESS)
