"""Practice assignments: only `done` counts, so many in all and the compulsory ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courses.rules.course_rule import PRACTICE
from courses.rules.verdict import MET, NOT_YET, CriterionVerdict, Missing, criterion
from courses.rules.words import NOTHING, Text, sentences

if TYPE_CHECKING:
    from courses.rules.course_rule import CourseRule, ModuleRule
    from courses.rules.evidence import Evidence

DONE = "done"
SUBMITTED = "submitted"
ADD_SOMETHING = "add_something"


def practice_verdict(rule: CourseRule, evidence: Evidence) -> CriterionVerdict:
    """Judge the practice assignments; there is no last date, so this never becomes impossible.

    Names the compulsory ones that miss (`practice_required`); if the count stays short after
    those, every other one that could fill it (`practice_choice`). Source: course.yaml,
    `practice_rule`.
    """
    undone = [m for m in rule.modules if evidence.practice.get(m.practice_id) != DONE]
    count = len(rule.modules) - len(undone)
    short = max(0, rule.practice.min_done - count)
    required = [m for m in undone if m.practice_id in rule.practice.required]
    choice = [m for m in undone if m not in required] if short > len(required) else []
    return criterion(
        PRACTICE,
        NOT_YET if required or short else MET,
        sentence=_sentence(rule, count=count),
        missing=tuple(
            _missing(rule, module, evidence=evidence, required=module in required)
            for module in undone
            if module in required or module in choice
        ),
        forecast=_forecast(max(short, len(required)), required=len(required)),
    )


def _sentence(rule: CourseRule, *, count: int) -> Text:
    total, least = len(rule.modules), rule.practice.min_done
    return Text(
        f"Je deed {count} van de {total} opdrachten. Je hebt er {least} nodig.",
        f"You did {count} of {total} practice assignments. You need {least}.",
    )


def _missing(
    rule: CourseRule, module: ModuleRule, *, evidence: Evidence, required: bool
) -> Missing:
    at, title = f"{rule.module_word.nl} {module.order}", module.practice_title
    at_en = f"{rule.module_word.en} {module.order}"
    words = {
        SUBMITTED: Text(
            f"Je trainer kijkt nog naar je opdracht bij {at}: {title.nl}.",
            f"Your trainer is still looking at your assignment of {at_en}: {title.en}.",
        ),
        ADD_SOMETHING: Text(
            f"Bij je opdracht bij {at} moet nog iets bij: {title.nl}.",
            f"Your assignment of {at_en} needs one more thing: {title.en}.",
        ),
    }.get(
        evidence.practice.get(module.practice_id, ""),
        Text(
            f"Je mist de opdracht bij {at}: {title.nl}.",
            f"You miss the assignment of {at_en}: {title.en}.",
        ),
    )
    kind = "practice_required" if required else "practice_choice"
    return Missing(kind=kind, ref=module.practice_id, nl=words.nl, en=words.en)


def _forecast(needed: int, *, required: int) -> Text:
    if not needed:
        return NOTHING
    total = Text(
        f"Je moet nog {needed} {'opdracht' if needed == 1 else 'opdrachten'} doen.",
        f"You still have to do {needed} {'assignment' if needed == 1 else 'assignments'}.",
    )
    return sentences(total, _choice_words(needed, required=required))


def _choice_words(needed: int, *, required: int) -> Text:
    if needed == required:
        return NOTHING
    if not required:
        return Text("Je mag kiezen welke.", "You may choose which.")
    return Text(
        f"{required} daarvan {'ligt' if required == 1 else 'liggen'} vast. De rest kies je zelf.",
        f"{required} of them {'is' if required == 1 else 'are'} compulsory. You choose the rest.",
    )
