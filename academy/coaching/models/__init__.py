"""Tables of coaching.

Text of talks and actions is encrypted; no reason for a pause or a stop exists anywhere.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.coaching import rules
from academy.coaching.models.changes import CoachTransfer, YearlyReview
from academy.coaching.models.cover import CoachLoad, Cover
from academy.coaching.models.matching import CoachingWish, CoachOffer, CoachProposal
from academy.coaching.models.opening import Opening
from academy.coaching.models.sheets import PlanSheet, PlanStep
from academy.kernel.db import NOTE, PERSON, PLAIN, PREFERENCE, PROGRESS, WORDS, Id, Model, one_of
from academy.kernel.encrypted import Encrypted

__all__ = [
    "AgreedAction",
    "CoachLoad",
    "CoachOffer",
    "CoachProposal",
    "CoachTransfer",
    "CoachingPlan",
    "CoachingWish",
    "Cover",
    "Encrypted",
    "LogEntry",
    "Opening",
    "OwnWords",
    "PlanSheet",
    "PlanStep",
    "ReadLog",
    "Signal",
    "YearlyReview",
]

READ_KINDS = ("page", "draft", "pdf", "export")
EDITIONS = ("participant", "dossier", "handover", "plan")
"""What a PDF was made as: three editions of the log, and the plan on one page."""


def _person(*, nullable: bool = False) -> Any:
    return mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"),
        index=True,
        nullable=nullable,
        info=PERSON,
    )


def _parent(table: str, *, nullable: bool = False) -> Any:
    return mapped_column(
        sa.ForeignKey(f"{table}.id", ondelete="RESTRICT"),
        index=True,
        nullable=nullable,
        info=PLAIN,
    )


def _note() -> Any:
    return mapped_column(Encrypted, default="", info=NOTE)


class CoachingPlan(Model):
    """The guidance of one person after a certificate, with what is due and when.

    `place_id` says in whose region it lies. `next_contact_due` moves with what moves it; while
    paused it is the day of return. `sheet_due`: before when a plan on paper is to be agreed, empty
    once it was. `is_energy_low` says that energy was low twice in a row. Who begins again gets a
    new plan; `earlier_id` is the one before.
    """

    __tablename__ = "coaching_plan"
    __table_args__ = (
        one_of("state", rules.PLAN_STATES),
        one_of("channel", rules.CHANNELS),
        sa.CheckConstraint("coach_id <> person_id", name="coach_is_another"),
        sa.CheckConstraint(
            f"rhythm_days between {rules.SHORTEST_RHYTHM_DAYS} and {rules.LONGEST_RHYTHM_DAYS}",
            name="rhythm_in_range",
        ),
        sa.CheckConstraint(
            "state not in ('proposed', 'active', 'paused') or coach_id is not null",
            name="guided_by_somebody",
        ),
        sa.Index(
            "uq_coaching_plan_running",
            "person_id",
            unique=True,
            sqlite_where=sa.text("state <> 'stopped'"),
            postgresql_where=sa.text("state <> 'stopped'"),
        ),
        sa.Index("ix_coaching_plan_due", "state", "next_contact_due", "id"),
        sa.Index("ix_coaching_plan_match", "state", "match_by", "id"),
        sa.Index("ix_coaching_plan_review", "state", "yearly_review_due", "id"),
        sa.Index("ix_coaching_plan_sheet", "state", "sheet_due", "id"),
        sa.Index("ix_coaching_plan_energy", "is_energy_low", "state", "last_contact_on", "id"),
    )

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(20), unique=True, info=PLAIN)
    person_id: Mapped[int] = _person()
    earlier_id: Mapped[int | None] = _parent("coaching_plan", nullable=True)
    coach_id: Mapped[int | None] = _person(nullable=True)
    place_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("place.id", ondelete="SET NULL"), index=True, info=PREFERENCE
    )
    certificate_number: Mapped[str] = mapped_column(sa.String(24), default="", info=PLAIN)
    state: Mapped[str] = mapped_column(sa.String(10), info=PROGRESS)
    goal: Mapped[str] = mapped_column(sa.String(300), default="", info=WORDS)
    rhythm_days: Mapped[int] = mapped_column(default=rules.DEFAULT_RHYTHM_DAYS, info=PLAIN)
    channel: Mapped[str] = mapped_column(sa.String(10), default="phone", info=PREFERENCE)
    opened_on: Mapped[date] = mapped_column(info=PROGRESS)
    match_by: Mapped[date] = mapped_column(info=PLAIN)
    coach_yes_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    participant_yes_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    started_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    yearly_review_due: Mapped[date | None] = mapped_column(index=True, info=PROGRESS)
    transferred_from_id: Mapped[int | None] = _person(nullable=True)
    transferred_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    paused_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    paused_until: Mapped[date | None] = mapped_column(info=PROGRESS)
    stopped_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    goodbye_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    last_contact_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    next_contact_due: Mapped[date | None] = mapped_column(info=PROGRESS)
    sheet_due: Mapped[date | None] = mapped_column(info=PROGRESS)
    is_energy_low: Mapped[bool] = mapped_column(default=False, info=PROGRESS)
    version: Mapped[int] = mapped_column(default=1, info=PLAIN)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @classmethod
    def is_awake(cls, day: Any) -> sa.ColumnElement[bool]:
        """Say in SQL that guidance runs on a day: it is active, or its pause is over by then."""
        is_over = sa.and_(cls.state == "paused", cls.paused_until <= day)
        return sa.or_(cls.state == "active", is_over)


class LogEntry(Model):
    """One contact in the coaching log. Once shared it stays; a correction is a further entry.

    `form_key` names the form it came from, so that sending twice makes one entry. While a yearly
    review is being written, `discussed` holds its whole form (`rules.kept`).
    """

    __tablename__ = "coaching_log_entry"
    __table_args__ = (
        one_of("kind", rules.ENTRY_KINDS),
        one_of("state", rules.ENTRY_STATES),
        sa.CheckConstraint("energy between 1 and 5", name="energy_one_to_five"),
        sa.CheckConstraint(f"minutes between 0 and {rules.MOST_MINUTES}", name="minutes_in_range"),
        sa.CheckConstraint("(state = 'draft') = (shared_at is null)", name="shared_has_a_moment"),
        sa.Index(
            "uq_coaching_log_entry_draft",
            "plan_id",
            "coach_id",
            unique=True,
            sqlite_where=sa.text("state = 'draft' and kind <> 'yearly_review'"),
            postgresql_where=sa.text("state = 'draft' and kind <> 'yearly_review'"),
        ),
        sa.Index(
            "uq_coaching_log_entry_review_draft",
            "plan_id",
            "coach_id",
            unique=True,
            sqlite_where=sa.text("state = 'draft' and kind = 'yearly_review'"),
            postgresql_where=sa.text("state = 'draft' and kind = 'yearly_review'"),
        ),
        sa.Index("ix_coaching_log_entry_plan", "plan_id", "happened_on", "id"),
        sa.Index("ix_coaching_log_entry_coach", "coach_id", "happened_on"),
        sa.Index("ix_coaching_log_entry_open", "state", "shared_at"),
    )

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(20), unique=True, info=PLAIN)
    plan_id: Mapped[int] = mapped_column(
        sa.ForeignKey("coaching_plan.id", ondelete="RESTRICT"), info=PLAIN
    )
    person_id: Mapped[int] = _person()
    coach_id: Mapped[int] = mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"), info=PERSON
    )
    happened_on: Mapped[date] = mapped_column(info=PROGRESS)
    kind: Mapped[str] = mapped_column(sa.String(20), info=PROGRESS)
    minutes: Mapped[int | None] = mapped_column(info=PROGRESS)
    discussed: Mapped[str] = _note()
    went_well: Mapped[str] = _note()
    is_hard: Mapped[str] = _note()
    energy: Mapped[int | None] = mapped_column(info=PROGRESS)
    state: Mapped[str] = mapped_column(sa.String(10), info=PROGRESS)
    corrects_id: Mapped[int | None] = _parent("coaching_log_entry", nullable=True)
    form_key: Mapped[str | None] = mapped_column(sa.String(32), unique=True, info=PLAIN)
    created_at: Mapped[datetime] = mapped_column(info=PLAIN)
    saved_at: Mapped[datetime] = mapped_column(info=PLAIN)
    shared_at: Mapped[datetime | None] = mapped_column(info=PLAIN)
    seen_at: Mapped[datetime | None] = mapped_column(info=PROGRESS)
    final_at: Mapped[datetime | None] = mapped_column(info=PLAIN)


class OwnWords(Model):
    """What the participant adds to an entry, append-only. `by_id` typed it."""

    __tablename__ = "coaching_own_words"

    id: Mapped[Id]
    entry_id: Mapped[int] = _parent("coaching_log_entry")
    words: Mapped[str] = mapped_column(Encrypted, info=NOTE)
    at: Mapped[datetime] = mapped_column(info=PLAIN)
    by_id: Mapped[int] = _person()


class AgreedAction(Model):
    """Who does what before when, agreed in a talk.

    `first_due_on` is the day it began with, once it was given a new one. What a client promises
    names the organisation.
    """

    __tablename__ = "agreed_action"
    __table_args__ = (
        one_of("owner", rules.ACTION_OWNERS),
        one_of("state", rules.ACTION_STATES),
        sa.CheckConstraint("(state = 'open') = (done_on is null)", name="done_has_a_day"),
        sa.Index("ix_agreed_action_due", "plan_id", "state", "due_on"),
        sa.Index("ix_agreed_action_late", "state", "due_on", "id"),
    )

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(20), unique=True, info=PLAIN)
    entry_id: Mapped[int] = _parent("coaching_log_entry")
    plan_id: Mapped[int] = mapped_column(
        sa.ForeignKey("coaching_plan.id", ondelete="RESTRICT"), info=PLAIN
    )
    owner: Mapped[str] = mapped_column(sa.String(12), info=PLAIN)
    text: Mapped[str] = mapped_column(Encrypted, info=NOTE)
    due_on: Mapped[date] = mapped_column(info=PROGRESS)
    first_due_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    state: Mapped[str] = mapped_column(sa.String(10), info=PROGRESS)
    done_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    organisation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="SET NULL"), index=True, info=PLAIN
    )


class ReadLog(Model):
    """Who read a log, when, and as what; the participant sees it.

    Without a reader it was read on the academy's own machine. A PDF's hash is kept, the file not.
    With an `opening_id` it was read in need.
    """

    __tablename__ = "coaching_read"
    __table_args__ = (
        one_of("kind", READ_KINDS),
        one_of("edition", EDITIONS),
        sa.Index("ix_coaching_read_plan", "plan_id", "at"),
    )

    id: Mapped[Id]
    plan_id: Mapped[int] = mapped_column(
        sa.ForeignKey("coaching_plan.id", ondelete="RESTRICT"), info=PLAIN
    )
    entry_id: Mapped[int | None] = _parent("coaching_log_entry", nullable=True)
    reader_id: Mapped[int | None] = _person(nullable=True)
    kind: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    at: Mapped[datetime] = mapped_column(info=PLAIN)
    sha256: Mapped[str | None] = mapped_column(sa.String(64), info=PLAIN)
    edition: Mapped[str | None] = mapped_column(sa.String(12), info=PLAIN)
    opening_id: Mapped[int | None] = _parent("coaching_opening", nullable=True)


class Signal(Model):
    """That somebody worries, about whom, and who follows up.

    `note` is one line about what was agreed, never details. `held_back_until`: not shown to the
    participant before, for safety; `held_back_because` is one of the few reasons for that, or that
    a coordinator looks first.
    """

    __tablename__ = "coaching_signal"
    __table_args__ = (
        one_of("kind", rules.SIGNAL_KINDS),
        one_of("severity", rules.SEVERITIES),
        one_of("state", rules.SIGNAL_STATES),
        one_of("outcome", rules.OUTCOMES),
        one_of("reported_back", rules.REPORTED_BACK),
        one_of("held_back_because", rules.HELD_BACK_BECAUSE),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_on is not null)"
            " and (state = 'closed') = (outcome is not null)"
            " and (state = 'closed') = (reported_back is not null)",
            name="closed_with_outcome",
        ),
        sa.CheckConstraint(
            "state <> 'taken_over' or assigned_to_id is not null", name="taken_by_somebody"
        ),
        sa.Index("ix_coaching_signal_open", "state", "follow_up_by", "id"),
    )

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(20), unique=True, info=PLAIN)
    person_id: Mapped[int] = _person()
    entry_id: Mapped[int | None] = _parent("coaching_log_entry", nullable=True)
    raised_by_id: Mapped[int] = _person()
    raised_on: Mapped[date] = mapped_column(info=PROGRESS)
    kind: Mapped[str] = mapped_column(sa.String(20), info=PROGRESS)
    severity: Mapped[str] = mapped_column(sa.String(10), info=PROGRESS)
    note: Mapped[str] = mapped_column(sa.String(200), default="", info=WORDS)
    state: Mapped[str] = mapped_column(sa.String(10), info=PROGRESS)
    assigned_to_id: Mapped[int | None] = _person(nullable=True)
    follow_up_by: Mapped[date] = mapped_column(info=PROGRESS)
    held_back_until: Mapped[date | None] = mapped_column(info=PROGRESS)
    held_back_because: Mapped[str | None] = mapped_column(sa.String(20), info=PROGRESS)
    closed_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    outcome: Mapped[str | None] = mapped_column(sa.String(20), info=PROGRESS)
    reported_back: Mapped[str | None] = mapped_column(sa.String(10), info=PROGRESS)
