"""Agreeing: the talk, the levels both stand for, and the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import clock, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor
from courses import policies
from courses.models import AgreedLevel, Assessment, CriterionScore, ScoreTalk
from courses.rules import (
    Agreement,
    Outcome,
    Talk,
    TalkNotAllowedError,
    agree,
    differing,
    levels_line,
    outcome,
)
from courses.services.enrolment import end_after_last_attempt
from courses.services.practical.case import (
    Case,
    Levels,
    attempts_of,
    find_talk,
    is_last_attempt,
    locked_case,
    recorded,
    refuse_standing_still,
)

MAX_LINE = 300


@dataclass(frozen=True, slots=True)
class _Scored:
    first: Levels
    second: Levels
    third: Levels | None = None
    talk: ScoreTalk | None = None


def record_talk(
    attempt_id: int,
    *,
    talk_on: date,
    line: str,
    agreed: bool,
    by: Actor,
    raised: Levels | None = None,
) -> None:
    """Record the talk of the assessors. With an agreement the outcome follows at once.

    `raised` holds the levels agreed above the lower one: by at most one and never above the
    higher. Without an agreement a third assessor is needed. Raises NotFoundError, ConflictError
    or InvalidInputError.
    """
    case = locked_case(attempt_id)
    _require_assessor(case, by=by)
    _refuse_unless_scored(case)
    if find_talk(attempt_id) is not None:
        raise ConflictError(_("Er is al een gesprek opgeschreven."))
    line = line.strip()
    _refuse_wrong_talk(talk_on, line)
    if not agreed and not _differ(case):
        raise InvalidInputError(_("Jullie scores zijn gelijk. Dan zijn jullie het al eens."))
    talk = ScoreTalk(final_attempt_id=attempt_id, talk_on=talk_on, line=line, agreed=agreed)
    db.session.add(talk)
    db.session.flush()  # the conclusion below reads it
    recorded("talked", case.attempt, case.learner, by=by, agreed=agreed)
    if agreed:
        _conclude(case, raised or {}, by=by)


def conclude(attempt_id: int, *, by: Actor) -> str:
    """Agree the levels as the rules say and return the outcome, `passed` or `not_yet`.

    Raises NotFoundError, or ConflictError while a score, a talk or a third assessor is missing.
    """
    case = locked_case(attempt_id)
    _require_assessor(case, by=by)
    _refuse_unless_scored(case)
    return _conclude(case, {}, by=by).code


def _require_assessor(case: Case, *, by: Actor) -> None:
    attempt = case.attempt
    assessors = (attempt.first_assessor_id, attempt.second_assessor_id, attempt.third_assessor_id)
    if by.person_id is None or by.person_id not in assessors:
        raise NotFoundError
    policy.require(by, policies.SCORE, case.learner.reach)


def _refuse_unless_scored(case: Case) -> None:
    if case.attempt.state == "outcome":
        raise ConflictError(_("Deze proeve heeft al een uitslag."))
    if case.attempt.state != "both_scored":
        raise ConflictError(_("Nog niet iedereen heeft gescoord."))
    refuse_standing_still(case)


def _refuse_wrong_talk(talk_on: date, line: str) -> None:
    wrong: dict[str, str] = {}
    if talk_on > clock.today():
        wrong["talk_on"] = _("Kies de dag waarop jullie spraken.")
    if not line:
        wrong["line"] = _("Schrijf in één zin op wat jullie bespraken.")
    if len(line) > MAX_LINE:
        wrong["line"] = _("Maak het korter dan 300 letters.")
    if wrong:
        raise InvalidInputError(_("Kijk nog eens naar wat je invulde."), fields=wrong)


def _differ(case: Case) -> bool:
    scored = _scored(case.attempt.id)
    return bool(differing(_only(scored.first, case.asked), _only(scored.second, case.asked)))


def _only(levels: Levels, criteria: Sequence[str]) -> Levels:
    return {criterion: levels[criterion] for criterion in criteria}


def _conclude(case: Case, raised: Levels, *, by: Actor) -> Outcome:
    agreement = _agreement(case, raised)
    db.session.execute(
        sa.insert(AgreedLevel),
        [
            {
                "final_attempt_id": case.attempt.id,
                "criterion": criterion,
                "level": level,
                "how": agreement.how[criterion],
            }
            for criterion, level in agreement.levels.items()
        ],
    )
    result = outcome(agreement.levels, case.final.rubric)
    case.attempt.state = "outcome"
    case.attempt.outcome = result.code
    case.attempt.agreed_total = result.total
    case.attempt.decided_on = clock.today()
    if not result.passed and is_last_attempt(attempts_of(case.learner.enrolment_id), case.final):
        end_after_last_attempt(case.learner.enrolment_id, by=by)
    recorded(
        "decided",
        case.attempt,
        case.learner,
        by=by,
        outcome=result.code,
        total=result.total,
        proof_of=levels_line(agreement.levels),
    )
    return result


def _agreement(case: Case, raised: Levels) -> Agreement:
    scored = _scored(case.attempt.id)
    talk = Talk(agreed=scored.talk.agreed, raised=raised) if scored.talk is not None else None
    try:
        agreement = agree(
            scored.first,
            scored.second,
            rubric=case.final.rubric,
            talk=talk,
            third=scored.third,
            kept=case.kept,
        )
    except (TalkNotAllowedError, KeyError) as refused:
        sentence = _("Een gesprek kan een niveau één hoger maken dan het laagste, niet meer.")
        raise InvalidInputError(sentence, fields={"raised": sentence}) from refused
    if agreement.needs == "talk":
        raise ConflictError(_("Jullie scores liggen te ver uit elkaar. Praat er eerst samen over."))
    if agreement.needs == "third":
        raise ConflictError(_("Jullie werden het niet eens. Een derde beoordelaar kijkt eerst."))
    return agreement


def _scored(attempt_id: int) -> _Scored:
    """Return everyone's levels as handed in, and the talk."""
    levels: dict[str, dict[str, int]] = {}
    for role, criterion, level in db.session.execute(
        sa.select(Assessment.role, CriterionScore.criterion, CriterionScore.level)
        .join(CriterionScore, CriterionScore.assessment_id == Assessment.id)
        .where(Assessment.final_attempt_id == attempt_id, Assessment.handed_in_at.is_not(None))
    ):
        levels.setdefault(role, {})[criterion] = level
    return _Scored(
        first=levels["first"],
        second=levels["second"],
        third=levels.get("third"),
        talk=find_talk(attempt_id),
    )
