"""Quizzes: where they count, the best attempt of every scored quiz reaches the percentage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courses.rules.course_rule import QUIZ
from courses.rules.verdict import MET, NOT_YET, CriterionVerdict, Missing, criterion
from courses.rules.words import Text

if TYPE_CHECKING:
    from courses.rules.course_rule import CourseRule, ModuleRule
    from courses.rules.evidence import Evidence


def quiz_verdict(rule: CourseRule, evidence: Evidence) -> CriterionVerdict:
    """Judge the quizzes; tries are unlimited, so this never becomes impossible.

    Source: course.yaml, `quiz_rule`.
    """
    if not rule.quiz.counts_for_pass:
        sentence = Text("De vragen zijn om van te leren.", "The questions are for learning.")
        return criterion(QUIZ, MET, sentence=sentence)
    scored = [module for module in rule.modules if module.quiz_id is not None]
    missing = tuple(
        _missing(rule, module, percent=evidence.quiz_percents.get(module.quiz_id or ""))
        for module in scored
        if evidence.quiz_percents.get(module.quiz_id or "", -1) < rule.quiz.min_percent_each
    )
    return criterion(
        QUIZ,
        NOT_YET if missing else MET,
        sentence=_sentence(rule, done=len(scored) - len(missing), total=len(scored)),
        missing=missing,
        forecast=Text(
            "Je mag het zo vaak proberen als je wilt.", "You may try as often as you like."
        )
        if missing
        else Text("", ""),
    )


def _sentence(rule: CourseRule, *, done: int, total: int) -> Text:
    percent = rule.quiz.min_percent_each
    return Text(
        f"Je haalde {done} van de {total} vragenlijsten."
        f" Voor elke lijst heb je {percent} procent nodig.",
        f"You passed {done} of {total} quizzes. You need {percent} percent for each.",
    )


def _missing(rule: CourseRule, module: ModuleRule, *, percent: int | None) -> Missing:
    name, least = rule.module_named(module), rule.quiz.min_percent_each
    words = Text(
        f"Je haalde {percent} procent bij de vragen van {name.nl}. Je hebt {least} procent nodig.",
        f"You scored {percent} percent on the questions of {name.en}. You need {least} percent.",
    )
    if percent is None:
        words = Text(
            f"Je moet de vragen van {name.nl} nog maken.",
            f"You still have to answer the questions of {name.en}.",
        )
    kind = "quiz_open" if percent is None else "quiz_low"
    return Missing(kind=kind, ref=module.quiz_id or "", nl=words.nl, en=words.en)
