"""What people answer: questions with a lesson, the self-scan, the promise."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import PLAIN, PROGRESS, WORDS, Id, Model
from courses.models.columns import parent_column, person_column


class QuizAttempt(Model):
    """One attempt at the questions of a module.

    `percent`, 0 to 100 of the scored questions, comes when it is finished, and only where the
    questions count. `seed` is what items are shuffled by; an attempt scored elsewhere has none.
    `helped_by_id` typed it on behalf of the participant.
    """

    __tablename__ = "quiz_attempt"
    __table_args__ = (sa.UniqueConstraint("enrolment_id", "quiz_id", "attempt"),)

    id: Mapped[Id]
    enrolment_id: Mapped[int] = parent_column("enrolment")
    quiz_id: Mapped[int] = parent_column("quiz", ondelete="RESTRICT")
    attempt: Mapped[int] = mapped_column(info=PROGRESS)
    percent: Mapped[int | None] = mapped_column(info=PROGRESS)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict, info=WORDS)
    course_version_id: Mapped[int] = parent_column("course_version", ondelete="RESTRICT")
    seed: Mapped[int | None] = mapped_column(info=PLAIN)
    started_at: Mapped[datetime] = mapped_column(info=PROGRESS)
    finished_at: Mapped[datetime | None] = mapped_column(info=PROGRESS)
    helped_by_id: Mapped[int | None] = person_column(nullable=True)


class SelfScanCompletion(Model):
    """That somebody filled in the self-scan at a moment; the answers are kept without a person."""

    __tablename__ = "self_scan_completion"
    __table_args__ = (sa.UniqueConstraint("enrolment_id", "instrument", "moment"),)

    id: Mapped[Id]
    enrolment_id: Mapped[int] = parent_column("enrolment")
    instrument: Mapped[str] = mapped_column(sa.String(40), info=PLAIN)
    moment: Mapped[str] = mapped_column(sa.String(40), info=PLAIN)
    completed_on: Mapped[date] = mapped_column(info=PROGRESS)
    helped_by_id: Mapped[int | None] = person_column(nullable=True)


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


class Promise(Model):
    """A governor's promise to residents, as printed on the proof of participation."""

    __tablename__ = "promise"

    id: Mapped[Id]
    enrolment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("enrolment.id", ondelete="CASCADE"), unique=True, info=PLAIN
    )
    text: Mapped[str] = mapped_column(sa.String(260), info=WORDS)
    due_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    helped_by_id: Mapped[int | None] = person_column(nullable=True)
