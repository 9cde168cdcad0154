"""One attempt at the practical, locked, with what its course asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, NotFoundError
from academy.kernel.policy import Actor
from courses import policies
from courses.models import (
    AgreedLevel,
    Assessment,
    AssessorDeclaration,
    Cohort,
    CourseVersion,
    Enrolment,
    FinalAttempt,
    ScoreTalk,
)
from courses.queries.moved import with_earlier
from courses.rules import FinalRule, parse_rule, resit_criteria
from courses.services.taking_part import LEARNING, Participation

Levels = Mapping[str, int]

BUSY = ("planned", "observed", "both_scored")
LEVELS = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Case:
    """One attempt with what its course asks. `kept` are the agreed levels of the last attempt."""

    attempt: FinalAttempt
    learner: Participation
    final: FinalRule
    comment_below: int
    kept: Levels | None = None

    @property
    def asked(self) -> tuple[str, ...]:
        """The criteria that must be scored: all of them, or in a resit what was not in order."""
        rubric = self.final.rubric
        if self.kept is None:
            return tuple(criterion.id for criterion in rubric.criteria)
        return resit_criteria(self.kept, rubric)


def locked_case(attempt_id: int) -> Case:
    """Lock an attempt and load what its course asks. The caller checks who may."""
    row = db.session.execute(
        sa.select(FinalAttempt, Enrolment, Cohort)
        .join(Enrolment, Enrolment.id == FinalAttempt.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(FinalAttempt.id == attempt_id)
        .with_for_update(of=FinalAttempt)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    attempt, enrolment, cohort = row
    learner = Participation(
        enrolment_id=enrolment.id,
        person_id=enrolment.person_id,
        state=enrolment.state,
        cohort_id=cohort.id,
        cohort_state=cohort.state,
        place_id=cohort.place_id,
        course_version_id=cohort.course_version_id,
    )
    final, comment_below = final_rule(cohort.course_version_id)
    return Case(attempt, learner, final, comment_below, kept=_kept(attempt))


def final_rule(course_version_id: int) -> tuple[FinalRule, int]:
    """Return the rule of a course's practical, and below which level words are asked for.

    Raises NotFoundError if the course has no practical.
    """
    content: dict[str, Any] = db.session.execute(
        sa.select(CourseVersion.content).where(CourseVersion.id == course_version_id)
    ).scalar_one()
    final = parse_rule(content).final
    if final is None:
        raise NotFoundError
    return final, int(content["rubric"].get("comment_required_below", 0))


def _kept(attempt: FinalAttempt) -> Levels | None:
    """Return the agreed levels of the last attempt with an outcome before this one."""
    before = db.session.execute(
        sa.select(FinalAttempt.id, AgreedLevel.criterion, AgreedLevel.level)
        .join(AgreedLevel, AgreedLevel.final_attempt_id == FinalAttempt.id)
        .where(
            FinalAttempt.enrolment_id.in_(with_earlier(attempt.enrolment_id)),
            FinalAttempt.id < attempt.id,
            FinalAttempt.state == "outcome",
        )
    ).all()
    if not before:
        return None
    last = max(row.id for row in before)
    return {row.criterion: row.level for row in before if row.id == last}


def attempts_of(enrolment_id: int) -> Sequence[FinalAttempt]:
    """Return all attempts of an enrolment and of those moved into it, the first one first."""
    return db.session.scalars(
        sa.select(FinalAttempt)
        .where(FinalAttempt.enrolment_id.in_(with_earlier(enrolment_id)))
        .order_by(FinalAttempt.id)
    ).all()


def counting(attempts: Sequence[FinalAttempt]) -> list[FinalAttempt]:
    """Return the attempts that count; one that was stopped does not."""
    return [one for one in attempts if one.state != "void"]


def is_last_attempt(attempts: Sequence[FinalAttempt], final: FinalRule) -> bool:
    """Say whether as many attempts were made as the course allows."""
    return final.max_attempts is not None and len(counting(attempts)) >= final.max_attempts


def find_talk(attempt_id: int) -> ScoreTalk | None:
    """Return the talk of the assessors about this attempt, if there was one."""
    return db.session.scalars(
        sa.select(ScoreTalk).where(ScoreTalk.final_attempt_id == attempt_id)
    ).one_or_none()


def find_declaration(attempt_id: int, assessor_id: int) -> AssessorDeclaration | None:
    """Return what an assessor said about knowing the participant privately, if anything."""
    return db.session.scalars(
        sa.select(AssessorDeclaration).where(
            AssessorDeclaration.final_attempt_id == attempt_id,
            AssessorDeclaration.assessor_id == assessor_id,
        )
    ).one_or_none()


def refuse_standing_still(case: Case) -> None:
    """Refuse work on a practical whose participant stopped or went elsewhere."""
    if case.learner.state not in LEARNING:
        raise ConflictError(_("Deze deelnemer doet nu niet mee. De proeve staat daarom stil."))


def open_assessment(case: Case, *, by: Actor) -> Assessment:
    """Return the assessment of `by` that is still to be handed in.

    Raises NotFoundError for who is not named, ConflictError when it is in, when all is over or
    when the participant takes part no more.
    """
    assessment = db.session.scalars(
        sa.select(Assessment).where(
            Assessment.final_attempt_id == case.attempt.id, Assessment.assessor_id == by.person_id
        )
    ).one_or_none()
    if assessment is None:
        raise NotFoundError
    policy.require(by, policies.SCORE, case.learner.reach)
    if assessment.handed_in_at is not None:
        raise ConflictError(_("Je hebt je scores al ingeleverd. Ze staan vast."))
    if case.attempt.state not in BUSY:
        raise ConflictError(_("Deze proeve is gestopt of al klaar."))
    refuse_standing_still(case)
    return assessment


def recorded(
    what: str,
    attempt: FinalAttempt,
    learner: Participation,
    *,
    by: Actor,
    **data: Any,
) -> None:
    """Keep the audit line of a step in the practical; `data` holds codes and numbers only."""
    audit.record(
        f"courses:practical:{what}",
        ("final_attempt", attempt.id),
        by=by,
        subject_id=learner.person_id,
        **data,
    )
