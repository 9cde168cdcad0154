"""The register of one session, with every mark that was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.kernel import clock, policy
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.i18n import pick
from academy.kernel.policy import Actor, Capability
from academy.people.models import Person
from courses import policies
from courses.models import (
    AttendanceCell,
    AttendanceMark,
    Cohort,
    Enrolment,
    EnrolmentEvent,
    Module,
    Session,
)
from courses.rules.enrolment import JOINED

RUNNING = ("running", "finishing")
TAKING_PART = ("active", "paused", "completed", "not_passed")


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One mark: what, by whom, when. `is_standing` says whether it counts or competes now."""

    id: int
    status: str
    minutes_late: int | None
    counts_anyway: bool
    note: str
    source: str
    by_name: str
    at: datetime
    is_standing: bool


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person in the register. Two or more marks in `standing` are a conflict."""

    enrolment_id: int
    name: str
    joined_later: bool
    version: int
    marks: tuple[MarkRow, ...]

    @property
    def standing(self) -> tuple[MarkRow, ...]:
        """The marks that stand: none, the one that counts, or several that contradict."""
        return tuple(mark for mark in self.marks if mark.is_standing)

    @property
    def in_conflict(self) -> bool:
        """Whether two people marked different things and nobody chose yet."""
        return len(self.standing) > 1

    @property
    def status(self) -> str:
        """The mark that counts, or nothing: unmarked, or in conflict."""
        return self.standing[0].status if len(self.standing) == 1 else ""

    @property
    def minutes_late(self) -> int | None:
        """The minutes of the mark that counts."""
        return self.standing[0].minutes_late if len(self.standing) == 1 else None


@dataclass(frozen=True, slots=True)
class Register:
    """The register of one session."""

    session_id: int
    cohort_id: int
    cohort: str
    number: int
    title: str
    starts_at: datetime
    ends_at: datetime
    location: str
    state: str
    cohort_state: str
    people: tuple[PersonRow, ...] = ()

    @property
    def day(self) -> date:
        """The day of the session in Amsterdam."""
        return self.starts_at.astimezone(clock.AMSTERDAM).date()

    @property
    def takes_marks(self) -> bool:
        """Whether marks can be saved at all."""
        return self.cohort_state in RUNNING and self.state != "cancelled"

    @property
    def is_ahead(self) -> bool:
        """Whether the session's day is still to come; then people can only be excused."""
        return self.day > clock.today()


def get_register(
    cohort_id: int, session_id: int, *, by: Actor, right: Capability = policies.MARK
) -> Register:
    """Return the register that `by` may mark, or may reach with another `right`, by name.

    Raises NotFoundError.
    """
    row = db.session.execute(
        sa.select(
            Session.starts_at,
            Session.ends_at,
            Session.location,
            Session.state,
            Cohort.name,
            Cohort.state.label("cohort_state"),
            Module.order,
            Module.title_nl,
            Module.title_en,
        )
        .join(Cohort, Cohort.id == Session.cohort_id)
        .join(Module, Module.id == Session.module_id)
        .where(
            Session.id == session_id,
            Session.cohort_id == cohort_id,
            policy.within(by, right, cohort=Cohort.id, place=Cohort.place_id),
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return Register(
        session_id=session_id,
        cohort_id=cohort_id,
        cohort=row.name,
        number=row.order,
        title=pick({"nl": row.title_nl, "en": row.title_en}),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        location=row.location,
        state=row.state,
        cohort_state=row.cohort_state,
        people=_people(cohort_id, session_id, row.starts_at),
    )


def _people(cohort_id: int, session_id: int, starts_at: datetime) -> tuple[PersonRow, ...]:
    marks = _marks(session_id)
    joined_at = (
        sa.select(sa.func.min(EnrolmentEvent.at))
        .where(EnrolmentEvent.enrolment_id == Enrolment.id, EnrolmentEvent.to_state.in_(JOINED))
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            Enrolment.id,
            Person.call_name,
            Person.prefix,
            Person.last_name,
            AttendanceCell.version,
            joined_at.label("joined_at"),
        )
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(
            AttendanceCell,
            sa.and_(
                AttendanceCell.enrolment_id == Enrolment.id,
                AttendanceCell.session_id == session_id,
            ),
        )
        .where(
            Enrolment.cohort_id == cohort_id,
            sa.or_(Enrolment.state.in_(TAKING_PART), AttendanceCell.id.is_not(None)),
        )
        .order_by(Enrolment.sort_key, Enrolment.id)
    ).all()
    day = _day(starts_at)
    return tuple(
        PersonRow(
            enrolment_id=row.id,
            name=_name(row.call_name, row.prefix, row.last_name),
            joined_later=row.joined_at is not None and day < _day(row.joined_at),
            version=row.version or 0,
            marks=tuple(marks.get(row.id, ())),
        )
        for row in rows
    )


def _marks(session_id: int) -> dict[int, list[MarkRow]]:
    """Return all marks of the session per enrolment, the newest first; what counts is said."""
    marker = aliased(Person)
    rows = db.session.execute(
        sa.select(
            AttendanceMark.id,
            AttendanceMark.enrolment_id,
            AttendanceMark.status,
            AttendanceMark.minutes_late,
            AttendanceMark.counts_anyway,
            AttendanceMark.note,
            AttendanceMark.source,
            AttendanceMark.marked_at,
            AttendanceMark.supersedes_id,
            AttendanceCell.mark_id,
            marker.call_name,
            marker.prefix,
            marker.last_name,
        )
        .join(
            AttendanceCell,
            sa.and_(
                AttendanceCell.session_id == AttendanceMark.session_id,
                AttendanceCell.enrolment_id == AttendanceMark.enrolment_id,
            ),
        )
        .join(marker, marker.id == AttendanceMark.marked_by_id)
        .where(AttendanceMark.session_id == session_id)
        .order_by(AttendanceMark.id.desc())
    ).all()
    compared_with = {row.enrolment_id: row.supersedes_id for row in rows if row.id == row.mark_id}
    found: dict[int, list[MarkRow]] = {}
    for row in rows:
        standing = row.supersedes_id == compared_with[row.enrolment_id]
        found.setdefault(row.enrolment_id, []).append(_mark_row(row, is_standing=standing))
    return found


def _mark_row(row: Any, *, is_standing: bool) -> MarkRow:
    return MarkRow(
        id=row.id,
        status=row.status,
        minutes_late=row.minutes_late,
        counts_anyway=row.counts_anyway,
        note=row.note,
        source=row.source,
        by_name=_name(row.call_name, row.prefix, row.last_name),
        at=row.marked_at,
        is_standing=is_standing,
    )


def find_person(register: Register, enrolment_id: int) -> PersonRow | None:
    """Return one person of the register."""
    people = (one for one in register.people if one.enrolment_id == enrolment_id)
    return next(people, None)


def _name(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.AMSTERDAM).date()
