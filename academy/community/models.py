"""Tables of the community."""

from __future__ import annotations

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.community.rules import ANSWERS, ASSETS, MEET_UP_KINDS, MEET_UP_STATES
from academy.kernel.db import PERSON, PLAIN, PREFERENCE, WORDS, Id, Model, one_of


class MeetUp(Model):
    """An afternoon for who was certified: follow-up, refresher, exchange or peer consultation.

    `cancelled_on` is the day on which it was called off.
    """

    __tablename__ = "meet_up"
    __table_args__ = (
        one_of("kind", MEET_UP_KINDS),
        one_of("state", MEET_UP_STATES),
        sa.CheckConstraint("capacity > 0", name="room_for_somebody"),
        sa.Index("ix_meet_up_day", "state", "held_on", "id"),
    )

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(20), unique=True, info=PLAIN)
    kind: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    title: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    held_on: Mapped[date] = mapped_column(info=PLAIN)
    place: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    capacity: Mapped[int] = mapped_column(info=PLAIN)
    state: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    starts_at: Mapped[time | None] = mapped_column(info=PLAIN)
    cancelled_on: Mapped[date | None] = mapped_column(info=PLAIN)


class Rsvp(Model):
    """Whether somebody comes, what they bring and need, and afterwards whether they came.

    `helped_by_id` passed the answer on, for somebody without a phone. Who says yes when every chair
    is taken stands in line from `waits_since`. Who `walked_in` had not answered.
    """

    __tablename__ = "rsvp"
    __table_args__ = (one_of("answer", ANSWERS), sa.UniqueConstraint("meet_up_id", "person_id"))

    id: Mapped[Id]
    meet_up_id: Mapped[int] = mapped_column(
        sa.ForeignKey("meet_up.id", ondelete="CASCADE"), index=True, info=PLAIN
    )
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"), index=True, info=PERSON
    )
    answer: Mapped[str] = mapped_column(sa.String(10), info=PREFERENCE)
    brings: Mapped[str] = mapped_column(sa.String(200), default="", info=WORDS)
    needs: Mapped[str] = mapped_column(sa.String(200), default="", info=WORDS)
    came: Mapped[bool | None] = mapped_column(info=PREFERENCE)
    helped_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"), index=True, info=PERSON
    )
    waits_since: Mapped[datetime | None] = mapped_column(info=PREFERENCE)
    transport: Mapped[bool] = mapped_column(
        default=False, server_default=sa.false(), info=PREFERENCE
    )
    child_care: Mapped[bool] = mapped_column(
        default=False, server_default=sa.false(), info=PREFERENCE
    )
    walked_in: Mapped[bool] = mapped_column(
        default=False, server_default=sa.false(), info=PREFERENCE
    )


class Story(Model):
    """A solution of residents. Only what three of them confirmed and may be shared is published."""

    __tablename__ = "story"
    __table_args__ = (
        one_of("asset", ASSETS),
        sa.CheckConstraint("confirmed_by >= 0", name="counted"),
        sa.CheckConstraint(
            "published_on is null or (confirmed_by >= 3 and may_share)", name="published_by_rule"
        ),
        sa.Index("ix_story_published", "published_on", "id"),
    )

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(20), unique=True, info=PLAIN)
    title: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    place_id: Mapped[int] = mapped_column(
        sa.ForeignKey("place.id", ondelete="RESTRICT"), index=True, info=PLAIN
    )
    text: Mapped[str] = mapped_column(sa.Text, info=WORDS)
    asset: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    told_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="SET NULL"), index=True, info=PERSON
    )
    confirmed_by: Mapped[int] = mapped_column(default=0, info=PLAIN)
    may_share: Mapped[bool] = mapped_column(info=PREFERENCE)
    published_on: Mapped[date | None] = mapped_column(info=PLAIN)
