"""Reads every document, checks everything between them, and builds the frozen values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from courses.adapters.curriculum import schemas
from courses.adapters.curriculum.build import build_curricula
from courses.adapters.curriculum.checks import CourseDocuments, Library, check_course, remarks
from courses.adapters.curriculum.documents import (
    CurriculumFault,
    Document,
    read_markdown,
    read_yaml,
)

if TYPE_CHECKING:
    from pathlib import Path

    from courses.adapters.curriculum.content import Curricula
    from courses.adapters.curriculum.kinds import Kind


def read_curricula(folder: Path) -> Curricula:
    """Read a curricula folder. Raises CurriculumFault with every fault if anything is wrong."""
    tracks = _checked(folder, "tracks.yaml", schemas.TRACKS)
    methods = _checked(folder, "werkvormen.yaml", schemas.WORKING_METHODS)
    sources = _checked(folder, "sources.yaml", schemas.SOURCES)
    library = Library(working_methods=_ids(methods, "werkvormen"), sources=_ids(sources, "sources"))
    _check_methods(methods)
    found = _courses(folder, tracks)
    for course in found:
        check_course(course, library)
    _check_course_ids(found)
    documents = [tracks, methods, sources, *(d for course in found for d in course.all)]
    faults = [fault for document in documents for fault in document.faults]
    if faults:
        raise CurriculumFault(faults)
    curricula = build_curricula(tracks, found, methods=methods, sources=sources)
    return replace(curricula, remarks=tuple(remarks(found, library)))


def _checked(folder: Path, file: str, kind: Kind) -> Document:
    document = read_markdown(folder, file) if file.endswith(".md") else read_yaml(folder, file)
    if not document.faults:
        kind.check(document, (), document.value)
    elif "" not in document.spoiled:
        _check_beside_faults(document, kind)
    return document


def _check_beside_faults(document: Document, kind: Kind) -> None:
    """Check the schema too if only some values could not be read; those are not reported twice."""
    reported = {fault.line for fault in document.faults}
    before = len(document.faults)
    kind.check(document, (), document.value)
    found = document.faults[before:]
    document.faults[before:] = [fault for fault in found if fault.line not in reported]


def _ids(document: Document, key: str) -> frozenset[str] | None:
    if not document.sound(key):
        return None
    return frozenset(item["id"] for item in document.value[key])


def _check_methods(methods: Document) -> None:
    if not methods.sound("werkvormen"):
        return
    for place, method in enumerate(methods.value["werkvormen"]):
        least, most = method["group"]
        if least > most:
            methods.fault(
                ("werkvormen", place, "group"),
                f"De groep gaat van {least} naar {most}; dat moet van klein naar groot.",
                en=f"The group goes from {least} to {most}; it must go from small to large.",
            )


def _courses(folder: Path, tracks: Document) -> list[CourseDocuments]:
    if not tracks.sound("tracks"):
        return []
    return [_course(folder, track) for track in tracks.value["tracks"]]


def _course(folder: Path, track: dict[str, Any]) -> CourseDocuments:
    place = track["course_dir"]
    course = _checked(folder, f"{place}/course.yaml", schemas.COURSE)
    listed = course.value["modules"] if course.sound("modules") else []
    modules = tuple(
        _checked(folder, f"{place}/{module['file']}", schemas.MODULE) for module in listed
    )
    return CourseDocuments(
        track=track,
        course=course,
        modules=modules,
        quizzes=tuple(_quiz(folder, place, module=module) for module in modules),
        rubric=_assessment(folder, course, key="rubric", kind=schemas.RUBRIC),
        final=_assessment(folder, course, key="final", kind=schemas.FINAL),
        selfscan=_assessment(folder, course, key="self_assessment", kind=schemas.SELFSCAN),
    )


def _quiz(folder: Path, place: str, *, module: Document) -> Document | None:
    if not module.sound("quiz"):
        return None
    return _checked(folder, f"{place}/{module.value['quiz']}", schemas.QUIZ)


def _assessment(folder: Path, course: Document, *, key: str, kind: Kind) -> Document | None:
    if not course.sound("assessments") or key not in course.value["assessments"]:
        return None
    place = course.file.rpartition("/")[0]
    return _checked(folder, f"{place}/{course.value['assessments'][key]}", kind)


def _check_course_ids(found: list[CourseDocuments]) -> None:
    """Note a fault for a course or module id that an earlier course has too."""
    seen: set[str] = set()
    for one in found:
        for document in (one.course, *one.modules):
            if not document.sound("id"):
                continue
            name = document.value["id"]
            if name in seen:
                document.fault(
                    ("id",), f"id {name} komt twee keer voor.", en=f"id {name} occurs twice."
                )
            seen.add(name)
