"""What came out of the practicals of one enrolment, as its participant reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.people.models import Person
from courses.models import (
    AgreedLevel,
    Assessment,
    Cohort,
    CourseVersion,
    CriterionScore,
    Enrolment,
    FinalAttempt,
    ScoreTalk,
)
from courses.queries.evidence import to_come
from courses.queries.moved import with_earlier
from courses.queries.practical.parts import said
from courses.rules import FinalRule, parse_rule, resit_criteria, resit_from


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One agreed level as the participant reads it, with the assessors' words.

    `how` says how they came to it: equal, lower, talk or third; kept when it stood already.
    """

    criterion: str
    level: int
    level_name: str
    needed_name: str
    in_order: bool
    how: str
    comments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FinalRow:
    """One attempt as the participant reads it, after the outcome.

    `number` counts what counts: one that was stopped has 0. `is_last` is the newest of those,
    `is_to_come` one whose day has not passed. `assessors` are those who agreed.
    `tries_left` is None without a limit; `again_from` is the first day for a next one, if there
    may be one.
    """

    id: int
    number: int
    is_last: bool
    is_to_come: bool
    state: str
    planned_on: date | None
    outcome: str | None
    total: int | None
    max_total: int
    decided_on: date | None
    again_from: date | None
    tries_left: int | None
    assessors: tuple[str, ...]
    talked_on: date | None
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

    Those of an enrolment that was moved into it come along.

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
        .where(FinalAttempt.enrolment_id.in_(with_earlier(enrolment_id)))
        .order_by(FinalAttempt.id)
    ).all()
    if not attempts:
        return ()
    levels, people = _level_rows(enrolment_id, final), _people(enrolment_id)
    talks = _talks(enrolment_id)
    counting = [one.id for one in attempts if one.state != "void"]
    return tuple(
        _final_row(
            one,
            final,
            number=counting.index(one.id) + 1 if one.id in counting else 0,
            is_last=one.id in counting[-1:],
            levels=levels.get(one.id, ()),
            assessors=people.get(one.id, ()),
            talked_on=talks.get(one.id),
        )
        for one in reversed(attempts)
    )


def _final_row(
    attempt: FinalAttempt,
    final: FinalRule,
    *,
    number: int,
    is_last: bool,
    levels: Sequence[LevelRow],
    assessors: Sequence[str],
    talked_on: date | None,
) -> FinalRow:
    left = None if final.max_attempts is None else max(final.max_attempts - number, 0)
    again = attempt.outcome == "not_yet" and attempt.decided_on is not None and left != 0
    return FinalRow(
        id=attempt.id,
        number=number,
        is_last=is_last,
        is_to_come=to_come(attempt.state, attempt.planned_on) is not None,
        state=attempt.state,
        planned_on=attempt.planned_on,
        outcome=attempt.outcome,
        total=attempt.agreed_total,
        max_total=final.rubric.max_total,
        decided_on=attempt.decided_on,
        again_from=resit_from(attempt.decided_on, wait_days=final.wait_days)
        if again and attempt.decided_on is not None
        else None,
        tries_left=left,
        assessors=tuple(assessors),
        talked_on=talked_on,
        levels=tuple(levels),
    )


def _level_rows(enrolment_id: int, final: FinalRule) -> dict[int, list[LevelRow]]:
    comments = _comments(enrolment_id)
    scored = _scored(enrolment_id)
    levels = {
        (row.final_attempt_id, row.criterion): (row.level, row.how)
        for row in db.session.execute(
            sa.select(
                AgreedLevel.final_attempt_id,
                AgreedLevel.criterion,
                AgreedLevel.level,
                AgreedLevel.how,
            )
            .join(FinalAttempt, FinalAttempt.id == AgreedLevel.final_attempt_id)
            .where(FinalAttempt.enrolment_id.in_(with_earlier(enrolment_id)))
        )
    }
    found: dict[int, list[LevelRow]] = {}
    for attempt_id in {attempt_id for attempt_id, _criterion in levels}:
        plain = {name: level for (id_, name), (level, _how) in levels.items() if id_ == attempt_id}
        again = resit_criteria(plain, final.rubric)
        found[attempt_id] = [
            LevelRow(
                criterion=said(one.title),
                level=levels[attempt_id, one.id][0],
                level_name=said(final.rubric.level_names[levels[attempt_id, one.id][0] - 1]),
                needed_name=said(final.rubric.level_names[final.rubric.minimum(one) - 1]),
                in_order=one.id not in again,
                how=levels[attempt_id, one.id][1] if (attempt_id, one.id) in scored else "kept",
                comments=tuple(dict.fromkeys(comments.get((attempt_id, one.id), ()))),
            )
            for one in final.rubric.criteria
        ]
    return found


def _people(enrolment_id: int) -> dict[int, list[str]]:
    """Return who scored each attempt with an outcome, the first assessor first."""
    found: dict[int, list[str]] = {}
    for attempt_id, person in db.session.execute(
        sa.select(Assessment.final_attempt_id, Person)
        .join(Person, Person.id == Assessment.assessor_id)
        .join(FinalAttempt, FinalAttempt.id == Assessment.final_attempt_id)
        .where(
            FinalAttempt.enrolment_id.in_(with_earlier(enrolment_id)),
            FinalAttempt.state == "outcome",
            Assessment.handed_in_at.is_not(None),
        )
        .order_by(Assessment.id)
    ):
        found.setdefault(attempt_id, []).append(person.display_name)
    return found


def _talks(enrolment_id: int) -> dict[int, date]:
    """Return when the assessors talked, per attempt with an outcome; what they said stays there."""
    rows = db.session.execute(
        sa.select(ScoreTalk.final_attempt_id, ScoreTalk.talk_on)
        .join(FinalAttempt, FinalAttempt.id == ScoreTalk.final_attempt_id)
        .where(
            FinalAttempt.enrolment_id.in_(with_earlier(enrolment_id)),
            FinalAttempt.state == "outcome",
        )
    )
    return {row.final_attempt_id: row.talk_on for row in rows}


def _scored(enrolment_id: int) -> set[tuple[int, str]]:
    """Return which criteria were scored in which attempt; in a resit the others stood already."""
    rows = db.session.execute(
        sa.select(Assessment.final_attempt_id, CriterionScore.criterion)
        .join(CriterionScore, CriterionScore.assessment_id == Assessment.id)
        .join(FinalAttempt, FinalAttempt.id == Assessment.final_attempt_id)
        .where(FinalAttempt.enrolment_id.in_(with_earlier(enrolment_id)))
    )
    return {(row.final_attempt_id, row.criterion) for row in rows}


def _comments(enrolment_id: int) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = {}
    for attempt_id, criterion, comment in db.session.execute(
        sa.select(Assessment.final_attempt_id, CriterionScore.criterion, CriterionScore.comment)
        .join(CriterionScore, CriterionScore.assessment_id == Assessment.id)
        .join(FinalAttempt, FinalAttempt.id == Assessment.final_attempt_id)
        .where(
            FinalAttempt.enrolment_id.in_(with_earlier(enrolment_id)),
            FinalAttempt.state == "outcome",
            CriterionScore.comment != "",
        )
        .order_by(Assessment.id)
    ):
        found.setdefault((attempt_id, criterion), []).append(comment)
    return found
