"""The whole judgement: every criterion of `pass_rule.all_of` in that order, and what-if."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from courses.rules.attendance import attendance_verdict
from courses.rules.course_rule import ATTENDANCE, FINAL, PRACTICE, QUIZ, SELFSCAN
from courses.rules.evidence import Evidence, FinalAttempt, Mark, SessionEvidence
from courses.rules.final import final_verdict
from courses.rules.practice import DONE, practice_verdict
from courses.rules.quiz import quiz_verdict
from courses.rules.selfscan import selfscan_verdict
from courses.rules.verdict import MET, Verdict

if TYPE_CHECKING:
    from courses.rules.course_rule import CourseRule

JUDGES = {
    ATTENDANCE: attendance_verdict,
    PRACTICE: practice_verdict,
    QUIZ: quiz_verdict,
    FINAL: final_verdict,
    SELFSCAN: selfscan_verdict,
}


def verdict(rule: CourseRule, evidence: Evidence) -> Verdict:
    """Say whether this evidence completes the course, and per criterion why and what is missing."""
    criteria = tuple(JUDGES[name](rule, evidence) for name in rule.criteria)
    return Verdict(
        complete=all(criterion.state == MET for criterion in criteria),
        criteria=criteria,
        rule=rule,
        evidence=evidence,
    )


@dataclass(frozen=True)
class Change:
    """What might happen: modules, assignments, quizzes, tries at the practical, moments."""

    attends: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()
    makes_up: tuple[str, ...] = ()
    finishes: tuple[str, ...] = ()
    quiz_percents: Mapping[str, int] = field(default_factory=dict)
    final: FinalAttempt | None = None
    fills_in: tuple[str, ...] = ()


def what_if(rule: CourseRule, evidence: Evidence, *, change: Change) -> Verdict:
    """Return the verdict as it would be after a change; the evidence itself stays as it is."""
    return verdict(rule, _changed(evidence, change))


def _changed(evidence: Evidence, change: Change) -> Evidence:
    best = dict(evidence.quiz_percents)
    for quiz, percent in change.quiz_percents.items():
        best[quiz] = max(percent, best.get(quiz, 0))
    return replace(
        evidence,
        sessions=_with_sessions(evidence.sessions, change),
        practice={**evidence.practice, **dict.fromkeys(change.finishes, DONE)},
        quiz_percents=best,
        finals=evidence.finals + ((change.final,) if change.final is not None else ()),
        selfscan_moments=evidence.selfscan_moments | set(change.fills_in),
    )


def _with_sessions(
    sessions: tuple[SessionEvidence, ...], change: Change
) -> tuple[SessionEvidence, ...]:
    """Replace what is still open for a module; beside a session with a mark a new one is added."""
    marks = [(module, "absent") for module in change.misses]
    marks += [(module, "made_up") for module in change.makes_up]
    marks += [(module, "present") for module in change.attends]
    changed = {module for module, _ in marks}
    stays = tuple(s for s in sessions if s.module not in changed or s.mark is not None)
    return stays + tuple(SessionEvidence(module, mark=Mark(status)) for module, status in marks)
