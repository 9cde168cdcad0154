"""What people hand in for the assignments in their own neighbourhood."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import PLAIN, PROGRESS, WORDS, Id, Model, one_of
from courses.models.columns import parent_column, person_column

PRACTICE_STATES = ("submitted", "done", "add_something")
FILE_TYPES = ("image/jpeg", "audio/webm", "audio/ogg", "audio/mp4", "audio/mpeg", "audio/wav")
PEOPLE_ON_IT = ("nobody", "agreed")
WHY_REMOVED = ("asked", "recognisable")


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
    assignment_id: Mapped[int] = parent_column("practice_assignment", ondelete="RESTRICT")
    state: Mapped[str] = mapped_column(sa.String(20), info=PROGRESS)
    evidence: Mapped[str] = mapped_column(sa.String(20), info=PROGRESS)
    text: Mapped[str] = mapped_column(sa.Text, default="", info=WORDS)
    submitted_at: Mapped[datetime] = mapped_column(info=PROGRESS)
    submitted_by_id: Mapped[int] = person_column()
    told_on: Mapped[date | None] = mapped_column(info=PROGRESS)
    reviewed_at: Mapped[datetime | None] = mapped_column(info=PROGRESS)
    reviewed_by_id: Mapped[int | None] = person_column(nullable=True)
    sentence: Mapped[str] = mapped_column(sa.String(500), default="", info=WORDS)


class PracticeFile(Model):
    """The photo or recording that goes with a hand-in, until somebody takes it away.

    `people` is what the sender said of the people on a photo. The row stays when the content goes.
    """

    __tablename__ = "practice_file"
    __table_args__ = (
        one_of("media_type", FILE_TYPES),
        one_of("people", PEOPLE_ON_IT),
        one_of("removed_why", WHY_REMOVED),
    )

    id: Mapped[Id]
    submission_id: Mapped[int] = mapped_column(
        sa.ForeignKey("practice_submission.id", ondelete="CASCADE"), unique=True, info=PLAIN
    )
    media_type: Mapped[str] = mapped_column(sa.String(20), info=PLAIN)
    people: Mapped[str | None] = mapped_column(sa.String(10), info=PROGRESS)
    seconds: Mapped[int | None] = mapped_column(info=PLAIN)
    content: Mapped[bytes | None] = mapped_column(
        sa.LargeBinary, deferred=True, deferred_raiseload=True, info=WORDS
    )
    removed_at: Mapped[datetime | None] = mapped_column(info=PROGRESS)
    removed_by_id: Mapped[int | None] = person_column(nullable=True)
    removed_why: Mapped[str | None] = mapped_column(sa.String(20), info=PROGRESS)
