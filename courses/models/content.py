"""Course content as it was read, frozen: tracks, courses, versions, lessons, cards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import PLAIN, Id, Model
from courses.models.columns import parent_column


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
    track_id: Mapped[int] = parent_column("track", ondelete="RESTRICT")


class CourseVersion(Model):
    """A frozen version: `content` holds course.yaml, rubric, final and self-scan as read."""

    __tablename__ = "course_version"
    __table_args__ = (sa.UniqueConstraint("course_id", "version"),)

    id: Mapped[Id]
    course_id: Mapped[int] = parent_column("course", ondelete="RESTRICT")
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
    course_version_id: Mapped[int] = parent_column("course_version", ondelete="RESTRICT")
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
