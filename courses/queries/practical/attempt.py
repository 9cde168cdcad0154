"""One attempt, as an assessor or a planner may see it.

Nobody sees what another assessor gave before handing in the own scores; the query holds it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from academy.kernel import policy
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor, Reach
from academy.people.models import Person
from courses import policies
from courses.models import (
    AgreedLevel,
    Assessment,
    AssessorDeclaration,
    Cohort,
    CourseVersion,
    CriterionScore,
    Enrolment,
    FinalAttempt,
    ScoreTalk,
)
from courses.queries.moved import with_earlier
from courses.queries.practical.parts import (
    BUSY,
    LEARNING,
    ScoreRow,
    final_of,
    levels_of,
    name_of,
    said,
)
from courses.rules import FinalRule, Talk, agree, differing, needs_talk, resit_criteria


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of the rubric. `kept` is the level that stands in a resit, if it does."""

    id: str
    title: str
    required: bool
    minimum: int
    descriptors: tuple[str, ...]
    kept: int | None


@dataclass(frozen=True, slots=True)
class AssessorRow:
    """Who looks, as first, second or third, and when the scores came in.

    `knows_privately` is what they said of the participant; None as long as they did not.
    """

    role: str
    person_id: int
    name: str
    handed_in_at: datetime | None
    knows_privately: bool | None

    @property
    def must_make_way(self) -> bool:
        """Whether somebody else must look instead."""
        return self.knows_privately is True and self.handed_in_at is None


@dataclass(frozen=True, slots=True)
class TalkRow:
    """The talk of the assessors."""

    talk_on: date
    line: str
    agreed: bool


@dataclass(frozen=True, slots=True)
class Practical:
    """One attempt as the asker may see it.

    `takes_part` is whether the participant still does. `my_role` is first, second, third, or
    nothing for who only plans. `scores` holds, per role, what the asker may see. `needs` says what
    must happen before an outcome: scores, talk, third, or nothing. `may_plan`: the asker names
    assessors here.
    """

    id: int
    number: int
    enrolment_id: int
    person: str
    takes_part: bool
    cohort_id: int
    cohort: str
    state: str
    planned_on: date | None
    outcome: str | None
    agreed_total: int | None
    decided_on: date | None
    max_total: int
    comment_below: int
    level_names: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    assessors: tuple[AssessorRow, ...]
    my_role: str
    draft: Mapping[str, Any]
    scores: Mapping[str, Mapping[str, ScoreRow]]
    talk: TalkRow | None
    agreed: Mapping[str, tuple[int, str]]
    needs: str
    may_plan: bool

    @property
    def asked(self) -> tuple[Criterion, ...]:
        """The criteria to score: all, or in a resit what was not in order."""
        return tuple(one for one in self.criteria if one.kept is None)

    @property
    def stands_still(self) -> bool:
        """Whether it waits, because the participant stopped or went elsewhere."""
        return self.state in BUSY and not self.takes_part

    @property
    def may_move(self) -> bool:
        """Whether the asker may choose another day: nobody handed in yet."""
        return self.may_plan and self.state == "planned" and self.takes_part

    @property
    def may_score(self) -> bool:
        """Whether the asker still has scores to hand in, and does not know the participant."""
        return self._mine_to_score is not None and self._mine_to_score.knows_privately is False

    @property
    def must_declare(self) -> bool:
        """Whether the asker must first say whether they know the participant privately."""
        return self._mine_to_score is not None and self._mine_to_score.knows_privately is None

    @property
    def made_way(self) -> bool:
        """Whether the asker knows the participant privately, so that another looks."""
        return self._mine_to_score is not None and self._mine_to_score.must_make_way

    @property
    def needs_other(self) -> tuple[AssessorRow, ...]:
        """The assessors instead of whom somebody else must look."""
        busy = self.state in BUSY and self.takes_part
        return tuple(one for one in self.assessors if busy and one.must_make_way)

    @property
    def _mine_to_score(self) -> AssessorRow | None:
        mine = next((one for one in self.assessors if one.role == self.my_role), None)
        busy = self.state in BUSY and self.takes_part
        return mine if mine is not None and mine.handed_in_at is None and busy else None

    @property
    def differing(self) -> tuple[Criterion, ...]:
        """The criteria on which the first two gave another level."""
        first, second = (levels_of(self.scores.get(role, {})) for role in ("first", "second"))
        if not first or not second:
            return ()
        return tuple(one for one in self.asked if first[one.id] != second[one.id])


def get_practical(attempt_id: int, *, by: Actor) -> Practical:
    """Return one attempt to its assessors and to who plans it. Raises NotFoundError."""
    row = db.session.execute(
        sa.select(
            FinalAttempt,
            Enrolment.person_id,
            Enrolment.state.label("enrolment_state"),
            Person.call_name,
            Person.prefix,
            Person.last_name,
            Cohort.id.label("cohort_id"),
            Cohort.name.label("cohort"),
            Cohort.place_id,
            CourseVersion.content,
        )
        .join(Enrolment, Enrolment.id == FinalAttempt.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .where(FinalAttempt.id == attempt_id)
    ).one_or_none()
    if row is None or row.person_id == by.person_id:
        raise NotFoundError
    assessments = _assessments(attempt_id)
    mine = next((one for one, _p, _k in assessments if one.assessor_id == by.person_id), None)
    reach = Reach(cohort_id=row.cohort_id, place_id=row.place_id)
    policy.require(by, policies.SCORE if mine is not None else policies.PLAN_FINAL, reach)
    may_plan = policy.covers(by, policies.PLAN_FINAL, reach)
    return _practical(row, assessments, mine, may_plan=may_plan)


def _assessments(attempt_id: int) -> list[tuple[Assessment, Person, bool | None]]:
    rows = db.session.execute(
        sa.select(Assessment, Person, AssessorDeclaration.knows_privately)
        .join(Person, Person.id == Assessment.assessor_id)
        .outerjoin(
            AssessorDeclaration,
            sa.and_(
                AssessorDeclaration.final_attempt_id == Assessment.final_attempt_id,
                AssessorDeclaration.assessor_id == Assessment.assessor_id,
            ),
        )
        .where(Assessment.final_attempt_id == attempt_id)
        .order_by(Assessment.id)
    )
    return [(assessment, person, knows) for assessment, person, knows in rows]


def _practical(
    row: Any,
    assessments: Sequence[tuple[Assessment, Person, bool | None]],
    mine: Assessment | None,
    *,
    may_plan: bool,
) -> Practical:
    attempt: FinalAttempt = row[0]
    final = final_of(row.content)
    agreed, kept = _agreed(attempt, final)
    talk = _talk(attempt.id)
    scores = _visible_scores(attempt, mine)
    return Practical(
        id=attempt.id,
        number=attempt.attempt,
        enrolment_id=attempt.enrolment_id,
        person=name_of(row),
        takes_part=row.enrolment_state in LEARNING,
        cohort_id=row.cohort_id,
        cohort=row.cohort,
        state=attempt.state,
        planned_on=attempt.planned_on,
        outcome=attempt.outcome,
        agreed_total=attempt.agreed_total,
        decided_on=attempt.decided_on,
        max_total=final.rubric.max_total,
        comment_below=int(row.content["rubric"].get("comment_required_below", 0)),
        level_names=tuple(said(one) for one in final.rubric.level_names),
        criteria=_criteria(row.content, final, kept=kept),
        assessors=tuple(
            AssessorRow(one.role, one.assessor_id, person.display_name, one.handed_in_at, knows)
            for one, person, knows in assessments
        ),
        my_role=mine.role if mine is not None else "",
        draft=dict(mine.draft) if mine is not None else {},
        scores=scores,
        talk=talk,
        agreed=agreed,
        needs=_needs(attempt, final, scores=scores, talk=talk, kept=kept),
        may_plan=may_plan,
    )


def _visible_scores(
    attempt: FinalAttempt, mine: Assessment | None
) -> dict[str, dict[str, ScoreRow]]:
    """Return what was handed in: one's own, and the others' once one handed in too.

    Who only plans sees scores when there is an outcome.
    """
    handed_in = mine is not None and mine.handed_in_at is not None
    if not handed_in and attempt.state != "outcome":
        return {}
    found: dict[str, dict[str, ScoreRow]] = {}
    for role, criterion, level, comment in db.session.execute(
        sa.select(
            Assessment.role,
            CriterionScore.criterion,
            CriterionScore.level,
            CriterionScore.comment,
        )
        .join(CriterionScore, CriterionScore.assessment_id == Assessment.id)
        .where(Assessment.final_attempt_id == attempt.id, Assessment.handed_in_at.is_not(None))
    ):
        found.setdefault(role, {})[criterion] = ScoreRow(level, comment)
    return found


def _agreed(
    attempt: FinalAttempt, final: FinalRule
) -> tuple[dict[str, tuple[int, str]], dict[str, int]]:
    """Return the agreed levels of this attempt, and those that stand from the one before."""
    rows = db.session.execute(
        sa.select(
            FinalAttempt.id,
            AgreedLevel.criterion,
            AgreedLevel.level,
            AgreedLevel.how,
        )
        .join(AgreedLevel, AgreedLevel.final_attempt_id == FinalAttempt.id)
        .where(
            FinalAttempt.enrolment_id.in_(with_earlier(attempt.enrolment_id)),
            FinalAttempt.id <= attempt.id,
            FinalAttempt.state == "outcome",
        )
    ).all()
    agreed = {row.criterion: (row.level, row.how) for row in rows if row.id == attempt.id}
    before = [row for row in rows if row.id != attempt.id]
    if not before:
        return agreed, {}
    last = max(row.id for row in before)
    levels = {row.criterion: row.level for row in before if row.id == last}
    again = resit_criteria(levels, final.rubric)
    return agreed, {name: level for name, level in levels.items() if name not in again}


def _talk(attempt_id: int) -> TalkRow | None:
    row = db.session.execute(
        sa.select(ScoreTalk.talk_on, ScoreTalk.line, ScoreTalk.agreed).where(
            ScoreTalk.final_attempt_id == attempt_id
        )
    ).one_or_none()
    return TalkRow(row.talk_on, row.line, row.agreed) if row is not None else None


def _needs(
    attempt: FinalAttempt,
    final: FinalRule,
    *,
    scores: Mapping[str, Mapping[str, ScoreRow]],
    talk: TalkRow | None,
    kept: Mapping[str, int],
) -> str:
    """Say what must happen before there is an outcome, as far as the asker may know."""
    if attempt.state in ("planned", "observed"):
        return "scores"
    if attempt.state != "both_scored" or "first" not in scores or "second" not in scores:
        return ""
    first = {**levels_of(scores["first"]), **kept}
    second = {**levels_of(scores["second"]), **kept}
    if talk is None:
        return "talk" if needs_talk(first, second, rubric=final.rubric) else ""
    third = {**levels_of(scores["third"]), **kept} if "third" in scores else None
    if not differing(first, second):
        return ""
    agreed = Talk(agreed=talk.agreed)
    return agree(first, second, rubric=final.rubric, talk=agreed, third=third).needs or ""


def _criteria(
    content: Mapping[str, Any], final: FinalRule, *, kept: Mapping[str, int]
) -> tuple[Criterion, ...]:
    described = {one["id"]: one["descriptors"] for one in content["rubric"]["criteria"]}
    return tuple(
        Criterion(
            id=one.id,
            title=said(one.title),
            required=one.required,
            minimum=final.rubric.minimum(one),
            descriptors=tuple(described[one.id][key] for key in sorted(described[one.id])),
            kept=kept.get(one.id),
        )
        for one in final.rubric.criteria
    )
