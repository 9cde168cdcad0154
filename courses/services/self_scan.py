"""The self-scan: who filled it in counts for the rule; the answers are kept without a person.

The answers of a group and a moment are one pile. Whoever adds to it shuffles the whole pile anew,
so that neither the order of rows nor their numbers tell whose answers came when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import audit, clock, ids, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor, Reach
from courses import policies
from courses.models import (
    Cohort,
    CourseVersion,
    Module,
    SelfScanAnswer,
    SelfScanCompletion,
    Session,
)
from courses.rules import SelfscanRule, is_open, moment_of, parse_rule
from courses.services.taking_part import get_participation, refuse_unless_learning

Answers = Mapping[str, int | None]
"""Per statement a value of the scale, 1 to 4, or None for "weet ik niet"."""

SCALE = (1, 2, 3, 4, None)


def fill_in(enrolment_id: int, *, moment: str, answers: Answers, by: Actor) -> None:
    """Fill in the self-scan: note that this person did, and keep the answers for the group.

    Raises what `record_completion` raises, and InvalidInputError if a statement has no answer.
    """
    learner = get_participation(enrolment_id, right=policies.FILL_IN_SCAN, by=by)
    record_completion(enrolment_id, moment=moment, by=by)
    if _statements(learner.cohort_id) - set(answers):
        raise InvalidInputError(_("Kies bij elke stelling een antwoord. Weet ik niet mag ook."))
    _add_answers(learner.cohort_id, moment, list(answers.items()))


def record_completion(enrolment_id: int, *, moment: str, by: Actor) -> None:
    """Note that somebody filled in the self-scan at a moment of the course, once.

    Raises NotFoundError, InvalidInputError for a moment the course does not know, or
    ConflictError if it was filled in already or it is not the time for it.
    """
    learner = get_participation(enrolment_id, right=policies.FILL_IN_SCAN, by=by, lock=True)
    refuse_unless_learning(learner)
    scan = _scan_of(learner.cohort_id, moment)
    _refuse_outside_window(learner.cohort_id, moment)
    there = db.session.scalar(
        sa.select(SelfScanCompletion.id).where(
            SelfScanCompletion.enrolment_id == enrolment_id,
            SelfScanCompletion.instrument == scan.instrument,
            SelfScanCompletion.moment == moment,
        )
    )
    if there is not None:
        raise ConflictError(_("Deze zelfscan is al ingevuld."))
    completion = SelfScanCompletion(
        enrolment_id=enrolment_id,
        instrument=scan.instrument,
        moment=moment,
        completed_on=clock.today(),
        helped_by_id=None if by.person_id == learner.person_id else by.person_id,
    )
    db.session.add(completion)
    db.session.flush()  # the audit line needs the id
    audit.record(
        "courses:self-scan:completed",
        ("self_scan_completion", completion.id),
        by=by,
        subject_id=learner.person_id,
        on_behalf_of=audit.on_behalf(by, learner.person_id),
    )


def record_answers(
    cohort_id: int, *, moment: str, answers: Sequence[tuple[str, int | None]], by: Actor
) -> None:
    """Keep answers from paper for the group picture, as (statement, value), in any order.

    Nothing tells whose they are. Raises NotFoundError, InvalidInputError, or ConflictError when
    it is not the time for it: the picture may have been seen.
    """
    place_id = db.session.scalar(sa.select(Cohort.place_id).where(Cohort.id == cohort_id))
    if place_id is None:
        raise NotFoundError
    policy.require(by, policies.MARK, Reach(cohort_id=cohort_id, place_id=place_id))
    _scan_of(cohort_id, moment)
    _refuse_outside_window(cohort_id, moment)
    _add_answers(cohort_id, moment, answers)
    audit.record(
        "courses:self-scan:answers-kept", ("cohort", cohort_id), by=by, answers=len(answers)
    )


def _refuse_outside_window(cohort_id: int, moment: str) -> None:
    asked = moment_of(moment)
    session = db.session.execute(
        sa.select(Session.starts_at, Session.ends_at)
        .join(Module, Module.id == Session.module_id)
        .where(
            Session.cohort_id == cohort_id,
            Session.state != "cancelled",
            Module.key == asked.module,
        )
    ).one_or_none()
    starts_at, ends_at = session if session is not None else (None, None)
    if not is_open(asked, starts_at=starts_at, ends_at=ends_at, now=clock.now()):
        raise ConflictError(_("Deze zelfscan kun je nu niet invullen."))


def _add_answers(cohort_id: int, moment: str, answers: Sequence[tuple[str, int | None]]) -> None:
    """Put the answers into the pile, and shuffle all of it. The cohort's row is the lock."""
    scan, statements = _scan_of(cohort_id, moment), _statements(cohort_id)
    if any(item not in statements or value not in SCALE for item, value in answers):
        raise InvalidInputError(_("Dit antwoord hoort niet bij deze zelfscan."))
    db.session.execute(sa.select(Cohort.id).where(Cohort.id == cohort_id).with_for_update())
    pile = (
        SelfScanAnswer.cohort_id == cohort_id,
        SelfScanAnswer.instrument == scan.instrument,
        SelfScanAnswer.moment == moment,
    )
    kept = db.session.execute(sa.select(SelfScanAnswer.item, SelfScanAnswer.value).where(*pile))
    found = [(row.item, row.value) for row in kept]
    db.session.execute(sa.delete(SelfScanAnswer).where(*pile))
    rows = [
        {
            "cohort_id": cohort_id,
            "instrument": scan.instrument,
            "moment": moment,
            "item": item,
            "value": value,
        }
        for item, value in ids.shuffled([*found, *answers])
    ]
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
