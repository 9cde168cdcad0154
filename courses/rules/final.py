"""The practical as a criterion: the latest agreed levels, the attempts, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from courses.rules.course_rule import FINAL
from courses.rules.practical import merge_resit, outcome, resit_from
from courses.rules.verdict import IMPOSSIBLE, MET, NOT_YET, CriterionVerdict, Missing, criterion
from courses.rules.words import NOTHING, Text, day, sentences, times

if TYPE_CHECKING:
    from courses.rules.course_rule import CourseRule, FinalRule, RubricRule
    from courses.rules.evidence import Evidence, FinalAttempt
    from courses.rules.practical import Levels, Outcome
    from courses.rules.verdict import State


@dataclass(frozen=True)
class Standing:
    """The attempts that count, in order, and the levels after the last one that was agreed."""

    attempts: tuple[FinalAttempt, ...]
    levels: Levels | None
    result: Outcome | None

    @property
    def pending(self) -> bool:
        """Say whether the assessors are still busy with the last attempt."""
        return bool(self.attempts) and self.attempts[-1].levels is None


def final_verdict(rule: CourseRule, evidence: Evidence) -> CriterionVerdict:
    """Judge the practical. Source: course.yaml, `pass_rule.final_rubric` and `resit_rule`."""
    final = rule.practical
    standing = _standing(evidence, final.rubric)
    state = _state(standing, final)
    return criterion(
        FINAL,
        state,
        sentence=_sentence(standing, final),
        missing=_missing(standing, final.rubric),
        forecast=_forecast(standing, final, state=state),
    )


def _standing(evidence: Evidence, rubric: RubricRule) -> Standing:
    attempts = sorted((a for a in evidence.finals if not a.void), key=lambda a: a.number)
    levels: Levels | None = None
    for attempt in attempts:
        if attempt.levels is not None:
            anew = attempt.levels
            levels = anew if levels is None else merge_resit(levels, anew, rubric=rubric)
    result = outcome(levels, rubric) if levels is not None else None
    return Standing(attempts=tuple(attempts), levels=levels, result=result)


def _state(standing: Standing, final: FinalRule) -> State:
    if standing.result is not None and standing.result.passed:
        return MET
    used_up = final.max_attempts is not None and len(standing.attempts) >= final.max_attempts
    return IMPOSSIBLE if used_up and not standing.pending else NOT_YET


def _sentence(standing: Standing, final: FinalRule) -> Text:
    if standing.result is not None and standing.result.passed:
        total, best = standing.result.total, final.rubric.max_total
        return Text(
            f"Je proeve is gelukt: {total} van de {best} punten.",
            f"Your practical is passed: {total} of {best} points.",
        )
    if standing.pending and standing.attempts[-1].planned_on is not None:
        when = day(standing.attempts[-1].planned_on)
        return Text(f"Je proeve is op {when.nl}.", f"Your practical is on {when.en}.")
    if standing.pending:
        return Text(
            "Je beoordelaars zijn nog bezig met je proeve.",
            "Your assessors are still busy with your practical.",
        )
    if not standing.attempts:
        return Text("Je moet je proeve nog doen.", "You still have to do your practical.")
    return Text("Je proeve is nog niet gelukt.", "Your practical is not there yet.")


def _missing(standing: Standing, rubric: RubricRule) -> tuple[Missing, ...]:
    if standing.pending:
        words = Text("De uitslag van je proeve.", "The outcome of your practical.")
        return (Missing(kind="final_pending", ref=rubric.id, nl=words.nl, en=words.en),)
    if standing.levels is None or standing.result is None:
        words = Text(
            "Spreek met je trainer af wanneer je proeve is.",
            "Agree with your trainer when your practical will be.",
        )
        return (Missing(kind="final", ref=rubric.id, nl=words.nl, en=words.en),)
    return (
        *_short_criteria(standing.levels, standing.result, rubric=rubric),
        *_short_total(standing.result, rubric),
    )


def _short_criteria(levels: Levels, result: Outcome, *, rubric: RubricRule) -> list[Missing]:
    missing = []
    for found in rubric.criteria:
        if found.id in result.short:
            has, needs = levels[found.id], rubric.minimum(found)
            names, title = rubric.level_names, found.title
            missing.append(
                Missing(
                    kind="criterion",
                    ref=found.id,
                    nl=f"Bij {title.nl} sta je op niveau {has} ({names[has - 1].nl})."
                    f" Je hebt niveau {needs} ({names[needs - 1].nl}) nodig.",
                    en=f"For {title.en} you are at level {has} ({names[has - 1].en})."
                    f" You need level {needs} ({names[needs - 1].en}).",
                )
            )
    return missing


def _short_total(result: Outcome, rubric: RubricRule) -> list[Missing]:
    if not result.total_short:
        return []
    total, least = result.total, rubric.min_total
    return [
        Missing(
            kind="total",
            ref=rubric.id,
            nl=f"Je hebt {total} punten. Je hebt er {least} nodig.",
            en=f"You have {total} points. You need {least}.",
        )
    ]


def _forecast(standing: Standing, final: FinalRule, *, state: State) -> Text:
    if state == IMPOSSIBLE:
        count = len(standing.attempts)
        return Text(
            f"Je hebt je proeve {count} keer gedaan. Vaker kan niet. Praat erover met je trainer.",
            f"You did your practical {times(count)}. No more tries are left. Talk to your trainer.",
        )
    if state == MET or standing.pending or not standing.attempts:
        return NOTHING
    return sentences(_tries_left(standing, final), _again_from(standing, final))


def _tries_left(standing: Standing, final: FinalRule) -> Text:
    if final.max_attempts is None:
        return Text("Je mag je proeve opnieuw doen.", "You may do your practical again.")
    left = final.max_attempts - len(standing.attempts)
    return Text(
        f"Je mag je proeve nog {left} keer doen. Je doet alleen over wat nog niet lukte.",
        f"You may do your practical {times(left)} more. You only redo what is not there yet.",
    )


def _again_from(standing: Standing, final: FinalRule) -> Text:
    decided_on = standing.attempts[-1].decided_on
    if decided_on is None:
        return NOTHING
    first_day = day(resit_from(decided_on, wait_days=final.wait_days))
    return Text(f"Dat kan vanaf {first_day.nl}.", f"That is possible from {first_day.en}.")
