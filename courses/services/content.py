"""Course content comes in: curricula become frozen versions, or nothing changes at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock
from academy.kernel.db import db
from academy.kernel.errors import ConflictError
from academy.kernel.policy import Actor
from courses.adapters.curriculum import CourseContent, Curricula, WorkingMethod
from courses.adapters.curriculum import Track as TrackContent
from courses.models import Course, CourseVersion, Module, PracticeAssignment, Quiz, Track
from courses.models import WorkingMethod as WorkingMethodRow
from courses.rules.words import Text

MODULE_PARTS = (
    "slug",
    "goal",
    "outcomes",
    "rubric_criteria",
    "materials",
    "session_plan",
    "makeup",
    "sources",
)
"""What of a module's front matter is kept with the module; the rest has columns or tables."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What was read, and how much of it was new."""

    tracks: int
    courses: int
    modules: int
    questions: int
    working_methods: int
    new_versions: int
    changed_working_methods: int


def import_curricula(curricula: Curricula, *, by: Actor) -> Imported:
    """Store everything in the curricula as frozen versions and say what was new.

    The same content twice changes nothing. Raises ConflictError, naming the file, if the content
    of a version that is already there was changed.
    """
    tracks = _import_tracks(curricula.tracks)
    fresh = [course for course in curricula.courses if _is_new(course)]
    for course in fresh:
        _import_version(course, tracks[course.track], by=by)
    changed = _import_methods(curricula.working_methods)
    return Imported(
        tracks=len(curricula.tracks),
        courses=len(curricula.courses),
        modules=sum(len(course.modules) for course in curricula.courses),
        questions=sum(
            len(module.quiz.questions) for course in curricula.courses for module in course.modules
        ),
        working_methods=len(curricula.working_methods),
        new_versions=len(fresh),
        changed_working_methods=changed,
    )


def _import_tracks(tracks: tuple[TrackContent, ...]) -> dict[str, Track]:
    known = {track.key: track for track in db.session.scalars(sa.select(Track))}
    for track in tracks:
        row = known.get(track.id)
        if row is None:
            row = known[track.id] = Track(key=track.id)
            db.session.add(row)
        content = {
            "name": _texts(track.name),
            "audience": _texts(track.audience),
            "role_after": _texts(track.role_after),
            "certificate_kind": track.certificate_kind,
            "ongoing_coaching": track.ongoing_coaching,
        }
        row.order = track.order
        if row.content != content:
            row.content = content
    db.session.flush()  # courses need the ids of new tracks
    return known


def _is_new(course: CourseContent) -> bool:
    stored = _stored(course)
    if stored is None:
        return True
    if stored.content_hash != course.content_hash:
        file = next(_changed_files(stored, course), f"{course.track}/course.yaml")
        sentence = _(
            "%(file)s is veranderd, maar versie %(version)s van opleiding %(course)s ligt vast. "
            "Geef de opleiding een nieuw versienummer.",
            file=file,
            version=course.version,
            course=course.id,
        )
        raise ConflictError(sentence)
    return False


def _stored(course: CourseContent) -> CourseVersion | None:
    return db.session.scalars(
        sa.select(CourseVersion)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.key == course.id, CourseVersion.version == course.version)
    ).one_or_none()


def _changed_files(stored: CourseVersion, course: CourseContent) -> Iterator[str]:
    """Yield the files whose content is not what is stored, as paths below the curricula folder."""
    document, folder = course.document, course.track
    files = document["course"]["assessments"]
    parts = {"course": "course.yaml", "rubric": files.get("rubric", "rubric.yaml")}
    parts |= {"final": files.get("final", "course.yaml")}
    parts |= {"selfscan": files.get("self_assessment", "course.yaml")}
    for part, file in parts.items():
        if stored.content[part] != document[part]:
            yield f"{folder}/{file}"
    rows = db.session.execute(
        sa.select(Module, PracticeAssignment, Quiz)
        .join(PracticeAssignment, PracticeAssignment.module_id == Module.id)
        .join(Quiz, Quiz.module_id == Module.id)
        .where(Module.course_version_id == stored.id)
        .order_by(Module.order)
    ).all()
    places = {entry["id"]: entry["file"] for entry in document["course"]["modules"]}
    before = {module.key: (module, practice, quiz) for module, practice, quiz in rows}
    for whole in document["modules"]:
        if whole["id"] not in before:
            yield f"{folder}/{places[whole['id']]}"
            continue
        module, practice, quiz = before[whole["id"]]
        if _row_values(module, practice) != _file_values(whole):
            yield f"{folder}/{places[whole['id']]}"
        if quiz.questions != whole["quiz"]["questions"]:
            yield f"{folder}/{files['quizzes'].replace('*', format(module.order, '02'))}"


def _row_values(module: Module, practice: PracticeAssignment) -> tuple[Any, ...]:
    titles = (module.title_nl, practice.title_nl)
    return (titles, module.content, practice.content, module.lesson, module.trainer_text)


def _file_values(whole: Mapping[str, Any]) -> tuple[Any, ...]:
    titles = (whole["title"]["nl"], whole["practice"]["title"]["nl"])
    texts = (whole["lesson"], whole["trainer"])
    return (titles, _module_content(whole), _practice_content(whole["practice"]), *texts)


def _import_version(course: CourseContent, track: Track, *, by: Actor) -> None:
    row = db.session.scalars(sa.select(Course).where(Course.key == course.id)).one_or_none()
    if row is None:
        row = Course(key=course.id, track_id=track.id)
        db.session.add(row)
        db.session.flush()  # the version needs the id
    version = CourseVersion(
        course_id=row.id,
        version=course.version,
        title_nl=course.title.nl,
        title_en=course.title.en,
        content=_version_content(course.document),
        content_hash=course.content_hash,
        imported_at=clock.now(),
    )
    db.session.add(version)
    db.session.flush()  # the modules need the id
    for whole in course.document["modules"]:
        _import_module(whole, version.id)
    audit.record("courses:version:imported", ("course_version", version.id), by=by)


def _version_content(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is judged and certified by; of the modules only what the rules need."""
    modules = [
        {
            "id": whole["id"],
            "order": whole["order"],
            "title": whole["title"],
            "practice": {"id": whole["practice"]["id"], "title": whole["practice"]["title"]},
            "quiz": {
                "id": whole["quiz"]["id"],
                "questions": [{"type": one["type"]} for one in whole["quiz"]["questions"]],
            },
        }
        for whole in document["modules"]
    ]
    return {**document, "modules": modules}


def _import_module(whole: Mapping[str, Any], version_id: int) -> None:
    module = Module(
        course_version_id=version_id,
        key=whole["id"],
        order=whole["order"],
        title_nl=whole["title"]["nl"],
        title_en=whole["title"]["en"],
        duration_minutes=whole["duration_minutes"],
        attendance_required=whole["attendance_required"],
        content=_module_content(whole),
        lesson=whole["lesson"],
        trainer_text=whole["trainer"],
    )
    db.session.add(module)
    db.session.flush()  # its assignment and quiz need the id
    practice, quiz = whole["practice"], whole["quiz"]
    db.session.add_all(
        [
            PracticeAssignment(
                module_id=module.id,
                key=practice["id"],
                title_nl=practice["title"]["nl"],
                title_en=practice["title"]["en"],
                minutes=practice["minutes"],
                required=practice["required"],
                content=_practice_content(practice),
            ),
            Quiz(
                module_id=module.id,
                key=quiz["id"],
                title_nl=quiz["title"]["nl"],
                questions=quiz["questions"],
            ),
        ]
    )


def _module_content(whole: Mapping[str, Any]) -> dict[str, Any]:
    return {part: whole[part] for part in MODULE_PARTS}


def _practice_content(practice: Mapping[str, Any]) -> dict[str, Any]:
    return {"evidence": practice["evidence"], "task": practice["task"]}


def _import_methods(methods: tuple[WorkingMethod, ...]) -> int:
    """Store the working methods, replace those whose card changed, and return how many."""
    known = {row.key: row for row in db.session.scalars(sa.select(WorkingMethodRow))}
    changed = 0
    for method in methods:
        content = json.loads(json.dumps(asdict(method)))
        found = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        row = known.get(method.id)
        if row is not None and row.content_hash == found:
            continue
        if row is None:
            row = WorkingMethodRow(key=method.id)
            db.session.add(row)
        row.name_nl, row.content, row.content_hash = method.name.nl, content, found
        changed += 1
    return changed


def _texts(text: Text) -> dict[str, str]:
    return {"nl": text.nl, "en": text.en}
