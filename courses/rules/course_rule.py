"""The `*_rule` blocks of one course version as frozen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from courses.rules.words import Text

ATTENDANCE = "attendance_rule"
PRACTICE = "practice_rule"
QUIZ = "quiz_rule"
FINAL = "final_rubric"
SELFSCAN = "self_assessment_twice"
CRITERIA = (ATTENDANCE, PRACTICE, QUIZ, FINAL, SELFSCAN)

RESIDENT_ROLE = "resident_co_assessor"
"""What course.yaml calls a resident who assesses as second."""

HOST = "resident_host"
"""What course.yaml calls the resident who is host of a group and signs its proofs."""

LEAST_GROUP = 5
"""No picture of fewer people, whatever a course says."""

MODULE_WORDS = {
    "residents": Text("les", "module"),
    "professionals": Text("dagdeel", "module"),
    "governors": Text("bijeenkomst", "module"),
}
"""What a module is called to participants, per track; another track says "les"."""

Content = Mapping[str, Any]


class RuleUnreadableError(ValueError):
    """The frozen content of a course version holds no complete rule."""


@dataclass(frozen=True)
class ModuleRule:
    """What the rules need to know of a module.

    A quiz with open questions only is never scored, so it has no id here.
    """

    id: str
    order: int
    title: Text
    practice_id: str
    practice_title: Text
    quiz_id: str | None


@dataclass(frozen=True)
class AttendanceRule:
    """Source: course.yaml, `attendance_rule`."""

    sessions_total: int
    min_present: int
    required_modules: tuple[str, ...]
    makeup_allowed: int
    makeup_counts_as_present: bool
    late_after_minutes: int


@dataclass(frozen=True)
class PracticeRule:
    """Source: course.yaml, `practice_rule`."""

    min_done: int
    required: tuple[str, ...]


@dataclass(frozen=True)
class QuizRule:
    """Source: course.yaml, `quiz_rule`. The percentage (0 to 100) is of the scored questions."""

    counts_for_pass: bool
    min_percent_each: int


@dataclass(frozen=True)
class CriterionRule:
    """One criterion of a rubric; `required` ones need the higher level."""

    id: str
    title: Text
    required: bool


@dataclass(frozen=True)
class RubricRule:
    """When a practical is good.

    Source: `pass_rule.final_rubric` over the criteria of rubric.yaml.
    """

    id: str
    criteria: tuple[CriterionRule, ...]
    level_names: tuple[Text, ...]
    min_level_all: int
    min_level_required: int
    min_total: int

    @property
    def max_level(self) -> int:
        """Return the highest level, 4."""
        return len(self.level_names)

    @property
    def max_total(self) -> int:
        """Return the highest total, 24 for six criteria."""
        return self.max_level * len(self.criteria)

    def minimum(self, criterion: CriterionRule) -> int:
        """Return the lowest level that is in order for this criterion."""
        return self.min_level_required if criterion.required else self.min_level_all


@dataclass(frozen=True)
class FinalRule:
    """Source: course.yaml, `pass_rule.final_rubric` and `resit_rule`. None attempts: no limit.

    `second_is_resident`: the second assessor must be one of the residents who assess.
    """

    rubric: RubricRule
    max_attempts: int | None
    wait_days: int
    second_is_resident: bool = False


@dataclass(frozen=True)
class SelfscanRule:
    """Source: course.yaml, `pass_rule.self_assessment_twice`."""

    instrument: str
    moments: tuple[str, ...]
    min_group: int = 5


@dataclass(frozen=True)
class CourseRule:
    """Everything that decides whether somebody completes one course version."""

    course_id: str
    version: str
    track: str
    modules: tuple[ModuleRule, ...]
    criteria: tuple[str, ...]
    attendance: AttendanceRule
    practice: PracticeRule
    quiz: QuizRule
    final: FinalRule | None
    selfscan: SelfscanRule | None
    with_promise: bool = False
    with_host: bool = False
    """Whether the resident who is host of the cohort signs what its people get."""

    @property
    def practical(self) -> FinalRule:
        """Return the rule of the practical. Raises RuleUnreadableError if the course has none."""
        if self.final is None:
            raise RuleUnreadableError("this course has no practical")
        return self.final

    @property
    def self_assessment(self) -> SelfscanRule:
        """Return the rule of the self-scan. Raises RuleUnreadableError if the course has none."""
        if self.selfscan is None:
            raise RuleUnreadableError("this course has no self-scan")
        return self.selfscan

    @property
    def module_word(self) -> Text:
        """Return what this track calls a module: les, dagdeel or bijeenkomst."""
        return MODULE_WORDS.get(self.track, MODULE_WORDS["residents"])

    def module_named(self, module: ModuleRule) -> Text:
        """Name a module for people: "les 7 (Van idee naar klein succes)"."""
        word = self.module_word
        return Text(
            f"{word.nl} {module.order} ({module.title.nl})",
            f"{word.en} {module.order} ({module.title.en})",
        )


def parse_rule(content: Content) -> CourseRule:
    """Return the rule of one course version.

    `content` is the frozen content as the curriculum reader makes it: `course`, `modules`,
    `rubric`. Raises RuleUnreadableError when a part is missing or a criterion is unknown.
    """
    try:
        return _rule(content)
    except (KeyError, TypeError) as error:
        raise RuleUnreadableError(f"the course content has no readable {error}") from error


def parse_rubric(content: Content) -> RubricRule:
    """Return when the practical is good. Raises RuleUnreadableError if the course has none."""
    return parse_rule(content).practical.rubric


def _rule(content: Content) -> CourseRule:
    course = content["course"]
    criteria = tuple(course["pass_rule"]["all_of"])
    if unknown := set(criteria) - set(CRITERIA):
        raise RuleUnreadableError(f"unknown criteria: {', '.join(sorted(unknown))}")
    return CourseRule(
        course_id=course["id"],
        version=course["version"],
        track=course["track"],
        modules=tuple(_module(module) for module in content["modules"]),
        criteria=criteria,
        attendance=_attendance(course["attendance_rule"]),
        practice=_practice(course["practice_rule"]),
        quiz=_quiz(course["quiz_rule"]),
        final=_final(content) if FINAL in criteria else None,
        selfscan=_selfscan(course["pass_rule"]) if SELFSCAN in criteria else None,
        with_promise=bool(course.get("certificate", {}).get("promise_on_certificate")),
        with_host=HOST in course.get("certificate", {}).get("signatories", ()),
    )


def _text(value: Content) -> Text:
    return Text(value["nl"], value["en"])


def _module(module: Content) -> ModuleRule:
    quiz = module["quiz"]
    scored = any(question["type"] != "open" for question in quiz["questions"])
    return ModuleRule(
        id=module["id"],
        order=module["order"],
        title=_text(module["title"]),
        practice_id=module["practice"]["id"],
        practice_title=_text(module["practice"]["title"]),
        quiz_id=quiz["id"] if scored else None,
    )


def _attendance(rule: Content) -> AttendanceRule:
    return AttendanceRule(
        sessions_total=rule["sessions_total"],
        min_present=rule["min_present"],
        required_modules=tuple(rule["required_modules"]),
        makeup_allowed=rule["makeup_allowed"],
        makeup_counts_as_present=rule["makeup_counts_as_present"],
        late_after_minutes=rule["late_after_minutes"],
    )


def _practice(rule: Content) -> PracticeRule:
    return PracticeRule(min_done=rule["min_done"], required=tuple(rule["required"]))


def _quiz(rule: Content) -> QuizRule:
    return QuizRule(
        counts_for_pass=rule["counts_for_pass"],
        min_percent_each=rule.get("min_percent_each") or 0,
    )


def _final(content: Content) -> FinalRule:
    course, rubric = content["course"], content["rubric"]
    passing = course["pass_rule"]["final_rubric"]
    resit = course["resit_rule"]
    return FinalRule(
        rubric=RubricRule(
            id=rubric["id"],
            criteria=tuple(_criterion(criterion) for criterion in rubric["criteria"]),
            level_names=_level_names(rubric["levels"]),
            min_level_all=passing["min_level_all"],
            min_level_required=passing["min_level_required"],
            min_total=passing["min_total"],
        ),
        max_attempts=resit["final_attempts"],
        wait_days=resit["wait_days"] or 0,
        second_is_resident=passing.get("second_assessor_role") == RESIDENT_ROLE,
    )


def _criterion(criterion: Content) -> CriterionRule:
    return CriterionRule(
        id=criterion["id"], title=_text(criterion["title"]), required=criterion["required"]
    )


def _level_names(levels: Sequence[Content]) -> tuple[Text, ...]:
    ordered = sorted(levels, key=lambda level: int(level["value"]))
    return tuple(_text(level["name"]) for level in ordered)


def _selfscan(rule: Content) -> SelfscanRule:
    scan = rule["self_assessment_twice"]
    return SelfscanRule(
        instrument=scan["instrument"],
        moments=tuple(scan["moments"]),
        min_group=max(LEAST_GROUP, scan.get("min_group_for_aggregate") or 0),
    )
