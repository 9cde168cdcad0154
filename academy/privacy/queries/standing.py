"""What still stands in the way of an erasure, what somebody has, and what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from academy.coaching.models import CoachingPlan, Signal
from academy.kernel import clock
from academy.kernel.db import Model, db
from academy.people.models import Account, Grant, Person
from academy.privacy.models import DataExport, ErasureRequest
from academy.privacy.queries.plan import TablePlan, owned
from certificates.models import Certificate, Decision
from certificates.queries.approvals import is_to_make
from certificates.queries.standing import IS_OPEN
from certificates.rules.standing import COUNTING, EMPTIED
from courses.models import Enrolment

MAY_STOP = ("applied", "intake_planned", "waitlisted", "admitted", "active", "paused")


@dataclass(frozen=True, slots=True)
class HeldCertificate:
    """A certificate about which a holder may choose; `has_name` as long as a check shows one."""

    id: int
    number: str
    title: Mapping[str, str]
    standing: str
    has_name: bool


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One export that was asked for."""

    id: int
    state: str
    asked_at: datetime
    asked_by: str
    is_own: bool
    ends_at: datetime | None
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class OpenErasure:
    """An erasure that waits. `on` is the day on which it may happen, `latest` the last one.

    `is_late` says that the last one is over.
    """

    id: int
    person_id: int
    name: str
    way: str
    asked_on: date
    on: date
    latest: date
    is_late: bool
    wishes: Mapping[str, str]


def held_certificates(person_id: int) -> list[HeldCertificate]:
    """Return what a holder may choose about at erasure, newest first."""
    rows = db.session.scalars(
        sa.select(Certificate)
        .where(
            Certificate.person_id == person_id,
            Certificate.state == "issued",
            Certificate.standing.not_in(EMPTIED),
        )
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
    )
    return [
        HeldCertificate(
            one.id,
            one.number,
            one.content["title"],
            one.standing,
            one.standing in COUNTING and one.name_hidden_on is None,
        )
        for one in rows
    ]


def has_rights(person_id: int) -> bool:
    """Say whether somebody works for the academy today, or will: that ends first."""
    today = clock.today()
    held = sa.exists().where(
        Grant.person_id == person_id, sa.or_(Grant.valid_to.is_(None), Grant.valid_to >= today)
    )
    return bool(db.session.scalar(sa.select(held)))


def has_something_open(person_id: int) -> bool:
    """Say whether a worry is followed up, or a certificate is decided on or made: that goes first.

    Which of these it is, nobody is told: a worry may be held back for safety.
    """
    return bool(
        db.session.scalar(
            sa.select(
                sa.or_(
                    sa.exists().where(Signal.person_id == person_id, Signal.state != "closed"),
                    sa.exists().where(Decision.holder_id == person_id, IS_OPEN),
                    sa.exists().where(Certificate.person_id == person_id, is_to_make()),
                )
            )
        )
    )


def is_erased(person_id: int) -> bool:
    """Say whether somebody is only a number any more."""
    done = sa.exists().where(
        ErasureRequest.person_id == person_id, ErasureRequest.state.in_(("erased", "wiped"))
    )
    return bool(db.session.scalar(sa.select(done)))


def has_account(person_id: int) -> bool:
    """Say whether somebody can come in and do it themselves."""
    mine = sa.exists().where(Account.person_id == person_id, Account.disabled_at.is_(None))
    return bool(db.session.scalar(sa.select(mine)))


def running_plans(person_id: int) -> list[int]:
    """Return the guidance of a person that did not stop."""
    return list(
        db.session.scalars(
            sa.select(CoachingPlan.id).where(
                CoachingPlan.person_id == person_id, CoachingPlan.state != "stopped"
            )
        )
    )


def all_plans(person_id: int) -> list[int]:
    """Return all guidance of a person, oldest first."""
    return list(
        db.session.scalars(
            sa.select(CoachingPlan.id)
            .where(CoachingPlan.person_id == person_id)
            .order_by(CoachingPlan.id)
        )
    )


def running_enrolments(person_id: int) -> list[int]:
    """Return the enrolments of a person that can still stop."""
    return list(
        db.session.scalars(
            sa.select(Enrolment.id).where(
                Enrolment.person_id == person_id, Enrolment.state.in_(MAY_STOP)
            )
        )
    )


# --- what somebody has, and what goes ----------------------------------------------------------


def group_of(plan: TablePlan) -> str:
    """Return the part of the academy that keeps a table, as people are told of it."""
    if plan.name in ("coaching_signal", "coaching_read"):
        return {"coaching_signal": "signals", "coaching_read": "record"}[plan.name]
    parts = _module_of(plan.table).split(".")
    return parts[1] if parts[0] == "academy" else parts[0]


def _module_of(table: sa.Table) -> str:
    return next(
        mapper.class_.__module__ for mapper in Model.registry.mappers if mapper.local_table is table
    )


def counts_of(person_id: int) -> dict[str, int]:
    """Return how many rows somebody has in each table, in one statement; without empty tables."""
    plans = [one for one in owned() if one.name not in ("person", "person_salt")]
    counts = [
        sa.select(sa.func.count())
        .select_from(one.table)
        .where(one.of(person_id))
        .scalar_subquery()
        .label(one.name)
        for one in plans
    ]
    row: Any = db.session.execute(sa.select(*counts)).mappings().one()
    return {name: times for name, times in row.items() if times}


# --- what was asked ----------------------------------------------------------------------------


def export_rows(person_id: int, *, viewer_id: int | None) -> list[ExportRow]:
    """Return what was asked of somebody's data lately, newest first."""
    rows = db.session.execute(
        sa.select(DataExport, Person)
        .join(Person, Person.id == DataExport.asked_by_id)
        .where(DataExport.person_id == person_id)
        .order_by(DataExport.id.desc())
        .limit(5)
    )
    return [
        ExportRow(
            id=one.id,
            state=one.state,
            asked_at=one.asked_at,
            asked_by=by.display_name,
            is_own=one.asked_by_id == viewer_id,
            ends_at=one.ends_at,
            size_bytes=one.size_bytes,
        )
        for one, by in rows
    ]


def find_open_erasure(person_id: int) -> OpenErasure | None:
    """Return the erasure of somebody that waits, or None."""
    return next(iter(_open_erasures(ErasureRequest.person_id == person_id)), None)


def open_erasures() -> list[OpenErasure]:
    """Return every erasure that waits, the first to happen first."""
    return _open_erasures(sa.true())


def _open_erasures(condition: sa.ColumnElement[bool]) -> list[OpenErasure]:
    rows = db.session.execute(
        sa.select(ErasureRequest, Person)
        .join(Person, Person.id == ErasureRequest.person_id)
        .where(ErasureRequest.state == "asked", condition)
        .order_by(ErasureRequest.due_at, ErasureRequest.id)
        .limit(100)
    )
    return [
        OpenErasure(
            id=one.id,
            person_id=person.id,
            name=person.display_name,
            way=one.way,
            asked_on=_day(one.asked_at),
            on=_day(one.due_at),
            latest=_day(one.latest_at),
            is_late=one.latest_at < clock.now(),
            wishes=one.wishes,
        )
        for one, person in rows
    ]


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.AMSTERDAM).date()


def news_of(person_id: int) -> tuple[bool, date | None]:
    """Return whether a file waits for somebody, and from when they are forgotten; one statement."""
    ready = sa.exists().where(DataExport.person_id == person_id, DataExport.state == "made")
    due = (
        sa.select(ErasureRequest.due_at)
        .where(ErasureRequest.person_id == person_id, ErasureRequest.state == "asked")
        .scalar_subquery()
    )
    row: Any = db.session.execute(sa.select(ready, due)).one()
    return bool(row[0]), _day(row[1]) if row[1] is not None else None
