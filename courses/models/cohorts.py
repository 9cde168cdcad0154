"""Cohorts, their sessions, and who takes part."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from academy.kernel.db import IDENTITY, PLAIN, PROGRESS, REGISTER, WORDS, Id, Model, one_of
from academy.people.models import Person
from courses.models.columns import parent_column, person_column
from courses.models.content import CourseVersion, Module

COHORT_STATES = ("draft", "open", "full", "running", "finishing", "completed", "cancelled")
SESSION_STATES = ("planned", "moved", "cancelled", "held")
ENROLMENT_STATES = (
    "applied",
    "intake_planned",
    "waitlisted",
    "admitted",
    "not_now",
    "other_track",
    "active",
    "paused",
    "completed",
    "not_passed",
    "withdrawn",
    "transferred",
)


class Cohort(Model):
    """A group that takes one pinned course version together.

    `step_free` says whether everybody can come in at `location` without stairs; None: not known.
    """

    __tablename__ = "cohort"
    __table_args__ = (
        one_of("state", COHORT_STATES),
        sa.CheckConstraint("capacity > 0", name="capacity_positive"),
        sa.Index("ix_cohort_start", "starts_on", "id"),
    )

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(20), unique=True, info=PLAIN)
    course_version_id: Mapped[int] = parent_column("course_version", ondelete="RESTRICT")
    name: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    place_id: Mapped[int] = mapped_column(
        sa.ForeignKey("place.id", ondelete="RESTRICT"), index=True, info=PLAIN
    )
    client_organisation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="SET NULL"), index=True, info=PLAIN
    )
    starts_on: Mapped[date] = mapped_column(info=PLAIN)
    location: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    step_free: Mapped[bool | None] = mapped_column(info=PLAIN)
    capacity: Mapped[int] = mapped_column(info=PLAIN)
    state: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    course_version: Mapped[CourseVersion] = relationship(lazy="raise_on_sql")


class CohortTrainer(Model):
    """Who trains a cohort, the lead trainer first. Rights come from grants, not from here."""

    __tablename__ = "cohort_trainer"
    __table_args__ = (sa.UniqueConstraint("cohort_id", "person_id"),)

    id: Mapped[Id]
    cohort_id: Mapped[int] = parent_column("cohort")
    person_id: Mapped[int] = person_column()
    position: Mapped[int] = mapped_column(info=PLAIN)


class CohortHost(Model):
    """The resident who is host of a cohort and signs its proofs: the name they said yes to."""

    __tablename__ = "cohort_host"
    __table_args__ = (sa.UniqueConstraint("cohort_id"),)

    id: Mapped[Id]
    cohort_id: Mapped[int] = parent_column("cohort")
    person_id: Mapped[int] = person_column()
    printed_name: Mapped[str] = mapped_column(sa.String(200), info=IDENTITY)
    agreed_on: Mapped[date] = mapped_column(info=REGISTER)
    noted_by_id: Mapped[int] = person_column()


class Session(Model):
    """One meeting of a cohort about one module. Instants are UTC; the wall clock is Amsterdam's."""

    __tablename__ = "session"
    __table_args__ = (
        one_of("state", SESSION_STATES),
        sa.UniqueConstraint("cohort_id", "module_id"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.Index("ix_session_start", "starts_at", "id"),
    )

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(20), unique=True, info=PLAIN)
    cohort_id: Mapped[int] = parent_column("cohort")
    module_id: Mapped[int] = parent_column("module", ondelete="RESTRICT")
    starts_at: Mapped[datetime] = mapped_column(info=PLAIN)
    ends_at: Mapped[datetime] = mapped_column(info=PLAIN)
    location: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    state: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    moved_from: Mapped[date | None] = mapped_column(info=PLAIN)
    module: Mapped[Module] = relationship(lazy="raise_on_sql")


class Enrolment(Model):
    """One person in one cohort: application and enrolment are this one row and one machine.

    `note` is the academy's word about a waiting place or a result; never a person's reason to stop.
    `sort_key` is the person's: the database keeps it so, and a page of names costs the same in a
    cohort of ten and of a hundred thousand.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        one_of("state", ENROLMENT_STATES),
        sa.UniqueConstraint("person_id", "cohort_id"),
        sa.Index("ix_enrolment_cohort_state", "cohort_id", "state"),
        sa.Index("ix_enrolment_cohort_name", "cohort_id", "sort_key", "id"),
        sa.ForeignKeyConstraint(
            ["person_id", "sort_key"],
            ["person.id", "person.sort_key"],
            name="fk_enrolment_sort_key_person",
            onupdate="CASCADE",
            ondelete="RESTRICT",
        ),
    )

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(30), unique=True, info=PLAIN)
    person_id: Mapped[int] = person_column()
    sort_key: Mapped[str] = mapped_column(sa.String(450), info=IDENTITY)
    cohort_id: Mapped[int] = parent_column("cohort", ondelete="RESTRICT")
    state: Mapped[str] = mapped_column(sa.String(20), info=PROGRESS)
    note: Mapped[str] = mapped_column(sa.String(300), default="", info=WORDS)
    applied_on: Mapped[date] = mapped_column(info=PROGRESS)
    intake_by_id: Mapped[int | None] = person_column(nullable=True)
    code_of_conduct_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    transferred_to_id: Mapped[int | None] = parent_column(
        "enrolment", ondelete="SET NULL", nullable=True
    )
    version: Mapped[int] = mapped_column(default=1, info=PLAIN)
    person: Mapped[Person] = relationship(
        primaryjoin=lambda: Enrolment.person_id == Person.id,
        foreign_keys=[person_id],
        lazy="raise_on_sql",
    )
    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class EnrolmentEvent(Model):
    """A step of the enrolment, append-only."""

    __tablename__ = "enrolment_event"

    id: Mapped[Id]
    enrolment_id: Mapped[int] = parent_column("enrolment")
    from_state: Mapped[str] = mapped_column(sa.String(20), info=PROGRESS)
    to_state: Mapped[str] = mapped_column(sa.String(20), info=PROGRESS)
    at: Mapped[datetime] = mapped_column(info=PROGRESS)
    by_id: Mapped[int | None] = person_column(nullable=True)
