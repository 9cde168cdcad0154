"""Tables of matching: what somebody wants of guidance, what a coach offers, who was asked.

Nothing here says why somebody said no.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.coaching import rules
from academy.coaching.models.columns import note, parent, person
from academy.kernel.db import PERSON, PLAIN, PREFERENCE, PROGRESS, WORDS, Id, Model, one_of


class CoachingWish(Model):
    """What somebody wants of a coach: languages, days and parts of a day, whom, and own words.

    `by_id` wrote it down last.
    """

    __tablename__ = "coaching_wish"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"),
        unique=True,
        info=PERSON,
    )
    languages: Mapped[list[Any]] = mapped_column(info=PREFERENCE)
    day_parts: Mapped[list[Any]] = mapped_column(info=PREFERENCE)
    wished_coach_id: Mapped[int | None] = person(nullable=True)
    words: Mapped[str] = note()
    saved_at: Mapped[datetime] = mapped_column(info=PLAIN)
    by_id: Mapped[int] = person()


class CoachOffer(Model):
    """When, where, how and how many people a coach wants to guide.

    `how_far` counts from `place_id`. `about` is what the participant reads before saying yes.
    """

    __tablename__ = "coach_offer"
    __table_args__ = (
        one_of("how_far", rules.RANGES),
        sa.CheckConstraint(f"most between 0 and {rules.MOST_OFFERED}", name="most_in_range"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"),
        unique=True,
        info=PERSON,
    )
    languages: Mapped[list[Any]] = mapped_column(info=PREFERENCE)
    day_parts: Mapped[list[Any]] = mapped_column(info=PREFERENCE)
    channels: Mapped[list[Any]] = mapped_column(info=PREFERENCE)
    place_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("place.id", ondelete="SET NULL"), index=True, info=PREFERENCE
    )
    how_far: Mapped[str] = mapped_column(sa.String(12), info=PREFERENCE)
    most: Mapped[int] = mapped_column(info=PREFERENCE)
    about: Mapped[str] = mapped_column(sa.String(300), default="", info=WORDS)
    saved_at: Mapped[datetime] = mapped_column(info=PLAIN)


class CoachProposal(Model):
    """That a coach was proposed for a plan, and how it ended; never who said no, nor why."""

    __tablename__ = "coach_proposal"
    __table_args__ = (
        one_of("state", rules.PROPOSAL_STATES),
        sa.CheckConstraint("(state = 'open') = (ended_on is null)", name="ended_has_a_day"),
        sa.Index(
            "uq_coach_proposal_open",
            "plan_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )

    id: Mapped[Id]
    plan_id: Mapped[int] = parent("coaching_plan")
    coach_id: Mapped[int] = person()
    proposed_on: Mapped[date] = mapped_column(info=PROGRESS)
    state: Mapped[str] = mapped_column(sa.String(10), info=PROGRESS)
    ended_on: Mapped[date | None] = mapped_column(info=PROGRESS)
