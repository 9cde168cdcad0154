"""Frozen course content, as the public pages and the lesson page show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.i18n import pick
from courses.models import Course, CourseVersion, Module, PracticeAssignment, Track

Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TrackCard:
    """A track on the public list."""

    key: str
    name: str
    audience: str
    title: str
    goal: str
    sessions: int
    session_minutes: int


@dataclass(frozen=True, slots=True)
class ModuleCard:
    """A lesson as a visitor reads about it."""

    order: int
    title: str
    goal: str


@dataclass(frozen=True, slots=True)
class TrackPage:
    """Everything a visitor reads about a track."""

    card: TrackCard
    subtitle: str
    group_min: int
    group_max: int
    interval_days: int
    is_free: bool
    attendance: str
    practice: str
    passing: str
    certificate: str
    certificate_months: int | None
    disclaimer: str
    coaching: str
    support: tuple[str, ...]
    modules: tuple[ModuleCard, ...]
    module_word: str


@dataclass(frozen=True, slots=True)
class VersionChoice:
    """A course version that a new cohort can take."""

    id: int
    title: str
    version: str
    track_key: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """One module with its texts. `trainer_text` is for trainers only."""

    module_id: int
    key: str
    order: int
    title: str
    goal: str
    duration_minutes: int
    outcomes: tuple[str, ...]
    materials: tuple[str, ...]
    lesson: str
    trainer_text: str
    makeup_task: str
    makeup_minutes: int
    assignment_id: int
    assignment_key: str
    assignment_title: str
    assignment_minutes: int
    assignment_task: str


def title_of(row: Any) -> str:
    """Return the title in the reader's language of a row with `title_nl` and `title_en`."""
    return pick({"nl": row.title_nl, "en": row.title_en})


def track_cards() -> list[TrackCard]:
    """Return the tracks in their order, each with its newest course version."""
    return [_card(track, version) for track, version in _newest()]


def get_track(key: str) -> TrackPage:
    """Return what a visitor reads about a track. Raises NotFoundError."""
    found = _newest(Track.key == key)
    if not found:
        raise NotFoundError
    track, version = found[0]
    modules = db.session.execute(
        sa.select(Module.order, Module.title_nl, Module.title_en, Module.content)
        .where(Module.course_version_id == version.id)
        .order_by(Module.order)
    ).all()
    course: Content = version.content["course"]
    size, certificate = course["group_size"], course["certificate"]
    return TrackPage(
        card=_card(track, version),
        subtitle=pick(course.get("subtitle")),
        group_min=size["min"],
        group_max=size["max"],
        interval_days=course["study_load"]["interval_days"],
        is_free=course.get("price_for_participant_cents") == 0,
        attendance=pick(course["attendance_rule"].get("text")),
        practice=pick(course["practice_rule"].get("text")),
        passing=pick(course["pass_rule"].get("text")),
        certificate=pick(certificate["title"]),
        certificate_months=certificate["validity_months"],
        disclaimer=pick(certificate["disclaimer"]),
        coaching=pick((course.get("after_certificate") or {}).get("coaching")),
        support=tuple(pick(one) for one in course.get("accommodations") or ()),
        modules=tuple(
            ModuleCard(row.order, title_of(row), pick(row.content["goal"])) for row in modules
        ),
        module_word=MODULE_WORDS.get(key, MODULE_WORDS["residents"]),
    )


MODULE_WORDS = {"residents": "lessons", "professionals": "half-days", "governors": "meetings"}
"""Which word the page uses for the modules of a track; the template translates it."""


def _newest(*conditions: sa.ColumnElement[bool]) -> list[tuple[Track, CourseVersion]]:
    newest = sa.select(sa.func.max(CourseVersion.id)).group_by(CourseVersion.course_id)
    rows = db.session.execute(
        sa.select(Track, CourseVersion)
        .join(Course, Course.track_id == Track.id)
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(CourseVersion.id.in_(newest), *conditions)
        .order_by(Track.order, CourseVersion.id)
    )
    return [(track, version) for track, version in rows]


def _card(track: Track, version: CourseVersion) -> TrackCard:
    course: Content = version.content["course"]
    load = course["study_load"]
    return TrackCard(
        key=track.key,
        name=pick(track.content["name"]),
        audience=pick(track.content["audience"]),
        title=title_of(version),
        goal=pick(course["goal"]),
        sessions=load["sessions"],
        session_minutes=load["session_minutes"],
    )


def version_choices() -> list[VersionChoice]:
    """Return the newest version of every course, for a new cohort."""
    return [
        VersionChoice(version.id, title_of(version), version.version, track.key)
        for track, version in _newest()
    ]


def get_lesson(course_version_id: int, order: int) -> Lesson:
    """Return a module of a course version by its place. Raises NotFoundError."""
    row = db.session.execute(
        sa.select(Module, PracticeAssignment)
        .join(PracticeAssignment, PracticeAssignment.module_id == Module.id)
        .where(Module.course_version_id == course_version_id, Module.order == order)
    ).first()
    if row is None:
        raise NotFoundError
    module, assignment = row
    content: Content = module.content
    makeup = content.get("makeup") or {"minutes": 0, "task": ""}
    return Lesson(
        module_id=module.id,
        key=module.key,
        order=module.order,
        title=title_of(module),
        goal=pick(content["goal"]),
        duration_minutes=module.duration_minutes,
        outcomes=tuple(pick(one) for one in content["outcomes"]),
        materials=tuple(content.get("materials") or ()),
        lesson=module.lesson,
        trainer_text=module.trainer_text,
        makeup_task=makeup["task"],
        makeup_minutes=makeup["minutes"],
        assignment_id=assignment.id,
        assignment_key=assignment.key,
        assignment_title=title_of(assignment),
        assignment_minutes=assignment.minutes,
        assignment_task=assignment.content["task"],
    )
