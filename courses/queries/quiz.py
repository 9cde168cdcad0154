"""The questions of one lesson for one participant, who sees them alone or with who helps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from academy.kernel import policy
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.i18n import pick
from academy.kernel.policy import Actor
from academy.people.models import Person
from courses import policies
from courses.models import Cohort, CourseVersion, Enrolment, Module, Quiz, QuizAttempt
from courses.queries.practice import LEARNING, RUNNING
from courses.queries.progress import rule_of
from courses.rules import TRUE_FALSE, Answer, is_correct, right_answer, shuffled
from courses.rules import Question as ScoredQuestion


@dataclass(frozen=True, slots=True)
class Option:
    """One option, and what the curriculum says to who chose it."""

    value: str
    text: str
    is_right: bool
    feedback: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question as it is put, with the answer once it is given.

    `items` are shuffled. `is_right` is None as long as there is no answer, and for open questions.
    """

    id: str
    step: int
    type: str
    prompt: str
    options: tuple[Option, ...]
    items: tuple[str, ...]
    right: Answer
    explanation: str
    model_answer: str
    look_for: tuple[str, ...]
    given: Answer | None
    is_right: bool | None


@dataclass(frozen=True, slots=True)
class Try:
    """One finished attempt. `percent` is None where the questions do not count.

    `helped_by` typed it on behalf of the participant, or nobody.
    """

    number: int
    finished_at: datetime
    percent: int | None
    helped_by: str


@dataclass(frozen=True, slots=True)
class QuizPaper:
    """The questions of one lesson and how far somebody is. `least` is 0 where nothing counts."""

    enrolment_id: int
    person_id: int
    person: str
    id: int
    course: str
    track: str
    order: int
    title: str
    least: int
    takes_answers: bool
    is_going_on: bool
    questions: tuple[Question, ...]
    tries: tuple[Try, ...]

    @property
    def counts(self) -> bool:
        """Say whether the questions count, so that a percentage is shown."""
        return self.least > 0

    @property
    def has_answers(self) -> bool:
        """Say whether there are answers of ours to read again, of this attempt or the last."""
        return any(one.given is not None for one in self.questions)

    @property
    def next_step(self) -> int | None:
        """Return the first question without an answer, counted from 1; None if there is none."""
        return next((one.step for one in self.questions if one.given is None), None)

    @property
    def best(self) -> int | None:
        """Return the best percentage so far."""
        return max((one.percent for one in self.tries if one.percent is not None), default=None)

    def question(self, step: int) -> Question:
        """Return a question, counted from 1. Raises NotFoundError."""
        if not 1 <= step <= len(self.questions):
            raise NotFoundError
        return self.questions[step - 1]


def get_quiz(enrolment_id: int, order: int, *, by: Actor) -> QuizPaper:
    """Return the questions of lesson `order` to who takes them. Raises NotFoundError."""
    row = db.session.execute(
        sa.select(
            Enrolment.state,
            Enrolment.person_id,
            Person.call_name,
            Person.prefix,
            Person.last_name,
            Cohort.state.label("cohort_state"),
            CourseVersion.id.label("version_id"),
            CourseVersion.content_hash,
            CourseVersion.title_nl.label("course_nl"),
            CourseVersion.title_en.label("course_en"),
            Module.title_nl,
            Module.title_en,
            Quiz.id,
            Quiz.questions,
        )
        .join(Person, Person.id == Enrolment.person_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .join(Module, Module.course_version_id == CourseVersion.id)
        .join(Quiz, Quiz.module_id == Module.id)
        .where(
            Enrolment.id == enrolment_id,
            Module.order == order,
            policy.within(
                by,
                policies.TAKE_QUIZ,
                person=Enrolment.person_id,
                cohort=Enrolment.cohort_id,
                place=Cohort.place_id,
            ),
        )
    ).one_or_none()
    if row is None or not row.questions:
        raise NotFoundError
    rule = rule_of(row.version_id, row.content_hash)
    attempts = _attempts(enrolment_id, row.id)
    is_own = row.person_id == by.person_id
    mine = [one for one, _helper in attempts if (one.helped_by_id is None) == is_own]
    last = mine[-1] if mine else None
    return QuizPaper(
        enrolment_id=enrolment_id,
        person_id=row.person_id,
        person=" ".join(one for one in (row.call_name, row.prefix, row.last_name) if one),
        id=row.id,
        course=pick({"nl": row.course_nl, "en": row.course_en}),
        track=rule.track,
        order=order,
        title=pick({"nl": row.title_nl, "en": row.title_en}),
        least=rule.quiz.min_percent_each if rule.quiz.counts_for_pass else 0,
        takes_answers=row.state in LEARNING and row.cohort_state in RUNNING,
        is_going_on=last is not None and last.finished_at is None,
        questions=tuple(
            _question(raw, step=step, attempt=last)
            for step, raw in enumerate(row.questions, start=1)
        ),
        tries=tuple(
            Try(
                one.attempt,
                one.finished_at,
                one.percent if rule.quiz.counts_for_pass else None,
                helper.display_name if helper is not None else "",
            )
            for one, helper in reversed(attempts)
            if one.finished_at is not None
        ),
    )


def _attempts(enrolment_id: int, quiz_id: int) -> list[tuple[QuizAttempt, Person | None]]:
    rows = db.session.execute(
        sa.select(QuizAttempt, Person)
        .outerjoin(Person, Person.id == QuizAttempt.helped_by_id)
        .where(QuizAttempt.enrolment_id == enrolment_id, QuizAttempt.quiz_id == quiz_id)
        .order_by(QuizAttempt.attempt)
    )
    return [(attempt, helper) for attempt, helper in rows]


def _question(raw: dict[str, Any], *, step: int, attempt: QuizAttempt | None) -> Question:
    kept = attempt.answers.get(str(raw["id"])) if attempt is not None else None
    given = tuple(kept) if kept is not None else None
    right = right_answer(raw)
    scored = ScoredQuestion(id=str(raw["id"]), type=raw["type"], right=right)
    seed = (attempt.seed if attempt is not None else None) or 0
    return Question(
        id=str(raw["id"]),
        step=step,
        type=raw["type"],
        prompt=raw["prompt"],
        options=_options(raw),
        items=shuffled(raw.get("items", ()), seed=seed),
        right=right,
        explanation=raw.get("explanation") or "",
        model_answer=raw.get("model_answer", ""),
        look_for=tuple(raw.get("look_for", ())),
        given=given,
        is_right=None if given is None else is_correct(scored, given),
    )


def _options(raw: dict[str, Any]) -> tuple[Option, ...]:
    if raw["type"] == "truefalse":
        right = right_answer(raw)
        return tuple(Option(value, "", (value,) == right, "") for value in TRUE_FALSE)
    return tuple(
        Option(str(one["id"]), one["text"], one["correct"], one.get("feedback") or "")
        for one in raw.get("options", ())
    )
