"""Tables of the community."""

from __future__ import annotations

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.community.rules import (
    ANSWERS,
    ASSETS,
    MEET_UP_KINDS,
    MEET_UP_STATES,
    MENTOR_KINDS,
    PAIR_STATES,
)
from academy.kernel.db import PERSON, PLAIN, PREFERENCE, PROGRESS, WORDS, Id, Model, one_of


class MeetUp(Model):
    """An afternoon for who was certified: follow-up, refresher, exchange or peer consultation.

    `place_id` is the region that holds it; without one it is of the whole academy. `cancelled_on`
    is the day on which it was called off.
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
    place_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("place.id", ondelete="SET NULL"), index=True, info=PLAIN
    )


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


class MentorOffer(Model):
    """What a graduate wants to do: walk along with who begins, help train, help assess.

    Who wants nothing any more has no row.
    """

    __tablename__ = "mentor_offer"
    __table_args__ = (sa.CheckConstraint("walk_along or train or assess", name="something"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"), unique=True, info=PERSON
    )
    walk_along: Mapped[bool] = mapped_column(info=PREFERENCE)
    train: Mapped[bool] = mapped_column(info=PREFERENCE)
    assess: Mapped[bool] = mapped_column(info=PREFERENCE)
    saved_at: Mapped[datetime] = mapped_column(info=PLAIN)


class MentorPair(Model):
    """A graduate, the mentor, who walks along with a person who begins. It runs once both say yes.

    Either ends it. Who did, and why, is kept nowhere here.
    """

    __tablename__ = "mentor_pair"
    __table_args__ = (
        one_of("state", PAIR_STATES),
        sa.CheckConstraint("mentor_id <> person_id", name="two_people"),
        sa.CheckConstraint(
            "state <> 'running' or (mentor_yes_on is not null and person_yes_on is not null)",
            name="both_said_yes",
        ),
        sa.CheckConstraint("(state = 'ended') = (ended_on is not null)", name="ended_has_a_day"),
        sa.Index(
            "uq_mentor_pair_live",
            "person_id",
            unique=True,
            sqlite_where=sa.text("state <> 'ended'"),
            postgresql_where=sa.text("state <> 'ended'"),
        ),
    )

    id: Mapped[Id]
    mentor_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"), index=True, info=PERSON
    )
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"), index=True, info=PERSON
    )
    state: Mapped[str] = mapped_column(sa.String(10), info=PROGRESS)
    proposed_on: Mapped[date] = mapped_column(info=PROGRESS)
    mentor_yes_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    person_yes_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    ended_on: Mapped[date | None] = mapped_column(info=PROGRESS)


class MentorDay(Model):
    """A day on which a graduate met whom they walk along with, or helped. Never what was said.

    It counts for renewal from `counted_on`, when a coordinator said so.
    """

    __tablename__ = "mentor_day"
    __table_args__ = (
        one_of("kind", MENTOR_KINDS),
        sa.CheckConstraint("(kind = 'walk_along') = (pair_id is not null)", name="met_somebody"),
        sa.UniqueConstraint("person_id", "kind", "done_on", "pair_id"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"), index=True, info=PERSON
    )
    kind: Mapped[str] = mapped_column(sa.String(12), info=PROGRESS)
    done_on: Mapped[date] = mapped_column(info=PROGRESS)
    pair_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("mentor_pair.id", ondelete="CASCADE"), index=True, info=PLAIN
    )
    counted_on: Mapped[date | None] = mapped_column(info=PROGRESS)
