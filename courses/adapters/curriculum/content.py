"""The content of the curricula as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from courses.rules.course_rule import CourseRule, parse_rule
from courses.rules.scoring import Question
from courses.rules.words import Text

if TYPE_CHECKING:
    from courses.adapters.curriculum.documents import Fault


@dataclass(frozen=True)
class Track:
    """One track. `ongoing_coaching` is yes, no or optional."""

    id: str
    order: int
    name: Text
    audience: Text
    role_after: Text
    certificate_kind: str
    ongoing_coaching: str
    course_id: str


@dataclass(frozen=True)
class WorkingMethod:
    """One working method, printable as a card.

    `works_without_reading` is `literacy` in the file.
    """

    id: str
    name: Text
    purposes: tuple[str, ...]
    group_min: int
    group_max: int
    minutes: int
    preparation: str
    works_without_reading: bool
    materials: tuple[str, ...]
    steps: tuple[str, ...]
    tip: str
    origin: str


@dataclass(frozen=True)
class Source:
    """Where a fact comes from, and how it was seen."""

    id: str
    title: str
    url: str
    seen: str


@dataclass(frozen=True)
class Outcome:
    """What a participant can do after a module."""

    id: str
    text: Text


@dataclass(frozen=True)
class PlanStep:
    """One step of a session, with the working method it uses, if any."""

    minutes: int
    title: str
    working_method: str | None
    how: str


@dataclass(frozen=True)
class Practice:
    """The practice assignment of a module; the task is Markdown in Dutch."""

    id: str
    title: Text
    minutes: int
    required: bool
    evidence: tuple[str, ...]
    task: str


@dataclass(frozen=True)
class MakeUp:
    """What to do instead of a missed session."""

    minutes: int
    task: str


@dataclass(frozen=True)
class Option:
    """One option of a quiz question."""

    id: str
    text: str
    correct: bool
    feedback: str | None


@dataclass(frozen=True)
class QuizQuestion:
    """One question. Which fields are filled depends on the type; `items` are in the right order."""

    id: str
    type: str
    prompt: str
    options: tuple[Option, ...] = ()
    answer: bool | None = None
    items: tuple[str, ...] = ()
    explanation: str = ""
    model_answer: str = ""
    look_for: tuple[str, ...] = ()

    @property
    def scoring(self) -> Question:
        """Return what `courses.rules.score` needs to know."""
        right = tuple(option.id for option in self.options if option.correct) or self.items
        if self.answer is not None:
            right = ("true" if self.answer else "false",)
        return Question(id=self.id, type=self.type, right=right)


@dataclass(frozen=True)
class QuizContent:
    """The questions of one module."""

    id: str
    title: Text
    counts_for_pass: bool
    questions: tuple[QuizQuestion, ...]


@dataclass(frozen=True)
class ModuleContent:
    """One module; `lesson_markdown` is for everybody, `trainer_markdown` for trainers only."""

    id: str
    order: int
    slug: str
    title: Text
    goal: Text
    duration_minutes: int
    attendance_required: bool
    outcomes: tuple[Outcome, ...]
    rubric_criteria: tuple[str, ...]
    materials: tuple[str, ...]
    session_plan: tuple[PlanStep, ...]
    practice: Practice
    makeup: MakeUp
    quiz: QuizContent
    sources: tuple[str, ...]
    lesson_markdown: str
    trainer_markdown: str


@dataclass(frozen=True)
class Level:
    """One level of a rubric, 1 to 4."""

    value: int
    key: str
    name: Text


@dataclass(frozen=True)
class RubricCriterion:
    """One criterion; the descriptors say in Dutch what levels 1 to 4 look like, in that order."""

    id: str
    required: bool
    title: Text
    descriptors: tuple[str, ...]


@dataclass(frozen=True)
class RubricContent:
    """The rubric. Below `comment_required_below` an assessor must explain; None: never."""

    id: str
    title: Text
    levels: tuple[Level, ...]
    criteria: tuple[RubricCriterion, ...]
    comment_required_below: int | None
    counts_for_pass: bool
    practice_only_criteria: tuple[str, ...]


@dataclass(frozen=True)
class FinalPart:
    """One part of the practical."""

    id: str
    minutes: int
    title: Text
    explanation_nl: str


@dataclass(frozen=True)
class FinalContent:
    """The practical."""

    id: str
    rubric_id: str
    title: Text
    when: Text
    parts: tuple[FinalPart, ...]
    first_assessor_nl: str
    second_assessor_nl: str
    independence: Text
    passed: Text
    not_yet: Text
    min_confirmations: int
    max_attempts: int
    wait_days: int


@dataclass(frozen=True)
class Statement:
    """One statement of the self-scan, in Dutch."""

    id: str
    nl: str


@dataclass(frozen=True)
class SelfscanDimension:
    """One dimension of the self-scan."""

    id: str
    name: Text
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class SelfscanContent:
    """The self-scan. A scale value of None is "I don't know"; only group averages are kept."""

    id: str
    title: Text
    intro: Text
    scale: tuple[tuple[int | None, Text], ...]
    dimensions: tuple[SelfscanDimension, ...]
    min_group: int
    keep_months: int


@dataclass(frozen=True)
class Certificate:
    """What the certificate of this course says. `validity_months` None: no end."""

    title: Text
    kind: str
    validity_months: int | None
    number_prefix: str
    signatories: tuple[str, ...]
    statement: Text
    disclaimer: Text
    promise: bool
    study_hours: int | None


@dataclass(frozen=True)
class CourseContent:
    """One version of a course.

    `document` is everything the files say, as JSON values: the part to freeze. `content_hash` is
    the SHA-256 of its canonical JSON, so the same version with another hash means that a file was
    changed.
    """

    id: str
    track: str
    version: str
    language: str
    title: Text
    subtitle: Text
    goal: Text
    audience: Text
    group_min: int
    group_ideal: int
    group_max: int
    session_minutes: int
    interval_days: int
    modules: tuple[ModuleContent, ...]
    rubric: RubricContent
    final: FinalContent | None
    selfscan: SelfscanContent | None
    certificate: Certificate
    sources: tuple[str, ...]
    document: Mapping[str, Any]
    content_hash: str

    @property
    def rule(self) -> CourseRule:
        """Return when somebody completes this course."""
        return parse_rule(self.document)


@dataclass(frozen=True)
class Curricula:
    """Everything in a curricula folder. `remarks` are oddities that are no fault."""

    academy: Text
    tracks: tuple[Track, ...]
    courses: tuple[CourseContent, ...]
    working_methods: tuple[WorkingMethod, ...]
    sources: tuple[Source, ...]
    remarks: tuple[Fault, ...]

    def course(self, course_id: str) -> CourseContent:
        """Return the course with this id. Raises KeyError."""
        return {course.id: course for course in self.courses}[course_id]
