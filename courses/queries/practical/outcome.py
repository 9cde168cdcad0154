"""What came out of the practicals of one enrolment, as its participant reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from courses.models import (
    AgreedLevel,
    Assessment,
    Cohort,
    CourseVersion,
    CriterionScore,
    Enrolment,
    FinalAttempt,
)
from courses.queries.practical.parts import said
from courses.rules import FinalRule, parse_rule, resit_from


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One agreed level as the participant reads it, with the assessors' words."""

    criterion: str
    level: int
    level_name: str
    in_order: bool
    comments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FinalRow:
    """One attempt as the participant reads it. `again_from` is the first day for a next one."""

    id: int
    number: int
    state: str
    planned_on: date | None
    outcome: str | None
    total: int | None
    max_total: int
    decided_on: date | None
    again_from: date | None
    levels: tuple[LevelRow, ...]

    @property
    def went_well(self) -> tuple[LevelRow, ...]:
        """What was in order."""
        return tuple(one for one in self.levels if one.in_order)

    @property
    def to_practise(self) -> tuple[LevelRow, ...]:
        """What is practised for the next attempt."""
        return tuple(one for one in self.levels if not one.in_order)


def final_rows(enrolment_id: int) -> tuple[FinalRow, ...]:
    """Return the attempts of one enrolment as its participant reads them, the newest first.

    Levels and words only once there is an outcome. The caller checks who may read.
    """
    content = db.session.scalar(
        sa.select(CourseVersion.content)
        .join(Cohort, Cohort.course_version_id == CourseVersion.id)
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .where(Enrolment.id == enrolment_id)
    )
    if content is None:
        raise NotFoundError
    final = parse_rule(content).final
    if final is None:
        return ()
    attempts = db.session.scalars(
        sa.select(FinalAttempt)
        .where(FinalAttempt.enrolment_id == enrolment_id, FinalAttempt.state != "void")
        .order_by(FinalAttempt.attempt.desc())
    ).all()
    levels = _level_rows(enrolment_id, final) if attempts else {}
    return tuple(_final_row(one, final, levels=levels.get(one.id, ())) for one in attempts)


def _final_row(attempt: FinalAttempt, final: FinalRule, *, levels: Sequence[LevelRow]) -> FinalRow:
    again = attempt.outcome == "not_yet" and attempt.decided_on is not None
    return FinalRow(
        id=attempt.id,
        number=attempt.attempt,
        state=attempt.state,
        planned_on=attempt.planned_on,
        outcome=attempt.outcome,
        total=attempt.agreed_total,
        max_total=final.rubric.max_total,
        decided_on=attempt.decided_on,
        again_from=resit_from(attempt.decided_on, wait_days=final.wait_days)
        if again and attempt.decided_on is not None
        else None,
        levels=tuple(levels),
    )


def _level_rows(enrolment_id: int, final: FinalRule) -> dict[int, list[LevelRow]]:
    comments = _comments(enrolment_id)
    levels = {
        (row.final_attempt_id, row.criterion): row.level
        for row in db.session.execute(
            sa.select(AgreedLevel.final_attempt_id, AgreedLevel.criterion, AgreedLevel.level)
            .join(FinalAttempt, FinalAttempt.id == AgreedLevel.final_attempt_id)
            .where(FinalAttempt.enrolment_id == enrolment_id)
        )
    }
    found: dict[int, list[LevelRow]] = {}
    for attempt_id in {attempt_id for attempt_id, _criterion in levels}:
        found[attempt_id] = [
            LevelRow(
                criterion=said(one.title),
                level=levels[attempt_id, one.id],
                level_name=said(final.rubric.level_names[levels[attempt_id, one.id] - 1]),
                in_order=levels[attempt_id, one.id] >= final.rubric.minimum(one),
                comments=tuple(dict.fromkeys(comments.get((attempt_id, one.id), ()))),
            )
            for one in final.rubric.criteria
        ]
    return found


def _comments(enrolment_id: int) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = {}
    for attempt_id, criterion, comment in db.session.execute(
        sa.select(Assessment.final_attempt_id, CriterionScore.criterion, CriterionScore.comment)
        .join(CriterionScore, CriterionScore.assessment_id == Assessment.id)
        .join(FinalAttempt, FinalAttempt.id == Assessment.final_attempt_id)
        .where(
            FinalAttempt.enrolment_id == enrolment_id,
            FinalAttempt.state == "outcome",
            CriterionScore.comment != "",
        )
        .order_by(Assessment.id)
    ):
        found.setdefault((attempt_id, criterion), []).append(comment)
    return found
