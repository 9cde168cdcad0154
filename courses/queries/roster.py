"""The people of a cohort as programs read them: no telephone, no notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from academy.kernel.db import Page, db, to_cursor
from academy.people.models import Person
from courses.models import AttendanceCell, AttendanceMark, Enrolment, Session
from courses.rules.enrolment import SEATED


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    """Somebody who has a chair in a cohort."""

    id: int
    cohort_id: int
    name: str
    state: str
    applied_on: date


@dataclass(frozen=True, slots=True)
class CellRow:
    """What stands for one person at one session. `status` is None while two marks contradict."""

    session_id: int
    status: str | None
    minutes_late: int | None
    in_conflict: bool


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """One person with what is marked of them, by session."""

    enrolment_id: int
    name: str
    cells: tuple[CellRow, ...]


def enrolment_rows(
    cohort_id: int, after: tuple[str, int] | None, *, limit: int
) -> Page[EnrolmentRow]:
    """Return who has a chair in a cohort, by name. The caller checks the right."""
    rows, cursor = _people(cohort_id, after, limit=limit)
    shown = tuple(
        EnrolmentRow(
            id=row.id,
            cohort_id=cohort_id,
            name=_name(row),
            state=row.state,
            applied_on=row.applied_on,
        )
        for row in rows
    )
    return Page(shown, cursor)


def attendance_rows(
    cohort_id: int, after: tuple[str, int] | None, *, limit: int
) -> Page[AttendanceRow]:
    """Return who was where in a cohort, by name: two statements. The caller checks the right."""
    rows, cursor = _people(cohort_id, after, limit=limit)
    cells = _cells([row.id for row in rows])
    shown = tuple(
        AttendanceRow(enrolment_id=row.id, name=_name(row), cells=tuple(cells[row.id]))
        for row in rows
    )
    return Page(shown, cursor)


def _people(
    cohort_id: int, after: tuple[str, int] | None, *, limit: int
) -> tuple[Sequence[Any], str | None]:
    statement = (
        sa.select(
            Enrolment.id,
            Enrolment.state,
            Enrolment.applied_on,
            Person.call_name,
            Person.prefix,
            Person.last_name,
            Enrolment.sort_key,
        )
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state.in_(sorted(SEATED)))
        .order_by(Enrolment.sort_key, Enrolment.id)
        .limit(limit + 1)
    )
    if after is not None:
        statement = statement.where(sa.tuple_(Enrolment.sort_key, Enrolment.id) > sa.tuple_(*after))
    rows = db.session.execute(statement).all()
    shown = rows[:limit]
    cursor = to_cursor(shown[-1].sort_key, shown[-1].id) if len(rows) > limit else None
    return shown, cursor


def _cells(enrolment_ids: Sequence[int]) -> dict[int, list[CellRow]]:
    rows = db.session.execute(
        sa.select(
            AttendanceCell.enrolment_id,
            AttendanceCell.session_id,
            AttendanceCell.other_mark_id,
            AttendanceMark.status,
            AttendanceMark.minutes_late,
        )
        .join(AttendanceMark, AttendanceMark.id == AttendanceCell.mark_id)
        .join(Session, Session.id == AttendanceCell.session_id)
        .where(AttendanceCell.enrolment_id.in_(enrolment_ids))
        .order_by(Session.starts_at, Session.id)
    )
    found: dict[int, list[CellRow]] = defaultdict(list)
    for row in rows:
        in_conflict = row.other_mark_id is not None
        found[row.enrolment_id].append(
            CellRow(
                session_id=row.session_id,
                status=None if in_conflict else row.status,
                minutes_late=None if in_conflict else row.minutes_late,
                in_conflict=in_conflict,
            )
        )
    return found


def _name(row: Any) -> str:
    return " ".join(part for part in (row.call_name, row.prefix, row.last_name) if part)
