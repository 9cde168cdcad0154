"""Tables of research. No column names a resident: observations and confirmations are anonymous."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import PERSON, PLAIN, WORDS, Id, Model, one_of
from academy.research.rules import (
    BARRIERS,
    CONSENTS,
    EXPERIENCES,
    OBSERVERS,
    PHOTOS,
    PROJECT_STATES,
    SENSES,
    STEPS,
    TIMES_OF_DAY,
)


class Project(Model):
    """Research in one place, with the residents first. `needed` yes-yes solve a problem."""

    __tablename__ = "research_project"
    __table_args__ = (
        one_of("state", PROJECT_STATES),
        sa.CheckConstraint("needed >= 3", name="three_or_more"),
        sa.Index("ix_research_project_started", "started_on", "id"),
    )

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(20), unique=True, info=PLAIN)
    title: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    place_id: Mapped[int] = mapped_column(
        sa.ForeignKey("place.id", ondelete="RESTRICT"), index=True, info=PLAIN
    )
    client_organisation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="SET NULL"), index=True, info=PLAIN
    )
    lead_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"), index=True, info=PERSON
    )
    state: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    started_on: Mapped[date] = mapped_column(info=PLAIN)
    needed: Mapped[int] = mapped_column(default=3, info=PLAIN)


class Observation(Model):
    """What a sense took in, somewhere, at some time of day.

    A quote needs the teller's yes; taking it back empties the text for good.
    """

    __tablename__ = "research_observation"
    __table_args__ = (
        one_of("sense", SENSES),
        one_of("time_of_day", TIMES_OF_DAY),
        one_of("observed_by", OBSERVERS),
        one_of("consent", CONSENTS),
        one_of("photo", PHOTOS),
        sa.CheckConstraint("is_quote = (consent <> 'not_needed')", name="quote_needs_consent"),
        sa.CheckConstraint("consent <> 'withdrawn' or text = ''", name="withdrawn_is_empty"),
        sa.Index("ix_research_observation_sense", "project_id", "sense", "observed_on", "id"),
    )

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(20), unique=True, info=PLAIN)
    project_id: Mapped[int] = mapped_column(
        sa.ForeignKey("research_project.id", ondelete="CASCADE"), index=True, info=PLAIN
    )
    sense: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    text: Mapped[str] = mapped_column(sa.String(1000), info=WORDS)
    place_hint: Mapped[str] = mapped_column(sa.String(100), info=PLAIN)
    observed_on: Mapped[date] = mapped_column(info=PLAIN)
    time_of_day: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    observed_by: Mapped[str] = mapped_column(sa.String(12), info=PLAIN)
    is_quote: Mapped[bool] = mapped_column(info=PLAIN)
    consent: Mapped[str] = mapped_column(sa.String(12), info=PLAIN)
    photo: Mapped[str | None] = mapped_column(sa.String(20), info=PLAIN)


class Problem(Model):
    """A problem in residents' words. `step` is the last thing done; no step says solved."""

    __tablename__ = "research_problem"
    __table_args__ = (
        one_of("barrier", BARRIERS),
        one_of("step", STEPS),
        sa.CheckConstraint("named_by >= 1", name="somebody_named_it"),
        sa.CheckConstraint("step in ('named', 'resting') or key <> ''", name="key_first"),
    )

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(20), unique=True, info=PLAIN)
    project_id: Mapped[int] = mapped_column(
        sa.ForeignKey("research_project.id", ondelete="CASCADE"), index=True, info=PLAIN
    )
    words: Mapped[str] = mapped_column(sa.String(500), info=WORDS)
    barrier: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    named_by: Mapped[int] = mapped_column(info=PLAIN)
    key: Mapped[str] = mapped_column(sa.String(500), default="", info=WORDS)
    step: Mapped[str] = mapped_column(sa.String(12), info=PLAIN)


class Confirmation(Model):
    """What one resident said of a problem, apart and anonymous; append-only."""

    __tablename__ = "research_confirmation"
    __table_args__ = (
        one_of("experience", EXPERIENCES),
        sa.UniqueConstraint("problem_id", "number"),
    )

    id: Mapped[Id]
    problem_id: Mapped[int] = mapped_column(
        sa.ForeignKey("research_problem.id", ondelete="CASCADE"), index=True, info=PLAIN
    )
    number: Mapped[int] = mapped_column(info=PLAIN)
    experience: Mapped[str] = mapped_column(sa.String(6), info=PLAIN)
    took_part: Mapped[bool] = mapped_column(info=PLAIN)
    note: Mapped[str] = mapped_column(sa.String(500), info=WORDS)
    confirmed_on: Mapped[date] = mapped_column(info=PLAIN)


class Talk(Model):
    """The talk with residents about one "nee": when it was, and what changed. Append-only."""

    __tablename__ = "research_talk"
    __table_args__ = (sa.CheckConstraint("what_changed <> ''", name="says_what_changed"),)

    id: Mapped[Id]
    confirmation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("research_confirmation.id", ondelete="CASCADE"), unique=True, info=PLAIN
    )
    talked_on: Mapped[date] = mapped_column(info=PLAIN)
    what_changed: Mapped[str] = mapped_column(sa.String(500), info=WORDS)
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="SET NULL"), index=True, info=PERSON
    )
