"""The practical: attempts, what assessors gave, and what they agreed on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import PLAIN, PROGRESS, WORDS, Id, Model, one_of
from courses.models.columns import parent_column, person_column

FINAL_STATES = ("planned", "observed", "both_scored", "outcome", "void")
ASSESSOR_ROLES = ("first", "second", "third")
OUTCOMES = ("passed", "not_yet")
AGREED_HOW = ("equal", "lower", "talk", "third")


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
    enrolment_id: Mapped[int] = parent_column("enrolment")
    attempt: Mapped[int] = mapped_column(info=PROGRESS)
    state: Mapped[str] = mapped_column(sa.String(20), info=PROGRESS)
    planned_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    first_assessor_id: Mapped[int] = person_column()
    second_assessor_id: Mapped[int] = person_column()
    third_assessor_id: Mapped[int | None] = person_column(nullable=True)
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
    final_attempt_id: Mapped[int] = parent_column("final_attempt")
    role: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    assessor_id: Mapped[int] = person_column()
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict, info=WORDS)
    handed_in_at: Mapped[datetime | None] = mapped_column(info=PROGRESS)


class AssessorDeclaration(Model):
    """An assessor's word whether they know the participant privately, said once, before scoring.

    It stays when somebody else looks instead.
    """

    __tablename__ = "assessor_declaration"
    __table_args__ = (
        one_of("role", ASSESSOR_ROLES),
        sa.UniqueConstraint("final_attempt_id", "assessor_id"),
    )

    id: Mapped[Id]
    final_attempt_id: Mapped[int] = parent_column("final_attempt")
    role: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    assessor_id: Mapped[int] = person_column()
    knows_privately: Mapped[bool] = mapped_column(info=PROGRESS)
    declared_at: Mapped[datetime] = mapped_column(info=PROGRESS)


class CriterionScore(Model):
    """The level, 1 to 4, that one assessor gave on one criterion."""

    __tablename__ = "criterion_score"
    __table_args__ = (
        sa.UniqueConstraint("assessment_id", "criterion"),
        sa.CheckConstraint("level between 1 and 4", name="level_one_to_four"),
    )

    id: Mapped[Id]
    assessment_id: Mapped[int] = parent_column("assessment")
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
    final_attempt_id: Mapped[int] = parent_column("final_attempt")
    criterion: Mapped[str] = mapped_column(sa.String(40), info=PLAIN)
    level: Mapped[int] = mapped_column(info=PROGRESS)
    how: Mapped[str] = mapped_column(sa.String(10), info=PROGRESS)
