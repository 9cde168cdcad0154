"""The register: marks, append-only, and where every cell stands."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import PLAIN, PROGRESS, WORDS, Id, Model, one_of
from courses.models.columns import parent_column, person_column

MARKS = ("present", "late", "excused", "absent", "made_up", "not_applicable")
MARK_SOURCES = ("phone", "paper", "web", "self")


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
    enrolment_id: Mapped[int] = parent_column("enrolment", ondelete="RESTRICT")
    status: Mapped[str] = mapped_column(sa.String(20), info=PROGRESS)
    minutes_late: Mapped[int | None] = mapped_column(info=PROGRESS)
    counts_anyway: Mapped[bool] = mapped_column(default=False, info=PROGRESS)
    note: Mapped[str] = mapped_column(sa.String(200), default="", info=WORDS)
    source: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    marked_by_id: Mapped[int] = person_column()
    marked_at: Mapped[datetime] = mapped_column(info=PLAIN)
    supersedes_id: Mapped[int | None] = parent_column(
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
    session_id: Mapped[int] = parent_column("session", ondelete="RESTRICT")
    enrolment_id: Mapped[int] = parent_column("enrolment", ondelete="RESTRICT")
    mark_id: Mapped[int] = parent_column("attendance_mark", ondelete="RESTRICT")
    other_mark_id: Mapped[int | None] = parent_column(
        "attendance_mark", ondelete="RESTRICT", nullable=True
    )
    version: Mapped[int] = mapped_column(info=PLAIN)
