"""What client organisations and coordinators promised in talks, and whether they kept it.

The coordinator reads the text of these agreements only: they are about their own work or that of
the organisation, not about what people told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from academy.coaching import policies, rules
from academy.coaching.models import AgreedAction, CoachingPlan, LogEntry, PlanSheet, PlanStep
from academy.coaching.queries.plans import call_name
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor
from academy.people.models import Organisation, Person, Place

OWNERS = ("client", "coordinator")
MOST_LEVELS = 6
"""How deep places lie in each other: street, neighbourhood, district, and some to spare."""
MOST_ORGANISATIONS = 60
PAGE_SIZE = 20


def organisation_near(place_id: int | None) -> int | None:
    """Return the client organisation of a place, or of the nearest place around it that has one."""
    for _level in range(MOST_LEVELS):
        if place_id is None:
            return None
        row = db.session.execute(
            sa.select(Place.client_organisation_id, Place.parent_id).where(Place.id == place_id)
        ).one_or_none()
        if row is None or row.client_organisation_id is not None:
            return row.client_organisation_id if row else None
        place_id = row.parent_id
    return None


@dataclass(frozen=True, slots=True)
class PromisePattern:
    """How one organisation keeps its promises: since a year ago, in the region of who asks."""

    organisation_id: int | None
    name: str
    made: int
    broken: int
    open_late: int
    oldest_due: date | None
    """The first day of those that are open and late; None when there are none."""


def promise_patterns(actor: Actor, today: date, since: date) -> tuple[PromisePattern, ...]:
    """Return the organisations that promised something since a day, most often broken first."""
    late = sa.and_(AgreedAction.state == "open", AgreedAction.due_on < today)
    broken = sa.func.sum(sa.case((_is_broken(today), 1), else_=0))
    rows = db.session.execute(
        sa.select(
            AgreedAction.organisation_id,
            Organisation.name,
            sa.func.count(AgreedAction.id),
            broken,
            sa.func.sum(sa.case((late, 1), else_=0)),
            sa.func.min(sa.case((late, AgreedAction.due_on))),
        )
        .join_from(AgreedAction, CoachingPlan, CoachingPlan.id == AgreedAction.plan_id)
        .join(LogEntry, LogEntry.id == AgreedAction.entry_id)
        .outerjoin(Organisation, Organisation.id == AgreedAction.organisation_id)
        .where(
            policies.within_region(actor),
            AgreedAction.owner == "client",
            LogEntry.state != "draft",
            LogEntry.happened_on >= since,
        )
        .group_by(AgreedAction.organisation_id, Organisation.name)
        .order_by(broken.desc(), Organisation.name)
        .limit(MOST_ORGANISATIONS)
    )
    return tuple(
        PromisePattern(organisation_id, name or "", made, int(broke), int(open_late), oldest)
        for organisation_id, name, made, broke, open_late, oldest in rows
    )


def _is_broken(today: date) -> sa.ColumnElement[bool]:
    """Say in SQL what `rules.is_broken` says."""
    promised = sa.func.coalesce(AgreedAction.first_due_on, AgreedAction.due_on)
    return sa.case(
        (AgreedAction.state == "open", promised < today),
        else_=AgreedAction.done_on > promised,
    )


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One open agreement of a client organisation or of the coordinator."""

    action_id: int
    plan_id: int
    owner: str
    organisation: str
    person_name: str
    text: str
    due_on: date
    first_due_on: date | None
    is_overdue: bool
    done_on: date | None
    state: str


def open_promises(
    actor: Actor, today: date, *, after: str | None = None, limit: int = PAGE_SIZE
) -> Page[PromiseRow]:
    """Return what organisations and coordinators still have to do in the region, oldest first."""
    statement = (
        _promises(actor)
        .where(AgreedAction.state == "open")
        .order_by(AgreedAction.due_on, AgreedAction.id)
        .limit(limit + 1)
    )
    last = from_cursor(after, date, int)
    if last is not None:
        key = sa.tuple_(AgreedAction.due_on, AgreedAction.id)
        statement = statement.where(key > sa.tuple_(sa.literal(last[0], sa.Date), last[1]))
    rows = [_row(today, *row) for row in db.session.execute(statement)]
    found = tuple(rows[:limit])
    more = len(rows) > limit
    return Page(found, to_cursor(found[-1].due_on, found[-1].action_id) if more else None)


def settled_promises(actor: Actor, today: date) -> tuple[PromiseRow, ...]:
    """Return what was settled in the last seven days, to take back, latest first."""
    statement = (
        _promises(actor)
        .where(AgreedAction.done_on > today - rules.TAKEN_BACK_WITHIN)
        .order_by(AgreedAction.done_on.desc(), AgreedAction.id.desc())
        .limit(PAGE_SIZE)
    )
    return tuple(_row(today, *row) for row in db.session.execute(statement))


def _promises(actor: Actor) -> Any:
    return (
        sa.select(AgreedAction, Organisation.name, Person)
        .join_from(AgreedAction, CoachingPlan, CoachingPlan.id == AgreedAction.plan_id)
        .join(LogEntry, LogEntry.id == AgreedAction.entry_id)
        .join(Person, Person.id == CoachingPlan.person_id)
        .outerjoin(Organisation, Organisation.id == AgreedAction.organisation_id)
        .where(
            policies.within_region(actor),
            CoachingPlan.state.in_(rules.LIVE_STATES),
            AgreedAction.owner.in_(OWNERS),
            LogEntry.state != "draft",
        )
    )


def _row(today: date, action: AgreedAction, organisation: str | None, person: Person) -> PromiseRow:
    return PromiseRow(
        action_id=action.id,
        plan_id=action.plan_id,
        owner=action.owner,
        organisation=organisation or "",
        person_name=person.display_name,
        text=action.text,
        due_on=action.due_on,
        first_due_on=action.first_due_on,
        is_overdue=action.due_on < today,
        done_on=action.done_on,
        state=action.state,
    )


def plan_of_promise(action_id: int, actor: Actor) -> int:
    """Return the plan of a promise in the region of `actor`. Raises NotFoundError."""
    plan_id = db.session.scalar(
        sa.select(AgreedAction.plan_id)
        .join(CoachingPlan, CoachingPlan.id == AgreedAction.plan_id)
        .where(
            AgreedAction.id == action_id,
            AgreedAction.owner.in_(OWNERS),
            policies.within_region(actor),
        )
    )
    if plan_id is None:
        raise NotFoundError
    return plan_id


@dataclass(frozen=True, slots=True)
class CoachAction:
    """That a coach promised something whose day has gone by; without its words."""

    plan_id: int
    call_name: str
    due_on: date


def late_coach_actions(actor: Actor, today: date, *, most: int = 5) -> tuple[CoachAction, ...]:
    """Return what this coach promised people they guide and did not do in time, oldest first.

    What a talk agreed, and the steps of a plan that counts.
    """
    guided = sa.and_(
        policies.within_guided(actor, CoachingPlan.person_id), CoachingPlan.is_awake(today)
    )
    agreed = (
        sa.select(AgreedAction.plan_id, CoachingPlan.person_id, AgreedAction.due_on.label("day"))
        .join_from(AgreedAction, CoachingPlan, CoachingPlan.id == AgreedAction.plan_id)
        .join(LogEntry, LogEntry.id == AgreedAction.entry_id)
        .where(
            guided,
            AgreedAction.owner == "coach",
            AgreedAction.state == "open",
            AgreedAction.due_on < today,
            LogEntry.state != "draft",
        )
    )
    steps = (
        sa.select(PlanSheet.plan_id, CoachingPlan.person_id, PlanStep.open_due_on.label("day"))
        .join_from(PlanStep, PlanSheet, PlanSheet.id == PlanStep.sheet_id)
        .join(CoachingPlan, CoachingPlan.id == PlanSheet.plan_id)
        .where(guided, PlanStep.owner == "coach", PlanStep.open_due_on < today)
    )
    late = sa.union_all(agreed, steps).subquery()
    rows = db.session.execute(
        sa.select(late.c.plan_id, Person, late.c.day)
        .join_from(late, Person, Person.id == late.c.person_id)
        .order_by(late.c.day, late.c.plan_id)
        .limit(most)
    )
    return tuple(
        CoachAction(plan_id, call_name(person), due_on) for plan_id, person, due_on in rows
    )
