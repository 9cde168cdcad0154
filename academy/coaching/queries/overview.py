"""The coordinator's Monday: what is late or needs somebody. Dates, figures and names; no text.

Every list holds at most `MOST` rows, most urgent first, and counts all there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching import policies, rules
from academy.coaching.models import AgreedAction, CoachingPlan, LogEntry, Signal
from academy.coaching.queries.plans import full_name
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor
from academy.people.models import Person

Coach = aliased(Person, name="coach")
Raiser = aliased(Person, name="raiser")
Assigned = aliased(Person, name="assigned")
MOST = 50


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One plan that needs somebody: since when, and who guides."""

    plan_id: int
    person_name: str
    coach_name: str
    coach_phone: str
    state: str
    day: date
    last_contact_on: date | None


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One agreement that is late; its text is not for the coordinator's list."""

    plan_id: int
    person_name: str
    coach_name: str
    owner: str
    due_on: date


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One open signal: that it is, and who follows up."""

    id: int
    plan_id: int
    person_name: str
    raised_by: str
    raised_on: date
    kind: str
    severity: str
    note: str
    state: str
    assigned_to: str
    assigned_to_id: int | None
    follow_up_by: date
    is_overdue: bool
    held_back_until: date | None


@dataclass(frozen=True, slots=True)
class CoachRow:
    """One coach: how many people, and when they last wrote."""

    coach_id: int
    name: str
    phone: str
    plans: int
    last_entry_on: date | None
    is_silent: bool
    is_full: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the coordinator needs to know about coaching in the region today."""

    to_match: tuple[PlanRow, ...]
    contacts_overdue: tuple[PlanRow, ...]
    signals: tuple[SignalRow, ...]
    actions_overdue: tuple[ActionRow, ...]
    reviews_due: tuple[PlanRow, ...]
    energy_low: tuple[PlanRow, ...]
    paused: tuple[PlanRow, ...]
    coaches: tuple[CoachRow, ...]


def overview(actor: Actor, today: date) -> Overview:
    """Return what is due in the region of `actor`, in eight statements whatever its size."""
    live = CoachingPlan.state.in_(rules.LIVE_STATES)
    return Overview(
        to_match=_to_match(actor),
        contacts_overdue=contacts_overdue(actor, today),
        signals=open_signals(actor, today),
        actions_overdue=actions_overdue(actor, today),
        reviews_due=_plans(
            actor,
            live,
            CoachingPlan.yearly_review_due <= today + rules.REVIEW_SOON,
            day=CoachingPlan.yearly_review_due,
        ),
        energy_low=_plans(
            actor, live, CoachingPlan.is_energy_low, day=CoachingPlan.last_contact_on
        ),
        paused=_plans(actor, CoachingPlan.state == "paused", day=CoachingPlan.paused_until),
        coaches=coach_rows(actor, today),
    )


def _to_match(actor: Actor, *conditions: Any) -> tuple[PlanRow, ...]:
    waiting = CoachingPlan.state.in_(("to_match", "proposed"))
    return _plans(actor, waiting, *conditions, day=CoachingPlan.match_by)


def unmatched(actor: Actor, today: date) -> tuple[PlanRow, ...]:
    """Return the plans that should have had a coach by now, longest first."""
    return _to_match(actor, CoachingPlan.match_by < today)


def contacts_overdue(actor: Actor, today: date) -> tuple[PlanRow, ...]:
    """Return the plans whose contact is more than a week late, longest first."""
    return _plans(
        actor,
        CoachingPlan.state.in_(rules.LIVE_STATES),
        CoachingPlan.next_contact_due < rules.overdue_before(today),
        day=CoachingPlan.next_contact_due,
    )


def _plans(actor: Actor, *conditions: Any, day: Any) -> tuple[PlanRow, ...]:
    rows = db.session.execute(
        sa.select(
            CoachingPlan.id,
            Person,
            Coach,
            CoachingPlan.state,
            day,
            CoachingPlan.last_contact_on,
        )
        .join_from(CoachingPlan, Person, Person.id == CoachingPlan.person_id)
        .outerjoin(Coach, Coach.id == CoachingPlan.coach_id)
        .where(policies.within_region(actor), *conditions)
        .order_by(day, CoachingPlan.id)
        .limit(MOST)
    )
    return tuple(
        PlanRow(
            plan_id,
            person.display_name,
            full_name(coach),
            (coach.phone or "") if coach is not None else "",
            state,
            when,
            last,
        )
        for plan_id, person, coach, state, when, last in rows
    )


def actions_overdue(actor: Actor, today: date) -> tuple[ActionRow, ...]:
    """Return the agreements whose day has gone by, longest first."""
    rows = db.session.execute(
        sa.select(CoachingPlan.id, Person, Coach, AgreedAction.owner, AgreedAction.due_on)
        .join_from(AgreedAction, CoachingPlan, CoachingPlan.id == AgreedAction.plan_id)
        .join(LogEntry, LogEntry.id == AgreedAction.entry_id)
        .join(Person, Person.id == CoachingPlan.person_id)
        .outerjoin(Coach, Coach.id == CoachingPlan.coach_id)
        .where(
            policies.within_region(actor),
            CoachingPlan.state.in_(rules.LIVE_STATES),
            LogEntry.state != "draft",
            AgreedAction.state == "open",
            AgreedAction.due_on < today,
        )
        .order_by(AgreedAction.due_on, AgreedAction.id)
        .limit(MOST)
    )
    return tuple(
        ActionRow(plan_id, person.display_name, full_name(coach), owner, due)
        for plan_id, person, coach, owner, due in rows
    )


def open_signals(actor: Actor, today: date) -> tuple[SignalRow, ...]:
    """Return the signals of the region that are not closed, first due first."""
    return _signals(policies.within_region(actor), today)


def signals_of_plan(plan_id: int, today: date) -> tuple[SignalRow, ...]:
    """Return the signals about the person of one plan that are not closed."""
    return _signals(CoachingPlan.id == plan_id, today)


def _signals(condition: sa.ColumnElement[bool], today: date) -> tuple[SignalRow, ...]:
    latest = sa.select(sa.func.max(CoachingPlan.id)).group_by(CoachingPlan.person_id)
    rows = db.session.execute(
        sa.select(Signal, CoachingPlan.id, Person, Raiser, Assigned)
        .join_from(Signal, CoachingPlan, CoachingPlan.person_id == Signal.person_id)
        .join(Person, Person.id == Signal.person_id)
        .join(Raiser, Raiser.id == Signal.raised_by_id)
        .outerjoin(Assigned, Assigned.id == Signal.assigned_to_id)
        .where(condition, CoachingPlan.id.in_(latest), Signal.state != "closed")
        .order_by(Signal.follow_up_by, Signal.id)
        .limit(MOST)
    )
    return tuple(
        SignalRow(
            id=signal.id,
            plan_id=plan_id,
            person_name=person.display_name,
            raised_by=raiser.display_name,
            raised_on=signal.raised_on,
            kind=signal.kind,
            severity=signal.severity,
            note=signal.note,
            state=signal.state,
            assigned_to=full_name(assigned),
            assigned_to_id=signal.assigned_to_id,
            follow_up_by=signal.follow_up_by,
            is_overdue=signal.follow_up_by < today,
            held_back_until=signal.held_back_until,
        )
        for signal, plan_id, person, raiser, assigned in rows
    )


def own_signals(person_id: int, today: date) -> tuple[SignalRow, ...]:
    """Return what a participant sees of signals about them: not those held back for safety."""
    found = _signals(CoachingPlan.person_id == person_id, today)
    return tuple(
        one for one in found if one.held_back_until is None or one.held_back_until <= today
    )


def coach_rows(actor: Actor, today: date) -> tuple[CoachRow, ...]:
    """Return the coaches with people in the region, and whether they are silent or full."""
    guided = (
        sa.select(
            CoachingPlan.coach_id.label("coach_id"),
            sa.func.min(CoachingPlan.started_on).label("since"),
        )
        .where(policies.within_region(actor), CoachingPlan.state.in_(rules.LIVE_STATES))
        .group_by(CoachingPlan.coach_id)
        .subquery()
    )
    load = (
        sa.select(sa.func.count())
        .where(
            CoachingPlan.coach_id == guided.c.coach_id,
            CoachingPlan.state.in_(rules.LIVE_STATES),
        )
        .scalar_subquery()
    )
    last = (
        sa.select(sa.func.max(LogEntry.happened_on))
        .where(LogEntry.coach_id == guided.c.coach_id, LogEntry.state != "draft")
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Person, guided.c.since, load, last)
        .join(guided, guided.c.coach_id == Person.id)
        .order_by(Person.sort_key, Person.id)
        .limit(MOST)
    )
    return tuple(
        CoachRow(
            coach_id=person.id,
            name=person.display_name,
            phone=person.phone or "",
            plans=plans,
            last_entry_on=last_on,
            is_silent=rules.is_silent(last_on, since or today, today),
            is_full=plans > rules.MOST_PLANS,
        )
        for person, since, plans, last_on in rows
    )


@dataclass(frozen=True, slots=True)
class ActionCount:
    """How many agreements of a plan are open, how many late, and the first day due."""

    open: int
    overdue: int
    first_due: date | None


def action_count(plan_id: int, today: date) -> ActionCount:
    """Return the number and due dates of a plan's open agreements, without their text."""
    late = sa.func.sum(sa.case((AgreedAction.due_on < today, 1), else_=0))
    row = db.session.execute(
        sa.select(sa.func.count(AgreedAction.id), late, sa.func.min(AgreedAction.due_on))
        .join(LogEntry, LogEntry.id == AgreedAction.entry_id)
        .where(
            AgreedAction.plan_id == plan_id,
            AgreedAction.state == "open",
            LogEntry.state != "draft",
        )
    ).one()
    return ActionCount(row[0], int(row[1] or 0), row[2])


@dataclass(frozen=True, slots=True)
class OwnNews:
    """What waits for a participant: entries not read yet, open and late agreements, a proposal."""

    unread: int
    open_actions: int
    overdue_actions: int
    first_due: date | None


def own_news(plan_id: int, *, today: date, unread_since: Any) -> OwnNews:
    """Return what is new in one's own log since an instant; figures only."""
    unread = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(LogEntry)
        .where(
            LogEntry.plan_id == plan_id,
            LogEntry.state == "shared",
            LogEntry.seen_at.is_(None),
            LogEntry.shared_at > unread_since,
        )
    )
    own = AgreedAction.owner == "participant"
    late = sa.func.sum(sa.case((AgreedAction.due_on < today, 1), else_=0))
    row = db.session.execute(
        sa.select(sa.func.count(AgreedAction.id), late, sa.func.min(AgreedAction.due_on))
        .join(LogEntry, LogEntry.id == AgreedAction.entry_id)
        .where(
            AgreedAction.plan_id == plan_id,
            AgreedAction.state == "open",
            LogEntry.state != "draft",
            own,
        )
    ).one()
    return OwnNews(unread or 0, row[0], int(row[1] or 0), row[2])


def plan_id_of_signal(signal_id: int) -> int:
    """Return the latest plan of whom a signal is about. Raises NotFoundError."""
    plan_id = db.session.scalar(
        sa.select(sa.func.max(CoachingPlan.id))
        .join(Signal, Signal.person_id == CoachingPlan.person_id)
        .where(Signal.id == signal_id)
    )
    if plan_id is None:
        raise NotFoundError
    return plan_id


def urgent_plans(actor: Actor, today: date) -> tuple[PlanRow, ...]:
    """Return what the coordinator's home shows: nobody guides, or contact is late."""
    overdue = sa.and_(
        CoachingPlan.state.in_(rules.LIVE_STATES),
        CoachingPlan.next_contact_due < rules.overdue_before(today),
    )
    unmatched = CoachingPlan.state.in_(("to_match", "proposed"))
    day = sa.case((unmatched, CoachingPlan.match_by), else_=CoachingPlan.next_contact_due)
    return _plans(actor, sa.or_(overdue, unmatched), day=day)


def count_actions_overdue(actor: Actor, today: date) -> int:
    """Return how many agreements in the region are late."""
    found = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(AgreedAction)
        .join(CoachingPlan, CoachingPlan.id == AgreedAction.plan_id)
        .join(LogEntry, LogEntry.id == AgreedAction.entry_id)
        .where(
            policies.within_region(actor),
            CoachingPlan.state.in_(rules.LIVE_STATES),
            LogEntry.state != "draft",
            AgreedAction.state == "open",
            AgreedAction.due_on < today,
        )
    )
    return found or 0
