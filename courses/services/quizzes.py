"""Quizzes: as many tries as somebody likes; the best one counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor
from courses import policies
from courses.models import Module, Quiz, QuizAttempt
from courses.rules import Answer, Question, score
from courses.services.taking_part import Participation, get_participation, refuse_unless_learning


def record_answers(
    enrolment_id: int, quiz_id: int, *, answers: Mapping[str, Answer], by: Actor
) -> int | None:
    """Score one try and keep it; returns the percentage (0 to 100), None if nothing is scored."""
    learner, quiz = _quiz_of(enrolment_id, quiz_id, by=by)
    known = {str(question["id"]) for question in quiz.questions}
    if set(answers) - known:
        raise InvalidInputError(_("Dit antwoord hoort niet bij deze vragen."))
    percent = score(tuple(_question(raw) for raw in quiz.questions), answers)
    kept = {name: list(answer) for name, answer in answers.items()}
    _add(learner, quiz, _next_number(learner, quiz), percent=percent, answers=kept, by=by)
    return percent


def record_attempt(
    enrolment_id: int, quiz_id: int, *, attempt: int, percent: int, by: Actor
) -> None:
    """Keep a try that was scored elsewhere. `attempt` counts from 1; `percent` is 0 to 100.

    Raises NotFoundError, InvalidInputError, or ConflictError if this try is there already.
    """
    if not 0 <= percent <= 100 or attempt < 1:
        raise InvalidInputError(_("Een uitslag ligt tussen 0 en 100 procent."))
    learner, quiz = _quiz_of(enrolment_id, quiz_id, by=by)
    if attempt < _next_number(learner, quiz):
        raise ConflictError(_("Deze poging is er al."))
    _add(learner, quiz, attempt, percent=percent, answers={}, by=by)


def _quiz_of(enrolment_id: int, quiz_id: int, *, by: Actor) -> tuple[Participation, Quiz]:
    learner = get_participation(enrolment_id, right=policies.HAND_IN, by=by, lock=True)
    refuse_unless_learning(learner)
    quiz = db.session.scalars(
        sa.select(Quiz)
        .join(Module, Module.id == Quiz.module_id)
        .where(Quiz.id == quiz_id, Module.course_version_id == learner.course_version_id)
    ).one_or_none()
    if quiz is None:
        raise NotFoundError
    return learner, quiz


def _next_number(learner: Participation, quiz: Quiz) -> int:
    last = db.session.scalar(
        sa.select(sa.func.max(QuizAttempt.attempt)).where(
            QuizAttempt.enrolment_id == learner.enrolment_id, QuizAttempt.quiz_id == quiz.id
        )
    )
    return (last or 0) + 1


def _question(raw: Mapping[str, Any]) -> Question:
    if "answer" in raw and isinstance(raw["answer"], bool):
        right: Answer = ("true" if raw["answer"] else "false",)
    elif raw["type"] == "order":
        right = tuple(raw["items"])
    else:
        right = tuple(str(one["id"]) for one in raw.get("options", ()) if one["correct"])
    return Question(id=str(raw["id"]), type=raw["type"], right=right)


def _add(
    learner: Participation,
    quiz: Quiz,
    number: int,
    *,
    percent: int | None,
    answers: dict[str, Any],
    by: Actor,
) -> None:
    attempt = QuizAttempt(
        enrolment_id=learner.enrolment_id,
        quiz_id=quiz.id,
        attempt=number,
        percent=percent,
        answers=answers,
        taken_at=clock.now(),
    )
    db.session.add(attempt)
    db.session.flush()  # the audit line needs the id
    audit.record(
        "courses:quiz:taken",
        ("quiz_attempt", attempt.id),
        by=by,
        subject_id=learner.person_id,
        percent=percent,
    )
