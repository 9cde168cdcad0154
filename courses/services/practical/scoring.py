"""Scoring apart: drafts, and handing in what cannot be changed any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError
from academy.kernel.policy import Actor
from courses.models import Assessment, CriterionScore, FinalAttempt
from courses.rules import levels_line
from courses.services.practical.case import (
    LEVELS,
    Case,
    find_declaration,
    locked_case,
    open_assessment,
    recorded,
)

MAX_COMMENT = 1000


@dataclass(frozen=True, slots=True)
class Score:
    """A level, 1 to 4, and what the assessor saw; below 3 the words are asked for."""

    level: int
    comment: str = ""


def save_draft(
    attempt_id: int, *, criterion: str, level: int | None, comment: str, by: Actor
) -> None:
    """Keep what an assessor has so far for one criterion.

    Raises NotFoundError, ConflictError after handing in, or InvalidInputError.
    """
    case = locked_case(attempt_id)
    assessment = _own_assessment(case, by=by)
    known = {one.id for one in case.final.rubric.criteria}
    if criterion not in known or level not in (None, *LEVELS) or len(comment) > MAX_COMMENT:
        raise InvalidInputError(_("Kijk nog eens naar wat je invulde."))
    said = {"level": level, "comment": comment.strip()}
    assessment.draft = {**assessment.draft, criterion: said}


def hand_in_scores(attempt_id: int, *, scores: Mapping[str, Score], by: Actor) -> None:
    """Hand in one's levels; from then on they cannot be changed.

    In a resit the criteria that were not in order are enough. Raises NotFoundError, ConflictError,
    also for who did not declare not to know the participant privately, or InvalidInputError with
    `fields` per criterion.
    """
    case = locked_case(attempt_id)
    assessment = _own_assessment(case, by=by)
    _refuse_wrong_scores(case, scores)
    db.session.execute(
        sa.insert(CriterionScore),
        [
            {
                "assessment_id": assessment.id,
                "criterion": criterion,
                "level": score.level,
                "comment": score.comment.strip(),
            }
            for criterion, score in scores.items()
        ],
    )
    assessment.draft = {}
    assessment.handed_in_at = clock.now()
    db.session.flush()  # so that the count below sees this one too
    _move_on(case.attempt)
    levels = {criterion: score.level for criterion, score in scores.items()}
    proof_of = levels_line(levels)
    recorded("scored", case.attempt, case.learner, by=by, role=assessment.role, proof_of=proof_of)


def _own_assessment(case: Case, *, by: Actor) -> Assessment:
    """Return the assessment that `by` may write in: not handed in, and not of an acquaintance."""
    assessment = open_assessment(case, by=by)
    said = find_declaration(case.attempt.id, assessment.assessor_id)
    if said is None:
        raise ConflictError(_("Zeg eerst of je deze deelnemer privé kent."))
    if said.knows_privately:
        raise ConflictError(_("Je kent deze deelnemer privé. Een ander kijkt in jouw plaats."))
    return assessment


def _refuse_wrong_scores(case: Case, scores: Mapping[str, Score]) -> None:
    known = {one.id for one in case.final.rubric.criteria}
    wrong = {name: _("Kies nog een niveau.") for name in case.asked if name not in scores}
    for criterion, score in scores.items():
        if criterion not in known or score.level not in LEVELS:
            wrong[criterion] = _("Kies een niveau van 1 tot en met 4.")
        elif fault := _comment_fault(score, comment_below=case.comment_below):
            wrong[criterion] = fault
    if wrong:
        raise InvalidInputError(_("Kijk nog eens naar wat je invulde."), fields=wrong)


def _comment_fault(score: Score, *, comment_below: int) -> str:
    fault: str = ""
    if score.level < comment_below and not score.comment.strip():
        fault = _("Schrijf op wat je zag, en wat er nog nodig is.")
    elif len(score.comment) > MAX_COMMENT:
        fault = _("Maak het korter dan 1000 letters.")
    return fault


def _move_on(attempt: FinalAttempt) -> None:
    handed_in = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Assessment)
        .where(
            Assessment.final_attempt_id == attempt.id,
            Assessment.role.in_(("first", "second")),
            Assessment.handed_in_at.is_not(None),
        )
    )
    attempt.state = "both_scored" if handed_in == len(("first", "second")) else "observed"
