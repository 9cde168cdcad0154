"""Which messages about coaching fall due: for coaches, participants and coordinators. No text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from academy.coaching import policies, rules
from academy.coaching.models import (
    AgreedAction,
    CoachingPlan,
    LogEntry,
    PlanSheet,
    PlanStep,
    Signal,
)
from academy.coaching.queries.cover import covers_between, who_guides
from academy.coaching.queries.overseers import overseers, told_about
from academy.coaching.queries.signals_care import open_signals
from academy.kernel import clock, policy
from academy.kernel.db import db
from academy.kernel.messages.declared import Due, Window
from academy.kernel.policy import Actor
from academy.people.models import Grant
from academy.people.queries.actors import place_and_below

HOUR = 8
ACTION_HOUR = 9
WEEK = timedelta(days=7)


def contacts(window: Window) -> Iterator[Due]:
    """Yield, on the Monday of the week, the contacts that a coach has to make."""
    for plan_id, coach_id, due_on in _contacts(window, WEEK):
        monday = due_on - timedelta(days=due_on.weekday())
        yield Due(
            key=f"contact-{plan_id}-{due_on:%Y%m%d}-{coach_id}",
            person_id=coach_id,
            due_at=clock.local(monday, HOUR),
            use_by=clock.local(monday + WEEK),
            ids={"plan_id": plan_id, "due_on": due_on.isoformat()},
        )


def late_contacts(window: Window) -> Iterator[Due]:
    """Yield the contacts that are more than a week late, once."""
    late = rules.TOLERANCE + timedelta(days=1)
    for plan_id, coach_id, due_on in _contacts(window, -late):
        yield Due(
            key=f"contact-{plan_id}-{due_on:%Y%m%d}-late-{coach_id}",
            person_id=coach_id,
            due_at=clock.local(due_on + late, HOUR),
            ids={"plan_id": plan_id, "due_on": due_on.isoformat()},
        )


def escalations(window: Window) -> Iterator[Due]:
    """Yield the contacts that are two weeks late, once, to the coordinator who looks after it."""
    among = overseers(_day(window.until))
    asked = None if window.people is None else set(db.session.scalars(window.people))
    for plan in _late_plans(window):
        told = told_about(plan.place_id, among, person_id=plan.person_id, rather_not=plan.coach_id)
        if told is None or (asked is not None and told.person_id not in asked):
            continue
        due_on = plan.next_contact_due
        yield Due(
            key=f"contact-{plan.id}-{due_on:%Y%m%d}-escalated-{told.person_id}",
            person_id=told.person_id,
            due_at=clock.local(rules.escalates_on(due_on), HOUR),
            ids={"plan_id": plan.id, "due_on": due_on.isoformat()},
        )


def _late_plans(window: Window) -> Any:
    return db.session.execute(
        sa.select(
            CoachingPlan.id,
            CoachingPlan.place_id,
            CoachingPlan.person_id,
            CoachingPlan.coach_id,
            CoachingPlan.next_contact_due,
        ).where(
            CoachingPlan.is_awake(CoachingPlan.next_contact_due),
            CoachingPlan.next_contact_due >= _day(window.since) - rules.ESCALATE_AFTER,
            CoachingPlan.next_contact_due <= _day(window.until) - rules.ESCALATE_AFTER,
        )
    )


def _contacts(window: Window, ahead: timedelta) -> Iterator[tuple[int, int, date]]:
    """Yield contacts that are to be made, and by whom; `ahead` is how long before it the mail goes.

    While a coach is away it is who stands in, with everybody whom that one may guide.
    """
    first = _day(window.since) + min(ahead, timedelta())
    last = _day(window.until) + ahead
    covers = covers_between(first, max(last, last - ahead))
    asked = None if window.people is None else set(db.session.scalars(window.people))
    covered = {one.coach_id for one in covers if asked is None or one.cover_id in asked}
    rows = db.session.execute(
        sa.select(
            CoachingPlan.id,
            CoachingPlan.person_id,
            CoachingPlan.coach_id,
            CoachingPlan.next_contact_due,
        ).where(
            CoachingPlan.is_awake(CoachingPlan.next_contact_due),
            CoachingPlan.next_contact_due >= first,
            CoachingPlan.next_contact_due <= last,
            sa.or_(window.about(CoachingPlan.coach_id), CoachingPlan.coach_id.in_(covered)),
        )
    )
    for plan_id, person_id, coach_id, due_on in rows:
        if coach_id is None or due_on is None:
            continue
        guide = who_guides(person_id, coach_id, max(due_on, due_on - ahead), covers)
        if asked is None or guide in asked:
            yield plan_id, guide, due_on


def own_actions(window: Window) -> Iterator[Due]:
    """Yield, on their day, the agreements that participants made for themselves."""
    yield from _actions(window, "participant", CoachingPlan.person_id, ACTION_HOUR)


def coach_actions(window: Window) -> Iterator[Due]:
    """Yield, on their day, the agreements that coaches made for themselves."""
    yield from _actions(window, "coach", CoachingPlan.coach_id, HOUR)


def _actions(window: Window, owner: str, who: Any, hour: int) -> Iterator[Due]:
    rows = db.session.execute(
        sa.select(AgreedAction.id, who, AgreedAction.due_on)
        .join(CoachingPlan, CoachingPlan.id == AgreedAction.plan_id)
        .join(LogEntry, LogEntry.id == AgreedAction.entry_id)
        .where(
            AgreedAction.owner == owner,
            AgreedAction.state == "open",
            AgreedAction.due_on >= _day(window.since),
            AgreedAction.due_on <= _day(window.until),
            LogEntry.state != "draft",
            CoachingPlan.is_awake(AgreedAction.due_on),
            window.about(who),
        )
    )
    for action_id, person_id, due_on in rows:
        yield Due(
            key=f"action-{action_id}-{due_on:%Y%m%d}-{person_id}",
            person_id=person_id,
            due_at=clock.local(due_on, hour),
            ids={"action_id": action_id},
        )


def own_steps(window: Window) -> Iterator[Due]:
    """Yield, on their day, the steps of a plan that participants take themselves."""
    due_on = PlanStep.open_due_on
    rows = db.session.execute(
        sa.select(PlanStep.id, CoachingPlan.person_id, due_on)
        .join_from(PlanStep, PlanSheet, PlanSheet.id == PlanStep.sheet_id)
        .join(CoachingPlan, CoachingPlan.id == PlanSheet.plan_id)
        .where(
            PlanStep.owner == "participant",
            due_on >= _day(window.since),
            due_on <= _day(window.until),
            CoachingPlan.is_awake(due_on),
            window.about(CoachingPlan.person_id),
        )
    )
    for step_id, person_id, day in rows:
        if day is None:
            continue
        yield Due(
            key=f"step-{step_id}-{day:%Y%m%d}-{person_id}",
            person_id=person_id,
            due_at=clock.local(day, ACTION_HOUR),
            ids={"step_id": step_id},
        )


# --- the coordinator's Monday ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Overseer:
    person_id: int
    valid_from: date
    valid_to: date | None
    places: frozenset[int] | None
    """The places in reach; None: everywhere."""

    def sees(self, place_id: int | None) -> bool:
        return self.places is None or place_id in self.places


def mondays(window: Window) -> Iterator[Due]:
    """Yield, every Monday on which something in the region is late, the coordinator's overview."""
    overseers = _overseers(window)
    late_from = _late_from() if overseers else {}
    for monday in _mondays(window):
        told = {
            one.person_id
            for one in overseers
            if policy.holds_on(one.valid_from, one.valid_to, monday)
            and any(day <= monday and one.sees(place) for place, day in late_from.items())
        }
        for person_id in sorted(told):
            yield Due(
                key=f"region-{monday:%Y%m%d}-{person_id}",
                person_id=person_id,
                due_at=clock.local(monday, HOUR),
                use_by=clock.local(monday + WEEK),
                ids={"coordinator_id": person_id},
            )


def _mondays(window: Window) -> Iterator[date]:
    day = _day(window.since)
    monday = day + timedelta(days=-day.weekday() % 7)
    while monday <= _day(window.until):
        yield monday
        monday += WEEK


def _overseers(window: Window) -> list[_Overseer]:
    rows = db.session.execute(
        sa.select(
            Grant.person_id, Grant.valid_from, Grant.valid_to, Grant.scope_kind, Grant.scope_id
        ).where(
            Grant.role == "coordinator",
            Grant.scope_kind.in_(("everything", "place")),
            Grant.confirmed_on.is_not(None),
            window.about(Grant.person_id),
        )
    ).all()
    below = place_and_below({row.scope_id for row in rows if row.scope_id is not None})
    return [
        _Overseer(
            row.person_id,
            row.valid_from,
            row.valid_to,
            None if row.scope_id is None else frozenset(below.get(row.scope_id, ())),
        )
        for row in rows
    ]


def _late_from() -> dict[int | None, date]:
    """Return per place the first day on which something is late: see what `told.region` counts."""
    day = timedelta(days=1)
    found: dict[int | None, date] = {}
    for statement, wait in (
        (_first_of(CoachingPlan.next_contact_due, *rules.LIVE_STATES), rules.TOLERANCE + day),
        (_first_of(CoachingPlan.match_by, "to_match", "proposed"), day),
        (open_signals(CoachingPlan.place_id, sa.func.min(Signal.follow_up_by)), day),
        (_first_action(), day),
        (_first_review(rests=False), day),
        (_first_review(rests=True), timedelta()),
    ):
        for place_id, first in db.session.execute(statement.group_by(CoachingPlan.place_id)):
            if first is not None:
                found[place_id] = min(first + wait, found.get(place_id, date.max))
    return found


def _first_of(column: Any, *states: str) -> sa.Select[Any]:
    return sa.select(CoachingPlan.place_id, sa.func.min(column)).where(
        CoachingPlan.state.in_(states), column.is_not(None)
    )


def _first_review(*, rests: bool) -> sa.Select[Any]:
    """Return the first review of a place, or the first day of return to one that is late by then.

    During a pause nothing is late.
    """
    review, back = CoachingPlan.yearly_review_due, CoachingPlan.paused_until
    is_late_then = sa.and_(CoachingPlan.state == "paused", back > review)
    first: Any = sa.func.min(back if rests else review)
    return sa.select(CoachingPlan.place_id, first).where(
        CoachingPlan.state.in_(rules.LIVE_STATES), is_late_then if rests else ~is_late_then
    )


def _first_action() -> sa.Select[Any]:
    first: Any = sa.func.min(AgreedAction.due_on)
    return (
        sa.select(CoachingPlan.place_id, first)
        .join_from(AgreedAction, CoachingPlan, CoachingPlan.id == AgreedAction.plan_id)
        .join(LogEntry, LogEntry.id == AgreedAction.entry_id)
        .where(
            AgreedAction.state == "open",
            LogEntry.state != "draft",
            CoachingPlan.is_awake(clock.today()),
        )
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.AMSTERDAM).date()


def people_of(actor: Actor) -> sa.Select[int]:
    """Return who is guided, and who guides, in a coordinator's region."""
    region = policies.within_region(actor)
    guided = sa.select(CoachingPlan.person_id).where(region)
    coaches = sa.select(CoachingPlan.coach_id).where(region, CoachingPlan.coach_id.is_not(None))
    people = guided.union(coaches).subquery()
    return sa.select(people.c.person_id)
