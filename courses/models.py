"""Tables of learning: frozen course content, cohorts, sessions, enrolments and what people did."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from academy.kernel.db import PERSON, PLAIN, PROGRESS, WORDS, Id, Model, one_of
from academy.people.models import Person

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
MARKS = ("present", "late", "excused", "absent", "made_up", "not_applicable")
MARK_SOURCES = ("phone", "paper", "web", "self")
PRACTICE_STATES = ("submitted", "done", "add_something")
FINAL_STATES = ("planned", "observed", "both_scored", "outcome", "void")
ASSESSOR_ROLES = ("first", "second", "third")
OUTCOMES = ("passed", "not_yet")
AGREED_HOW = ("equal", "lower", "talk", "third")


def _person(*, nullable: bool = False, index: bool = True) -> Any:
    return mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"),
        index=index,
        nullable=nullable,
        info=PERSON,
    )


def _parent(table: str, *, ondelete: str = "CASCADE", nullable: bool = False) -> Any:
    return mapped_column(
        sa.ForeignKey(f"{table}.id", ondelete=ondelete), index=True, nullable=nullable, info=PLAIN
    )


# --- content, frozen -------------------------------------------------------------------------


class Track(Model):
    """Residents, professionals or governors; a property of a course, never a role."""

    __tablename__ = "track"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(sa.String(30), unique=True, info=PLAIN)
    order: Mapped[int] = mapped_column(info=PLAIN)
    content: Mapped[dict[str, Any]] = mapped_column(info=PLAIN)


class Course(Model):
    """One course of a track, in versions."""

    __tablename__ = "course"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(sa.String(30), unique=True, info=PLAIN)
    track_id: Mapped[int] = _parent("track", ondelete="RESTRICT")


class CourseVersion(Model):
    """A frozen version: `content` holds course.yaml, rubric, final and self-scan as read."""

    __tablename__ = "course_version"
    __table_args__ = (sa.UniqueConstraint("course_id", "version"),)

    id: Mapped[Id]
    course_id: Mapped[int] = _parent("course", ondelete="RESTRICT")
    version: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    title_nl: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    title_en: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    content: Mapped[dict[str, Any]] = mapped_column(info=PLAIN)
    content_hash: Mapped[str] = mapped_column(sa.String(64), info=PLAIN)
    imported_at: Mapped[datetime] = mapped_column(info=PLAIN)


class Module(Model):
    """One lesson, half-day or meeting of a course version, with its texts and assignments."""

    __tablename__ = "module"
    __table_args__ = (
        sa.UniqueConstraint("course_version_id", "key"),
        sa.UniqueConstraint("course_version_id", "order"),
    )

    id: Mapped[Id]
    course_version_id: Mapped[int] = _parent("course_version", ondelete="RESTRICT")
    key: Mapped[str] = mapped_column(sa.String(30), info=PLAIN)
    order: Mapped[int] = mapped_column(info=PLAIN)
    title_nl: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    title_en: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    duration_minutes: Mapped[int] = mapped_column(info=PLAIN)
    attendance_required: Mapped[bool] = mapped_column(info=PLAIN)
    content: Mapped[dict[str, Any]] = mapped_column(info=PLAIN)
    lesson: Mapped[str] = mapped_column(sa.Text, info=PLAIN)
    trainer_text: Mapped[str] = mapped_column(sa.Text, info=PLAIN)


class PracticeAssignment(Model):
    """The assignment in one's own neighbourhood that belongs to a module."""

    __tablename__ = "practice_assignment"

    id: Mapped[Id]
    module_id: Mapped[int] = mapped_column(
        sa.ForeignKey("module.id", ondelete="RESTRICT"), unique=True, info=PLAIN
    )
    key: Mapped[str] = mapped_column(sa.String(30), index=True, info=PLAIN)
    title_nl: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    title_en: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    minutes: Mapped[int] = mapped_column(info=PLAIN)
    required: Mapped[bool] = mapped_column(info=PLAIN)
    content: Mapped[dict[str, Any]] = mapped_column(info=PLAIN)


class Quiz(Model):
    """The questions that belong to a module; `questions` as read, in order."""

    __tablename__ = "quiz"

    id: Mapped[Id]
    module_id: Mapped[int] = mapped_column(
        sa.ForeignKey("module.id", ondelete="RESTRICT"), unique=True, info=PLAIN
    )
    key: Mapped[str] = mapped_column(sa.String(30), index=True, info=PLAIN)
    title_nl: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    questions: Mapped[list[Any]] = mapped_column(info=PLAIN)


class WorkingMethod(Model):
    """A working method (werkvorm) as on its card; replaced as a whole by a newer reading."""

    __tablename__ = "working_method"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(sa.String(60), unique=True, info=PLAIN)
    name_nl: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    content: Mapped[dict[str, Any]] = mapped_column(info=PLAIN)
    content_hash: Mapped[str] = mapped_column(sa.String(64), info=PLAIN)


# --- cohorts ---------------------------------------------------------------------------------


class Cohort(Model):
    """A group that takes one pinned course version together."""

    __tablename__ = "cohort"
    __table_args__ = (
        one_of("state", COHORT_STATES),
        sa.CheckConstraint("capacity > 0", name="capacity_positive"),
        sa.Index("ix_cohort_start", "starts_on", "id"),
    )

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(20), unique=True, info=PLAIN)
    course_version_id: Mapped[int] = _parent("course_version", ondelete="RESTRICT")
    name: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    place_id: Mapped[int] = mapped_column(
        sa.ForeignKey("place.id", ondelete="RESTRICT"), index=True, info=PLAIN
    )
    client_organisation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="SET NULL"), index=True, info=PLAIN
    )
    starts_on: Mapped[date] = mapped_column(info=PLAIN)
    location: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    capacity: Mapped[int] = mapped_column(info=PLAIN)
    state: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    course_version: Mapped[CourseVersion] = relationship(lazy="raise_on_sql")


class CohortTrainer(Model):
    """Who trains a cohort, the lead trainer first. Rights come from grants, not from here."""

    __tablename__ = "cohort_trainer"
    __table_args__ = (sa.UniqueConstraint("cohort_id", "person_id"),)

    id: Mapped[Id]
    cohort_id: Mapped[int] = _parent("cohort")
    person_id: Mapped[int] = _person()
    position: Mapped[int] = mapped_column(info=PLAIN)


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
    cohort_id: Mapped[int] = _parent("cohort")
    module_id: Mapped[int] = _parent("module", ondelete="RESTRICT")
    starts_at: Mapped[datetime] = mapped_column(info=PLAIN)
    ends_at: Mapped[datetime] = mapped_column(info=PLAIN)
    location: Mapped[str] = mapped_column(sa.String(200), info=PLAIN)
    state: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    moved_from: Mapped[date | None] = mapped_column(info=PLAIN)
    module: Mapped[Module] = relationship(lazy="raise_on_sql")


class Enrolment(Model):
    """One person in one cohort: application and enrolment are this one row and one machine.

    `note` is the academy's word about a waiting place or a result; never a person's reason to stop.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        one_of("state", ENROLMENT_STATES),
        sa.UniqueConstraint("person_id", "cohort_id"),
        sa.Index("ix_enrolment_cohort_state", "cohort_id", "state"),
    )

    id: Mapped[Id]
    source_id: Mapped[str | None] = mapped_column(sa.String(30), unique=True, info=PLAIN)
    person_id: Mapped[int] = _person()
    cohort_id: Mapped[int] = _parent("cohort", ondelete="RESTRICT")
    state: Mapped[str] = mapped_column(sa.String(20), info=PROGRESS)
    note: Mapped[str] = mapped_column(sa.String(300), default="", info=WORDS)
    applied_on: Mapped[date] = mapped_column(info=PROGRESS)
    intake_by_id: Mapped[int | None] = _person(nullable=True)
    code_of_conduct_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    transferred_to_id: Mapped[int | None] = _parent("enrolment", ondelete="SET NULL", nullable=True)
    version: Mapped[int] = mapped_column(default=1, info=PLAIN)
    person: Mapped[Person] = relationship(foreign_keys=[person_id], lazy="raise_on_sql")
    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class EnrolmentEvent(Model):
    """A step of the enrolment, append-only."""

    __tablename__ = "enrolment_event"

    id: Mapped[Id]
    enrolment_id: Mapped[int] = _parent("enrolment")
    from_state: Mapped[str] = mapped_column(sa.String(20), info=PROGRESS)
    to_state: Mapped[str] = mapped_column(sa.String(20), info=PROGRESS)
    at: Mapped[datetime] = mapped_column(info=PROGRESS)
    by_id: Mapped[int | None] = _person(nullable=True)


# --- what people did -------------------------------------------------------------------------


class AttendanceMark(Model):
    """One mark for one person at one session, append-only.

    A correction points at what it supersedes; two marks that supersede the same one are a conflict
    that both markers see.
    """

    __tablename__ = "attendance_mark"
    __table_args__ = (
        one_of("status", MARKS),
        one_of("source", MARK_SOURCES),
        sa.Index("ix_attendance_mark_cell", "session_id", "enrolment_id"),
    )

    id: Mapped[Id]
    session_id: Mapped[int] = mapped_column(
        sa.ForeignKey("session.id", ondelete="RESTRICT"), info=PLAIN
    )
    enrolment_id: Mapped[int] = _parent("enrolment", ondelete="RESTRICT")
    status: Mapped[str] = mapped_column(sa.String(20), info=PROGRESS)
    minutes_late: Mapped[int | None] = mapped_column(info=PROGRESS)
    counts_anyway: Mapped[bool] = mapped_column(default=False, info=PROGRESS)
    note: Mapped[str] = mapped_column(sa.String(200), default="", info=WORDS)
    source: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    marked_by_id: Mapped[int] = _person()
    marked_at: Mapped[datetime] = mapped_column(info=PLAIN)
    supersedes_id: Mapped[int | None] = _parent(
        "attendance_mark", ondelete="SET NULL", nullable=True
    )


class AttendanceCell(Model):
    """Where one cell of the register stands.

    The mark that counts, and a second one as long as two trainers saved different things.
    `version` says what a marker saw.
    """

    __tablename__ = "attendance_cell"
    __table_args__ = (sa.UniqueConstraint("session_id", "enrolment_id"),)

    id: Mapped[Id]
    session_id: Mapped[int] = _parent("session", ondelete="RESTRICT")
    enrolment_id: Mapped[int] = _parent("enrolment", ondelete="RESTRICT")
    mark_id: Mapped[int] = _parent("attendance_mark", ondelete="RESTRICT")
    other_mark_id: Mapped[int | None] = _parent(
        "attendance_mark", ondelete="RESTRICT", nullable=True
    )
    version: Mapped[int] = mapped_column(info=PLAIN)


class PracticeSubmission(Model):
    """One hand-in for a practice assignment, and what the trainer said of it.

    A further hand-in is a further row; the last one counts.
    """

    __tablename__ = "practice_submission"
    __table_args__ = (
        one_of("state", PRACTICE_STATES),
        sa.Index("ix_practice_submission_enrolment", "enrolment_id", "assignment_id"),
        sa.Index("ix_practice_submission_queue", "state", "submitted_at", "id"),
    )

    id: Mapped[Id]
    enrolment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("enrolment.id", ondelete="CASCADE"), info=PLAIN
    )
    assignment_id: Mapped[int] = _parent("practice_assignment", ondelete="RESTRICT")
    state: Mapped[str] = mapped_column(sa.String(20), info=PROGRESS)
    evidence: Mapped[str] = mapped_column(sa.String(20), info=PROGRESS)
    text: Mapped[str] = mapped_column(sa.Text, default="", info=WORDS)
    submitted_at: Mapped[datetime] = mapped_column(info=PROGRESS)
    submitted_by_id: Mapped[int] = _person()
    reviewed_at: Mapped[datetime | None] = mapped_column(info=PROGRESS)
    reviewed_by_id: Mapped[int | None] = _person(nullable=True)
    sentence: Mapped[str] = mapped_column(sa.String(500), default="", info=WORDS)


class QuizAttempt(Model):
    """One attempt at the questions of a module.

    `percent`, 0 to 100 of the scored questions, comes when it is finished, and only where the
    questions count. `seed` is what items are shuffled by; an attempt scored elsewhere has none.
    """

    __tablename__ = "quiz_attempt"
    __table_args__ = (sa.UniqueConstraint("enrolment_id", "quiz_id", "attempt"),)

    id: Mapped[Id]
    enrolment_id: Mapped[int] = _parent("enrolment")
    quiz_id: Mapped[int] = _parent("quiz", ondelete="RESTRICT")
    attempt: Mapped[int] = mapped_column(info=PROGRESS)
    percent: Mapped[int | None] = mapped_column(info=PROGRESS)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict, info=WORDS)
    course_version_id: Mapped[int] = _parent("course_version", ondelete="RESTRICT")
    seed: Mapped[int | None] = mapped_column(info=PLAIN)
    started_at: Mapped[datetime] = mapped_column(info=PROGRESS)
    finished_at: Mapped[datetime | None] = mapped_column(info=PROGRESS)


class SelfScanCompletion(Model):
    """That somebody filled in the self-scan at a moment; the answers are kept without a person."""

    __tablename__ = "self_scan_completion"
    __table_args__ = (sa.UniqueConstraint("enrolment_id", "instrument", "moment"),)

    id: Mapped[Id]
    enrolment_id: Mapped[int] = _parent("enrolment")
    instrument: Mapped[str] = mapped_column(sa.String(40), info=PLAIN)
    moment: Mapped[str] = mapped_column(sa.String(40), info=PLAIN)
    completed_on: Mapped[date] = mapped_column(info=PROGRESS)


class SelfScanAnswer(Model):
    """One answer in a cohort's group picture; nothing in it leads to a person."""

    __tablename__ = "self_scan_answer"
    __table_args__ = (sa.Index("ix_self_scan_answer_group", "cohort_id", "instrument", "moment"),)

    id: Mapped[Id]
    cohort_id: Mapped[int] = mapped_column(
        sa.ForeignKey("cohort.id", ondelete="CASCADE"), info=PLAIN
    )
    instrument: Mapped[str] = mapped_column(sa.String(40), info=PLAIN)
    moment: Mapped[str] = mapped_column(sa.String(40), info=PLAIN)
    item: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    value: Mapped[int | None] = mapped_column(info=PLAIN)


class FinalAttempt(Model):
    """One attempt at the practical, with who looks and what came out."""

    __tablename__ = "final_attempt"
    __table_args__ = (
        one_of("state", FINAL_STATES),
        one_of("outcome", OUTCOMES),
        sa.UniqueConstraint("enrolment_id", "attempt"),
        sa.CheckConstraint(
            "first_assessor_id <> second_assessor_id", name="two_different_assessors"
        ),
        sa.CheckConstraint(
            "third_assessor_id is null or (third_assessor_id <> first_assessor_id"
            " and third_assessor_id <> second_assessor_id)",
            name="third_is_neither",
        ),
    )

    id: Mapped[Id]
    enrolment_id: Mapped[int] = _parent("enrolment")
    attempt: Mapped[int] = mapped_column(info=PROGRESS)
    state: Mapped[str] = mapped_column(sa.String(20), info=PROGRESS)
    planned_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    first_assessor_id: Mapped[int] = _person()
    second_assessor_id: Mapped[int] = _person()
    third_assessor_id: Mapped[int | None] = _person(nullable=True)
    outcome: Mapped[str | None] = mapped_column(sa.String(10), info=PROGRESS)
    agreed_total: Mapped[int | None] = mapped_column(info=PROGRESS)
    decided_on: Mapped[date | None] = mapped_column(info=PROGRESS)


class Assessment(Model):
    """One assessor's scores for an attempt; immutable once handed in."""

    __tablename__ = "assessment"
    __table_args__ = (
        one_of("role", ASSESSOR_ROLES),
        sa.UniqueConstraint("final_attempt_id", "role"),
        sa.UniqueConstraint("final_attempt_id", "assessor_id"),
    )

    id: Mapped[Id]
    final_attempt_id: Mapped[int] = _parent("final_attempt")
    role: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    assessor_id: Mapped[int] = _person()
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict, info=WORDS)
    handed_in_at: Mapped[datetime | None] = mapped_column(info=PROGRESS)


class CriterionScore(Model):
    """The level, 1 to 4, that one assessor gave on one criterion."""

    __tablename__ = "criterion_score"
    __table_args__ = (
        sa.UniqueConstraint("assessment_id", "criterion"),
        sa.CheckConstraint("level between 1 and 4", name="level_one_to_four"),
    )

    id: Mapped[Id]
    assessment_id: Mapped[int] = _parent("assessment")
    criterion: Mapped[str] = mapped_column(sa.String(40), info=PLAIN)
    level: Mapped[int] = mapped_column(info=PROGRESS)
    comment: Mapped[str] = mapped_column(sa.String(1000), default="", info=WORDS)


class ScoreTalk(Model):
    """The talk between the assessors about their differences: a date, who, and one line."""

    __tablename__ = "score_talk"

    id: Mapped[Id]
    final_attempt_id: Mapped[int] = mapped_column(
        sa.ForeignKey("final_attempt.id", ondelete="CASCADE"), unique=True, info=PLAIN
    )
    talk_on: Mapped[date] = mapped_column(info=PROGRESS)
    line: Mapped[str] = mapped_column(sa.String(300), info=WORDS)
    agreed: Mapped[bool] = mapped_column(info=PROGRESS)


class AgreedLevel(Model):
    """The level both agreed on, and how they came to it."""

    __tablename__ = "agreed_level"
    __table_args__ = (
        one_of("how", AGREED_HOW),
        sa.UniqueConstraint("final_attempt_id", "criterion"),
        sa.CheckConstraint("level between 1 and 4", name="level_one_to_four"),
    )

    id: Mapped[Id]
    final_attempt_id: Mapped[int] = _parent("final_attempt")
    criterion: Mapped[str] = mapped_column(sa.String(40), info=PLAIN)
    level: Mapped[int] = mapped_column(info=PROGRESS)
    how: Mapped[str] = mapped_column(sa.String(10), info=PROGRESS)


class Promise(Model):
    """A governor's promise to residents, as printed on the proof of participation."""

    __tablename__ = "promise"

    id: Mapped[Id]
    enrolment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("enrolment.id", ondelete="CASCADE"), unique=True, info=PLAIN
    )
    text: Mapped[str] = mapped_column(sa.String(260), info=WORDS)
    due_on: Mapped[date | None] = mapped_column(info=PROGRESS)
