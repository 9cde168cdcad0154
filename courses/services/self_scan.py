"""The self-scan: who filled it in counts for the rule; the answers are kept without a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor, Reach
from courses import policies
from courses.models import Cohort, CourseVersion, SelfScanAnswer, SelfScanCompletion
from courses.rules import SelfscanRule, parse_rule
from courses.services.taking_part import get_participation, refuse_unless_learning

Answers = Mapping[str, int | None]
"""Per statement a value of the scale, 1 to 4, or None for "weet ik niet"."""

SCALE = (1, 2, 3, 4, None)


def fill_in(enrolment_id: int, *, moment: str, answers: Answers, by: Actor) -> None:
    """Fill in the self-scan: note that this person did, and keep the answers for the group."""
    learner = get_participation(enrolment_id, right=policies.HAND_IN, by=by)
    record_completion(enrolment_id, moment=moment, by=by)
    _add_answers(learner.cohort_id, moment, [answers])


def record_completion(enrolment_id: int, *, moment: str, by: Actor) -> None:
    """Note that somebody filled in the self-scan at a moment of the course, once.

    Raises NotFoundError, InvalidInputError for a moment the course does not know, or
    ConflictError if it was filled in already.
    """
    learner = get_participation(enrolment_id, right=policies.HAND_IN, by=by, lock=True)
    refuse_unless_learning(learner)
    scan = _scan_of(learner.cohort_id, moment)
    there = db.session.scalar(
        sa.select(SelfScanCompletion.id).where(
            SelfScanCompletion.enrolment_id == enrolment_id,
            SelfScanCompletion.instrument == scan.instrument,
            SelfScanCompletion.moment == moment,
        )
    )
    if there is not None:
        raise ConflictError(_("Je vulde deze zelfscan al in."))
    completion = SelfScanCompletion(
        enrolment_id=enrolment_id,
        instrument=scan.instrument,
        moment=moment,
        completed_on=clock.today(),
    )
    db.session.add(completion)
    db.session.flush()  # the audit line needs the id
    audit.record(
        "courses:self-scan:completed",
        ("self_scan_completion", completion.id),
        by=by,
        subject_id=learner.person_id,
    )


def record_answers(
    cohort_id: int, *, moment: str, answers: Sequence[tuple[str, int | None]], by: Actor
) -> None:
    """Keep answers from paper for the group picture, as (statement, value), in any order.

    Nothing tells whose they are. Raises NotFoundError or InvalidInputError.
    """
    place_id = db.session.scalar(sa.select(Cohort.place_id).where(Cohort.id == cohort_id))
    if place_id is None:
        raise NotFoundError
    policy.require(by, policies.MARK, Reach(cohort_id=cohort_id, place_id=place_id))
    _add_answers(cohort_id, moment, [{item: value} for item, value in answers])
    audit.record(
        "courses:self-scan:answers-kept", ("cohort", cohort_id), by=by, answers=len(answers)
    )


def _add_answers(cohort_id: int, moment: str, filled_in: Sequence[Answers]) -> None:
    scan = _scan_of(cohort_id, moment)
    statements = _statements(cohort_id)
    rows = [
        {
            "cohort_id": cohort_id,
            "instrument": scan.instrument,
            "moment": moment,
            "item": item,
            "value": value,
        }
        for answers in filled_in
        for item, value in answers.items()
    ]
    if any(row["item"] not in statements or row["value"] not in SCALE for row in rows):
        raise InvalidInputError(_("Dit antwoord hoort niet bij deze zelfscan."))
    if rows:
        db.session.execute(sa.insert(SelfScanAnswer), rows)


def _scan_of(cohort_id: int, moment: str) -> SelfscanRule:
    scan = parse_rule(_content(cohort_id)).selfscan
    if scan is None:
        raise NotFoundError
    if moment not in scan.moments:
        raise InvalidInputError(_("Dit moment kent de zelfscan van deze leergang niet."))
    return scan


def _statements(cohort_id: int) -> frozenset[str]:
    dimensions = _content(cohort_id)["selfscan"]["dimensions"]
    return frozenset(
        str(statement["id"]) for dimension in dimensions for statement in dimension["statements"]
    )


def _content(cohort_id: int) -> dict[str, Any]:
    content: dict[str, Any] = db.session.execute(
        sa.select(CourseVersion.content)
        .join(Cohort, Cohort.course_version_id == CourseVersion.id)
        .where(Cohort.id == cohort_id)
    ).scalar_one()
    return content
