"""Reads of the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.contact import policies, rules
from academy.contact.models import ContactRequest, ContactStep
from academy.kernel import clock
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.errors import NotFoundError
from academy.kernel.i18n import working_days_between
from academy.kernel.policy import Actor, within
from academy.people.models import Grant, Person, Place
from courses.models import Cohort, CourseVersion
from courses.policies import APPLY


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One message in the inbox. `days_late` counts working days."""

    id: int
    name: str
    reach: str
    place: str
    message: str
    kind: str
    state: str
    received_at: datetime
    answer_by: date
    days_late: int
    talk_on: date | None
    tries: int
    handled_by: str
    handled_by_id: int | None
    place_id: int | None
    person_id: int | None
    is_open: bool


Handler = aliased(Person)
TALK_STATES = ("talk_planned", "talk_done")
PLANNED = sa.case((ContactRequest.state.in_(TALK_STATES), 1), else_=0)


def _select(actor: Actor) -> sa.Select[ContactRequest, Person | None, Place | None]:
    return (
        sa.select(ContactRequest, Handler, Place)
        .outerjoin(Handler, Handler.id == ContactRequest.handled_by_id)
        .outerjoin(Place, Place.id == ContactRequest.place_id)
        .where(policies.in_reach(actor))
    )


def _row(request: ContactRequest, handler: Person | None, place: Place | None) -> RequestRow:
    today = clock.today()
    overdue = rules.is_overdue(request.state, request.answer_by, today)
    return RequestRow(
        id=request.id,
        name=request.name,
        reach=request.reach,
        place=place.name if place else request.place_words,
        message=request.message,
        kind=request.kind,
        state=request.state,
        received_at=request.received_at,
        answer_by=request.answer_by,
        days_late=working_days_between(request.answer_by, today) if overdue else 0,
        talk_on=request.talk_on,
        tries=request.tries,
        handled_by=handler.display_name if handler else "",
        handled_by_id=request.handled_by_id,
        place_id=request.place_id,
        person_id=request.person_id,
        is_open=request.is_open,
    )


def request_rows(
    actor: Actor, *, waiting: bool, cursor: str | None = None, limit: int = 20
) -> Page[RequestRow]:
    """Return the messages that wait for us, or the settled ones, newest first.

    Of those that wait come first the ones for which nothing is planned, and the oldest.
    """
    after = from_cursor(cursor, int, datetime, int)
    order = (PLANNED, ContactRequest.received_at, ContactRequest.id)
    query = _select(actor).where(ContactRequest.is_open.is_(waiting)).limit(limit + 1)
    key = sa.tuple_(*order)
    query = query.order_by(*(order if waiting else (column.desc() for column in order)))
    if after:
        bound = sa.tuple_(
            sa.literal(after[0]),
            sa.literal(after[1], ContactRequest.received_at.type),
            sa.literal(after[2]),
        )
        query = query.where(key > bound if waiting else key < bound)
    rows = [_row(*found) for found in db.session.execute(query)]
    more = len(rows) > limit
    rows = rows[:limit]
    if not more:
        return Page(tuple(rows), None)
    last = rows[-1]
    rank = int(last.state in TALK_STATES)
    return Page(tuple(rows), to_cursor(rank, last.received_at, last.id))


def get_row(request_id: int, *, by: Actor) -> RequestRow:
    """Return one message within reach. Raises NotFoundError."""
    found = db.session.execute(_select(by).where(ContactRequest.id == request_id)).first()
    if found is None:
        raise NotFoundError
    return _row(*found)


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step that was taken."""

    to_state: str
    at: datetime
    by: str


def step_rows(request_id: int) -> list[StepRow]:
    """Return the steps of a request, oldest first."""
    names = (Person.call_name, Person.prefix, Person.last_name)
    rows = db.session.execute(
        sa.select(ContactStep.to_state, ContactStep.at, *names)
        .outerjoin(Person, Person.id == ContactStep.by_id)
        .where(ContactStep.request_id == request_id)
        .order_by(ContactStep.id)
    )
    return [
        StepRow(to_state, at, " ".join(part for part in parts if part))
        for to_state, at, *parts in rows
    ]


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose from a list."""

    id: int
    name: str


def place_choices(actor: Actor) -> list[Choice]:
    """Return the places of the actor's region, by name."""
    rows = db.session.execute(
        sa.select(Place.id, Place.name)
        .where(within(actor, policies.ASSIGN, place=Place.id))
        .order_by(Place.name)
        .limit(500)
    )
    return [Choice(*row) for row in rows]


def _answering(actor: Actor) -> sa.ColumnElement[bool]:
    """Say whether a grant lets its holder answer requests today, everywhere or in this region."""
    in_region = sa.and_(
        Grant.scope_kind == "place", within(actor, policies.ASSIGN, place=Grant.scope_id)
    )
    return sa.and_(
        Grant.role.in_(sorted(policies.HANDLE.roles)),
        Grant.holds_on(clock.today()),
        sa.or_(Grant.scope_kind == "everything", in_region),
    )


def answers_requests(person_id: int, *, by: Actor) -> bool:
    """Say whether somebody may answer requests today in the actor's region."""
    found = sa.exists().where(Grant.person_id == person_id, _answering(by))
    return bool(db.session.scalar(sa.select(found)))


def handler_choices(actor: Actor) -> list[Choice]:
    """Return who may answer requests today in the actor's region, by name."""
    holders = sa.select(Grant.person_id).where(_answering(actor))
    people = db.session.scalars(
        sa.select(Person)
        .where(Person.id.in_(holders))
        .order_by(Person.sort_key, Person.id)
        .limit(100)
    )
    return [Choice(person.id, person.display_name) for person in people]


def cohort_choices(actor: Actor) -> list[Choice]:
    """Return the cohorts of the actor's region that take applications."""
    rows = db.session.execute(
        sa.select(Cohort.id, Cohort.name, CourseVersion.title_nl)
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .where(
            within(actor, APPLY, place=Cohort.place_id),
            Cohort.state.in_(("open", "full", "running")),
        )
        .order_by(Cohort.starts_on.desc())
        .limit(100)
    )
    return [Choice(row.id, f"{row.name} ({row.title_nl})") for row in rows]
