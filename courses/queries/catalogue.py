"""Courses as programs read them: the newest version of each, in pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from academy.kernel.db import Page, db, to_cursor
from academy.kernel.errors import NotFoundError
from academy.kernel.i18n import pick
from courses.models import Course, CourseVersion, Module, Track


@dataclass(frozen=True, slots=True)
class CourseRow:
    """One course in its newest version."""

    id: int
    key: str
    track: str
    version: str
    title: str
    goal: str
    sessions: int
    session_minutes: int


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """One module of a course."""

    key: str
    order: int
    title: str
    minutes: int
    attendance_required: bool


@dataclass(frozen=True, slots=True)
class CourseDetails:
    """A course with its modules."""

    course: CourseRow
    modules: tuple[ModuleRow, ...]


def course_rows(after: tuple[str, int] | None, *, limit: int) -> Page[CourseRow]:
    """Return the courses by key."""
    statement = _newest().order_by(Course.key, Course.id).limit(limit + 1)
    if after is not None:
        statement = statement.where(sa.tuple_(Course.key, Course.id) > sa.tuple_(*after))
    rows = db.session.execute(statement).all()
    shown = tuple(_row(*row) for row in rows[:limit])
    cursor = to_cursor(shown[-1].key, shown[-1].id) if len(rows) > limit else None
    return Page(shown, cursor)


def get_course(course_id: int) -> CourseDetails:
    """Return one course. Raises NotFoundError."""
    found = db.session.execute(_newest().where(Course.id == course_id)).first()
    if found is None:
        raise NotFoundError
    modules = db.session.execute(
        sa.select(
            Module.key,
            Module.order,
            Module.title_nl,
            Module.title_en,
            Module.duration_minutes,
            Module.attendance_required,
        )
        .where(Module.course_version_id == found[1].id)
        .order_by(Module.order)
    )
    return CourseDetails(
        course=_row(*found),
        modules=tuple(
            ModuleRow(
                key=row.key,
                order=row.order,
                title=pick({"nl": row.title_nl, "en": row.title_en}),
                minutes=row.duration_minutes,
                attendance_required=row.attendance_required,
            )
            for row in modules
        ),
    )


def _newest() -> sa.Select[Course, CourseVersion, str]:
    newest = sa.select(sa.func.max(CourseVersion.id)).group_by(CourseVersion.course_id)
    return (
        sa.select(Course, CourseVersion, Track.key)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .join(Track, Track.id == Course.track_id)
        .where(CourseVersion.id.in_(newest))
    )


def _row(course: Course, version: CourseVersion, track: str) -> CourseRow:
    content: dict[str, Any] = version.content["course"]
    load = content["study_load"]
    return CourseRow(
        id=course.id,
        key=course.key,
        track=track,
        version=version.version,
        title=pick({"nl": version.title_nl, "en": version.title_en}),
        goal=pick(content["goal"]),
        sessions=load["sessions"],
        session_minutes=load["session_minutes"],
    )
