"""Builds the frozen values from documents that were found to be without fault."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from courses.adapters.curriculum.content import (
    Certificate,
    CourseContent,
    Curricula,
    FinalContent,
    FinalPart,
    Level,
    MakeUp,
    ModuleContent,
    Option,
    Outcome,
    PlanStep,
    Practice,
    QuizContent,
    QuizQuestion,
    RubricContent,
    RubricCriterion,
    SelfscanContent,
    SelfscanDimension,
    Source,
    Statement,
    Track,
    WorkingMethod,
)
from courses.rules.words import Text

if TYPE_CHECKING:
    from courses.adapters.curriculum.checks import CourseDocuments
    from courses.adapters.curriculum.documents import Document

COACHING = {True: "yes", False: "no", "optional": "optional"}
TRAINER_SECTION = re.compile(
    r"^## Voor de trainer[ \t]*\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL
)


def build_curricula(
    tracks: Document, found: list[CourseDocuments], *, methods: Document, sources: Document
) -> Curricula:
    """Build everything; the remarks are added by the reader."""
    return Curricula(
        academy=_text(tracks.value["academy"]),
        tracks=tuple(_track(one.track, course_id=one.course.value["id"]) for one in found),
        courses=tuple(_course(one) for one in found),
        working_methods=tuple(_method(method) for method in methods.value["werkvormen"]),
        sources=tuple(Source(**source) for source in sources.value["sources"]),
        remarks=(),
    )


def content_hash(document: dict[str, Any]) -> str:
    """Return the SHA-256 (hex) of the canonical JSON of a course document."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _text(value: dict[str, str]) -> Text:
    return Text(value["nl"], value["en"])


def _track(track: dict[str, Any], *, course_id: str) -> Track:
    return Track(
        id=track["id"],
        order=track["order"],
        name=_text(track["name"]),
        audience=_text(track["for"]),
        role_after=_text(track["role_after"]),
        certificate_kind=track["certificate_kind"],
        ongoing_coaching=COACHING[track["ongoing_coaching"]],
        course_id=course_id,
    )


def _method(method: dict[str, Any]) -> WorkingMethod:
    group_min, group_max = method["group"]
    return WorkingMethod(
        id=method["id"],
        name=_text(method["name"]),
        purposes=tuple(method["purpose"]),
        group_min=group_min,
        group_max=group_max,
        minutes=method["minutes"],
        preparation=method["prep"],
        works_without_reading=method["literacy"],
        materials=tuple(method["materials"]),
        steps=tuple(method["steps"]),
        tip=method["tip"],
        origin=method["origin"],
    )


def _course(found: CourseDocuments) -> CourseContent:
    course = found.course.value
    document = _document(found)
    size, load = course["group_size"], course["study_load"]
    return CourseContent(
        id=course["id"],
        track=course["track"],
        version=course["version"],
        language=course["language"],
        title=_text(course["title"]),
        subtitle=_text(course["subtitle"]),
        goal=_text(course["goal"]),
        audience=_text(course["audience"]),
        group_min=size["min"],
        group_ideal=size["ideal"],
        group_max=size["max"],
        session_minutes=load["session_minutes"],
        interval_days=load["interval_days"],
        modules=tuple(_module(module) for module in document["modules"]),
        rubric=_rubric(document["rubric"]),
        final=_final(document["final"]) if document["final"] else None,
        selfscan=_selfscan(document["selfscan"]) if document["selfscan"] else None,
        certificate=_certificate(course["certificate"]),
        sources=tuple(course["sources"]),
        document=document,
        content_hash=content_hash(document),
    )


def _document(found: CourseDocuments) -> dict[str, Any]:
    """Put all files of one course version together as JSON values."""
    return {
        "course": _plain(found.course.value),
        "modules": [
            _plain(_whole_module(module, quiz))
            for module, quiz in zip(found.modules, found.quizzes, strict=True)
        ],
        "rubric": _plain(found.rubric.value if found.rubric else None),
        "final": _plain(found.final.value if found.final else None),
        "selfscan": _plain(found.selfscan.value if found.selfscan else None),
    }


def _whole_module(module: Document, quiz: Document | None) -> dict[str, Any]:
    trainer = [section.strip() for section in TRAINER_SECTION.findall(module.body)]
    return {
        **module.value,
        "quiz": quiz.value if quiz else None,
        "lesson": TRAINER_SECTION.sub("", module.body).strip(),
        "trainer": "\n\n".join(trainer),
    }


def _plain(value: Any) -> Any:
    """Turn the whole-number keys of descriptors into text, as JSON has them."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _module(module: dict[str, Any]) -> ModuleContent:
    return ModuleContent(
        id=module["id"],
        order=module["order"],
        slug=module["slug"],
        title=_text(module["title"]),
        goal=_text(module["goal"]),
        duration_minutes=module["duration_minutes"],
        attendance_required=module["attendance_required"],
        outcomes=tuple(Outcome(id=o["id"], text=_text(o)) for o in module["outcomes"]),
        rubric_criteria=tuple(module["rubric_criteria"]),
        materials=tuple(module["materials"]),
        session_plan=tuple(_step(step) for step in module["session_plan"]),
        practice=_practice(module["practice"]),
        makeup=MakeUp(minutes=module["makeup"]["minutes"], task=module["makeup"]["task"]),
        quiz=_quiz(module["quiz"]),
        sources=tuple(module["sources"]),
        lesson_markdown=module["lesson"],
        trainer_markdown=module["trainer"],
    )


def _step(step: dict[str, Any]) -> PlanStep:
    return PlanStep(
        minutes=step["minutes"],
        title=step["title"],
        working_method=step["werkvorm"],
        how=step["how"],
    )


def _practice(practice: dict[str, Any]) -> Practice:
    return Practice(
        id=practice["id"],
        title=_text(practice["title"]),
        minutes=practice["minutes"],
        required=practice["required"],
        evidence=tuple(practice["evidence"]),
        task=practice["task"],
    )


def _quiz(quiz: dict[str, Any]) -> QuizContent:
    return QuizContent(
        id=quiz["id"],
        title=_text(quiz["title"]),
        counts_for_pass=quiz["counts_for_pass"],
        questions=tuple(_question(question) for question in quiz["questions"]),
    )


def _question(question: dict[str, Any]) -> QuizQuestion:
    return QuizQuestion(
        id=question["id"],
        type=question["type"],
        prompt=question["prompt"],
        options=tuple(_option(option) for option in question.get("options", ())),
        answer=question.get("answer"),
        items=tuple(question.get("items", ())),
        explanation=question.get("explanation", ""),
        model_answer=question.get("model_answer", ""),
        look_for=tuple(question.get("look_for", ())),
    )


def _option(option: dict[str, Any]) -> Option:
    return Option(
        id=option["id"],
        text=option["text"],
        correct=option["correct"],
        feedback=option.get("feedback"),
    )


def _rubric(rubric: dict[str, Any]) -> RubricContent:
    return RubricContent(
        id=rubric["id"],
        title=_text(rubric["title"]),
        levels=tuple(
            Level(value=level["value"], key=level["key"], name=_text(level["name"]))
            for level in rubric["levels"]
        ),
        criteria=tuple(_criterion(criterion) for criterion in rubric["criteria"]),
        comment_required_below=rubric.get("comment_required_below"),
        counts_for_pass=rubric.get("counts_for_pass", True),
        practice_only_criteria=tuple(rubric.get("practice_only_criteria", ())),
    )


def _criterion(criterion: dict[str, Any]) -> RubricCriterion:
    return RubricCriterion(
        id=criterion["id"],
        required=criterion["required"],
        title=_text(criterion["title"]),
        descriptors=tuple(criterion["descriptors"][level] for level in "1234"),
    )


def _final(final: dict[str, Any]) -> FinalContent:
    return FinalContent(
        id=final["id"],
        rubric_id=final["rubric"],
        title=_text(final["title"]),
        when=_text(final["when"]),
        parts=tuple(
            FinalPart(
                id=part["id"],
                minutes=part["minutes"],
                title=_text(part["title"]),
                explanation_nl=part["nl"],
            )
            for part in final["parts"]
        ),
        first_assessor_nl=final["roles"]["first_assessor"],
        second_assessor_nl=final["roles"]["second_assessor"],
        independence=_text(final["independence"]),
        passed=_text(final["result_text"]["passed"]),
        not_yet=_text(final["result_text"]["not_yet"]),
        min_confirmations=final["residents_voice"]["min_confirmations"],
        max_attempts=final["resit"]["max_attempts"],
        wait_days=final["resit"]["wait_days"],
    )


def _selfscan(scan: dict[str, Any]) -> SelfscanContent:
    return SelfscanContent(
        id=scan["id"],
        title=_text(scan["title"]),
        intro=_text(scan["intro"]),
        scale=tuple((value["value"], _text(value)) for value in scan["scale"]),
        dimensions=tuple(
            SelfscanDimension(
                id=dimension["id"],
                name=_text(dimension["name"]),
                statements=tuple(
                    Statement(id=one["id"], nl=one["nl"]) for one in dimension["statements"]
                ),
            )
            for dimension in scan["dimensions"]
        ),
        min_group=scan["storage"]["min_group"],
        keep_months=scan["storage"]["keep_months"],
    )


def _certificate(certificate: dict[str, Any]) -> Certificate:
    return Certificate(
        title=_text(certificate["title"]),
        kind=certificate["kind"],
        validity_months=certificate["validity_months"],
        number_prefix=certificate["number_prefix"],
        signatories=tuple(certificate["signatories"]),
        statement=_text(certificate["statement"]),
        disclaimer=_text(certificate["disclaimer"]),
        promise=certificate.get("promise_on_certificate", False),
        study_hours=certificate.get("study_hours_on_certificate"),
    )
