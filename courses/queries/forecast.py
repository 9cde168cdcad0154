"""Which people are worth judging: what the database can say before the rules say it for sure.

Judging somebody costs a quarter of a millisecond, so a list over a region judges only those for
whom counting marks leaves the answer open. Each condition lets through everybody for whom the rule
could say yes, and some for whom it says no; `tests/courses/test_queries_forecast.py` holds it
against the rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from courses.models import (
    AttendanceCell,
    AttendanceMark,
    Cohort,
    Enrolment,
    FinalAttempt,
    Module,
    Session,
)
from courses.rules import CourseRule
from courses.rules.course_rule import ATTENDANCE, FINAL
from courses.rules.risk import CALL_AFTER

HERE = ("present", "late", "made_up")
NOT_HERE = ("absent", "excused", "not_applicable")


@dataclass(frozen=True, slots=True)
class Counts:
    """What is marked per enrolment: outer join `table` on `enrolment_id`; no row means nothing.

    The conditions need `Enrolment` and `Cohort` in the query around them.
    """

    table: sa.Subquery
    may_complete: sa.ColumnElement[bool]
    may_be_at_risk: sa.ColumnElement[bool]


def counts_of(versions: dict[int, CourseRule], *conditions: sa.ColumnElement[bool]) -> Counts:
    """Return the counts of the enrolments that fit `conditions` on enrolments and cohorts.

    `versions` holds the rule of every course version that these cohorts may have.
    """
    table = _marked(versions, conditions).subquery("marked")
    here, gone = _number(table.c.here), _number(table.c.gone)
    least = _by_version({key: _least(rule) for key, rule in versions.items()})
    spare = _by_version(
        {
            key: rule.attendance.sessions_total - rule.attendance.min_present
            for key, rule in versions.items()
        }
    )
    makeups = _by_version({key: rule.attendance.makeup_allowed for key, rule in versions.items()})
    unmarked = _held() - _number(table.c.held)
    return Counts(
        table=table,
        may_complete=sa.or_(sa.and_(here >= least, _has_outcome(versions)), _was_moved()),
        may_be_at_risk=sa.or_(
            sa.and_(gone > 0, gone + unmarked >= spare),
            gone >= CALL_AFTER,
            _number(table.c.compulsory) > 0,
            _number(table.c.made_up) > makeups,
            _tried_in_vain(),
            _was_moved(),
        ),
    )


def _marked(
    versions: dict[int, CourseRule], conditions: Iterable[sa.ColumnElement[bool]]
) -> sa.Select[*tuple[Any, ...]]:
    limits = {key: rule.attendance.late_after_minutes for key, rule in versions.items()}
    too_late = sa.and_(
        AttendanceMark.status == "late",
        AttendanceMark.minutes_late > _by_version(limits),
        AttendanceMark.counts_anyway.is_(sa.false()),
    )
    gone = sa.or_(AttendanceMark.status.in_(NOT_HERE), too_late)
    required = sorted(
        {key for rule in versions.values() for key in rule.attendance.required_modules}
    )
    return (
        sa.select(
            AttendanceCell.enrolment_id,
            _how_many(AttendanceMark.status.in_(HERE)).label("here"),
            _how_many(gone).label("gone"),
            _how_many(sa.and_(gone, Module.key.in_(required))).label("compulsory"),
            _how_many(AttendanceMark.status == "made_up").label("made_up"),
            _how_many(Session.state == "held").label("held"),
        )
        .join(AttendanceMark, AttendanceMark.id == AttendanceCell.mark_id)
        .join(Session, Session.id == AttendanceCell.session_id)
        .join(Module, Module.id == Session.module_id)
        .join(Enrolment, Enrolment.id == AttendanceCell.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(*conditions)
        .group_by(AttendanceCell.enrolment_id)
    )


def _how_many(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _number(column: Any) -> sa.ColumnElement[int]:
    return sa.func.coalesce(column, 0)


def _least(rule: CourseRule) -> int:
    """Return how often somebody must have been there to complete; 0 where it does not count."""
    return rule.attendance.min_present if ATTENDANCE in rule.criteria else 0


def _by_version(numbers: dict[int, int]) -> sa.ColumnElement[int]:
    """Return the number of the cohort's course version."""
    if not numbers:
        return sa.literal(0)
    return sa.case(numbers, value=Cohort.course_version_id, else_=0)


def _held() -> sa.ScalarSelect[int]:
    held = aliased(Session)
    return (
        sa.select(sa.func.count())
        .select_from(held)
        .where(held.cohort_id == Cohort.id, held.state == "held")
        .correlate(Cohort)
        .scalar_subquery()
    )


def _was_moved() -> sa.ColumnElement[bool]:
    """Say whether somebody brought marks along from another cohort, which are not counted here."""
    earlier = aliased(Enrolment)
    return sa.exists().where(earlier.transferred_to_id == Enrolment.id).correlate(Enrolment)


def _has_outcome(versions: dict[int, CourseRule]) -> sa.ColumnElement[bool]:
    """Say whether a practical came to an outcome, where the course asks for one."""
    asked = sorted(key for key, rule in versions.items() if FINAL in rule.criteria)
    found = (
        sa.exists()
        .where(FinalAttempt.enrolment_id == Enrolment.id, FinalAttempt.state == "outcome")
        .correlate(Enrolment)
    )
    return sa.or_(Cohort.course_version_id.not_in(asked), found)


def _tried_in_vain() -> sa.ColumnElement[bool]:
    return (
        sa.exists()
        .where(FinalAttempt.enrolment_id == Enrolment.id, FinalAttempt.outcome == "not_yet")
        .correlate(Enrolment)
    )
