"""Reads of the inbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.contact import policies, rules
from academy.contact.models import ContactHandover, ContactRequest, ContactStep
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
    handed_by: str
    handed_at: datetime | None
    """Who gave it to this region, and when, until somebody here picks it up."""

    @property
    def talk_is_due(self) -> bool:
        """Whether the talk is today or was, and nobody said how it went."""
        if self.state != "talk_planned" or self.talk_on is None:
            return False
        return self.talk_on <= clock.today()


MOST_GIVEN_AWAY = 50

Handler = aliased(Person)
Giver = aliased(Person)
TALK_STATES = ("talk_planned", "talk_done")


def _is_planned() -> sa.Case[int]:
    """0 for what waits for us today, 1 for a talk that is held or on another day."""
    to_come = sa.or_(ContactRequest.state != "talk_planned", ContactRequest.talk_on > clock.today())
    return sa.case((sa.and_(ContactRequest.state.in_(TALK_STATES), to_come), 1), else_=0)


Found = tuple[ContactRequest, Person | None, Place | None, ContactHandover | None, Person | None]


def _select(actor: Actor) -> sa.Select[*Found]:
    is_fresh = sa.and_(
        ContactHandover.request_id == ContactRequest.id, ContactHandover.outcome.is_(None)
    )
    return (
        sa.select(ContactRequest, Handler, Place, ContactHandover, Giver)
        .outerjoin(Handler, Handler.id == ContactRequest.handled_by_id)
        .outerjoin(Place, Place.id == ContactRequest.place_id)
        .outerjoin(ContactHandover, is_fresh)
        .outerjoin(Giver, Giver.id == ContactHandover.by_id)
        .where(policies.in_reach(actor))
    )


def _row(
    request: ContactRequest,
    handler: Person | None,
    place: Place | None,
    handover: ContactHandover | None,
    giver: Person | None,
) -> RequestRow:
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
        handled_by=_name(handler),
        handled_by_id=request.handled_by_id,
        place_id=request.place_id,
        person_id=request.person_id,
        is_open=request.is_open,
        handed_by=_name(giver),
        handed_at=handover.at if handover else None,
    )


def request_rows(
    actor: Actor, *, waiting: bool, cursor: str | None = None, limit: int = 20
) -> Page[RequestRow]:
    """Return the messages that wait for us, or the settled ones, newest first.

    Of those that wait come first the ones for which nothing is planned or whose talk is today or
    was, and the oldest.
    """
    after = from_cursor(cursor, int, datetime, int)
    order = (_is_planned(), ContactRequest.received_at, ContactRequest.id)
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
    rank = int(last.state in TALK_STATES and not last.talk_is_due)
    return Page(tuple(rows), to_cursor(rank, last.received_at, last.id))


def get_row(request_id: int, *, by: Actor) -> RequestRow:
    """Return one message within reach. Raises NotFoundError."""
    found = db.session.execute(_select(by).where(ContactRequest.id == request_id)).first()
    if found is None:
        raise NotFoundError
    return _row(*found)


@dataclass(frozen=True, slots=True)
class StepRow:
    """One thing that happened: a state of `rules.STATES`, handed_over, or how that ended."""

    what: str
    at: datetime
    by: str


def step_rows(request_id: int) -> list[StepRow]:
    """Return what happened with a request, oldest first."""
    steps = db.session.execute(
        sa.select(ContactStep.to_state, ContactStep.at, Person)
        .outerjoin(Person, Person.id == ContactStep.by_id)
        .where(ContactStep.request_id == request_id)
        .order_by(ContactStep.id)
    )
    found = [StepRow(row[0], row[1], _name(row[2])) for row in steps]
    return sorted([*found, *_handover_steps(request_id)], key=lambda step: step.at)


def _handover_steps(request_id: int) -> Iterator[StepRow]:
    ender = aliased(Person)
    rows = db.session.execute(
        sa.select(ContactHandover, Giver, ender)
        .outerjoin(Giver, Giver.id == ContactHandover.by_id)
        .outerjoin(ender, ender.id == ContactHandover.ended_by_id)
        .where(ContactHandover.request_id == request_id)
        .order_by(ContactHandover.id)
    )
    for handover, by, ended_by in rows:
        yield StepRow("handed_over", handover.at, _name(by))
        if handover.outcome is not None and handover.ended_at is not None:
            yield StepRow(handover.outcome, handover.ended_at, _name(ended_by))


def _name(person: Person | None) -> str:
    return person.display_name if person else ""


@dataclass(frozen=True, slots=True)
class GivenAway:
    """A message that went to another region, where nobody picked it up yet."""

    request_id: int
    name: str
    region: str
    at: datetime
    by: str


def given_away(actor: Actor) -> list[GivenAway]:
    """Return the messages that left the actor's region and can be taken back, newest first."""
    rows = db.session.execute(
        sa.select(ContactRequest.id, ContactRequest.name, Place, ContactHandover.at, Giver)
        .select_from(ContactHandover)
        .join(ContactRequest, ContactRequest.id == ContactHandover.request_id)
        .join(Place, Place.id == ContactHandover.to_place_id)
        .outerjoin(Giver, Giver.id == ContactHandover.by_id)
        .where(ContactHandover.outcome.is_(None), policies.gave_away(actor))
        .order_by(ContactHandover.id.desc())
        .limit(MOST_GIVEN_AWAY)
    )
    return [
        GivenAway(request_id, name, _place_label(place), at, _name(giver))
        for request_id, name, place, at, giver in rows
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


def region_choices(actor: Actor) -> list[Choice]:
    """Return where other coordinators work today, outside the actor's own region, by name."""
    coordinates = sa.exists().where(
        Grant.role.in_(sorted(policies.ASSIGN.roles)),
        Grant.scope_kind == "place",
        Grant.scope_id == Place.id,
        Grant.holds_on(clock.today()),
    )
    places = db.session.scalars(
        sa.select(Place)
        .where(coordinates, ~within(actor, policies.ASSIGN, place=Place.id))
        .order_by(Place.municipality, Place.name, Place.id)
        .limit(500)
    )
    return [Choice(place.id, _place_label(place)) for place in places]


def _place_label(place: Place) -> str:
    return ", ".join(dict.fromkeys(part for part in (place.name, place.municipality) if part))


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
