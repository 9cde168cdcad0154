"""Quizzes: one question at a time, as many attempts as somebody likes; the best one counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, ids
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor
from courses import policies
from courses.models import CourseVersion, Module, Quiz, QuizAttempt
from courses.rules import TRUE_FALSE, Answer, Question, right_answer, score
from courses.services.taking_part import Participation, get_participation, refuse_unless_learning

MAX_WORDS = 2000

Raw = Mapping[str, Any]
"""A question as the curriculum writes it."""


def begin(enrolment_id: int, quiz_id: int, *, by: Actor) -> None:
    """Begin an attempt, or do nothing if one goes on. Raises NotFoundError or ConflictError.

    Who types on behalf of a participant has attempts apart, and does not see the other ones.
    """
    learner, quiz = _quiz_of(enrolment_id, quiz_id, by=by)
    if _open_attempt(learner, quiz, by=by) is not None:
        return
    attempt = QuizAttempt(
        enrolment_id=learner.enrolment_id,
        quiz_id=quiz.id,
        course_version_id=learner.course_version_id,
        attempt=_next_number(learner, quiz),
        seed=ids.seed(),
        answers={},
        started_at=clock.now(),
        helped_by_id=_helper(learner, by=by),
    )
    db.session.add(attempt)


def answer(enrolment_id: int, quiz_id: int, *, question_id: str, given: Answer, by: Actor) -> None:
    """Keep the answer to one question; with the last one the attempt is finished and scored.

    An open question may be left empty: thinking about it is enough. Raises NotFoundError,
    InvalidInputError, or ConflictError if no attempt goes on or another answer was given.
    """
    learner, quiz = _quiz_of(enrolment_id, quiz_id, by=by)
    questions = {str(raw["id"]): raw for raw in quiz.questions}
    if question_id not in questions:
        raise NotFoundError
    _refuse_wrong_answer(questions[question_id], given)
    attempt = _open_attempt(learner, quiz, by=by)
    if attempt is None:
        raise ConflictError(_("Deze vragen zijn al klaar. Begin opnieuw als je wilt."))
    if attempt.answers.get(question_id, list(given)) != list(given):
        raise ConflictError(_("Je gaf al antwoord op deze vraag. Ga naar de volgende."))
    attempt.answers = {**attempt.answers, question_id: list(given)}
    if set(attempt.answers) == set(questions):
        _finish(attempt, learner, quiz, by=by)


def record_attempt(
    enrolment_id: int, quiz_id: int, *, attempt: int, percent: int, by: Actor
) -> None:
    """Keep an attempt that was scored elsewhere. `attempt` counts from 1, `percent` is 0 to 100.

    Raises NotFoundError, InvalidInputError, or ConflictError if this attempt is there already.
    """
    if not 0 <= percent <= 100 or attempt < 1:
        raise InvalidInputError(_("Een uitslag ligt tussen 0 en 100 procent."))
    learner, quiz = _quiz_of(enrolment_id, quiz_id, by=by)
    if attempt < _next_number(learner, quiz):
        raise ConflictError(_("Deze poging is er al."))
    kept = QuizAttempt(
        enrolment_id=learner.enrolment_id,
        quiz_id=quiz.id,
        course_version_id=learner.course_version_id,
        attempt=attempt,
        percent=percent,
        answers={},
        started_at=clock.now(),
        finished_at=clock.now(),
    )
    db.session.add(kept)
    _record(kept, learner, by=by)


def _quiz_of(enrolment_id: int, quiz_id: int, *, by: Actor) -> tuple[Participation, Quiz]:
    learner = get_participation(enrolment_id, right=policies.TAKE_QUIZ, by=by, lock=True)
    refuse_unless_learning(learner)
    quiz = db.session.scalars(
        sa.select(Quiz)
        .join(Module, Module.id == Quiz.module_id)
        .where(Quiz.id == quiz_id, Module.course_version_id == learner.course_version_id)
    ).one_or_none()
    if quiz is None:
        raise NotFoundError
    return learner, quiz


def _helper(learner: Participation, *, by: Actor) -> int | None:
    return None if by.person_id == learner.person_id else by.person_id


def _open_attempt(learner: Participation, quiz: Quiz, *, by: Actor) -> QuizAttempt | None:
    helped = QuizAttempt.helped_by_id
    is_own = by.person_id == learner.person_id
    return db.session.scalars(
        sa.select(QuizAttempt)
        .where(
            QuizAttempt.enrolment_id == learner.enrolment_id,
            QuizAttempt.quiz_id == quiz.id,
            QuizAttempt.finished_at.is_(None),
            helped.is_(None) if is_own else helped.is_not(None),
        )
        .order_by(QuizAttempt.attempt.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _next_number(learner: Participation, quiz: Quiz) -> int:
    last = db.session.scalar(
        sa.select(sa.func.max(QuizAttempt.attempt)).where(
            QuizAttempt.enrolment_id == learner.enrolment_id, QuizAttempt.quiz_id == quiz.id
        )
    )
    return (last or 0) + 1


def _refuse_wrong_answer(raw: Raw, given: Answer) -> None:
    if not FITS[raw["type"]](raw, given):
        raise InvalidInputError(_("Dit antwoord hoort niet bij deze vraag."))


def _one_option(raw: Raw, given: Answer) -> bool:
    return len(given) == 1 and set(given) <= _options(raw)


def _some_options(raw: Raw, given: Answer) -> bool:
    return 0 < len(given) == len(set(given)) and set(given) <= _options(raw)


def _options(raw: Raw) -> set[str]:
    return {str(one["id"]) for one in raw["options"]}


def _true_or_false(_raw: Raw, given: Answer) -> bool:
    return len(given) == 1 and given[0] in TRUE_FALSE


def _every_item(raw: Raw, given: Answer) -> bool:
    return sorted(given) == sorted(raw["items"])


def _words(_raw: Raw, given: Answer) -> bool:
    return len(given) == 1 and len(given[0]) <= MAX_WORDS


FITS: Mapping[str, Callable[[Raw, Answer], bool]] = {
    "single": _one_option,
    "scenario": _one_option,
    "multiple": _some_options,
    "truefalse": _true_or_false,
    "order": _every_item,
    "open": _words,
}
"""What may be answered to each type of question."""


def _finish(attempt: QuizAttempt, learner: Participation, quiz: Quiz, *, by: Actor) -> None:
    attempt.finished_at = clock.now()
    if _counts(learner.course_version_id):
        answers = {name: tuple(given) for name, given in attempt.answers.items()}
        attempt.percent = score(tuple(_question(raw) for raw in quiz.questions), answers)
    _record(attempt, learner, by=by)


def _counts(course_version_id: int) -> bool:
    """Say whether the questions of a course count. Source: course.yaml, `quiz_rule`."""
    content: dict[str, Any] = db.session.execute(
        sa.select(CourseVersion.content).where(CourseVersion.id == course_version_id)
    ).scalar_one()
    return bool(content["course"]["quiz_rule"]["counts_for_pass"])


def _question(raw: Raw) -> Question:
    return Question(id=str(raw["id"]), type=raw["type"], right=right_answer(raw))


def _record(attempt: QuizAttempt, learner: Participation, *, by: Actor) -> None:
    db.session.flush()  # the audit line needs the id
    audit.record(
        "courses:quiz:taken",
        ("quiz_attempt", attempt.id),
        by=by,
        subject_id=learner.person_id,
        percent=attempt.percent,
        on_behalf_of=audit.on_behalf(by, learner.person_id),
    )
