"""Plans: whose, where, what is due. No text of a talk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching import policies, rules
from academy.coaching.models import (
    AgreedAction,
    CoachingPlan,
    CoachTransfer,
    LogEntry,
    PlanSheet,
    PlanStep,
)
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor
from academy.people.models import Person, Place
from certificates.models import Certificate
from courses.models import Cohort, Enrolment

Coach = aliased(Person, name="coach")
MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class CertificateOrigin:
    """The number of a certificate and where its course was given."""

    number: str
    place_id: int | None


def certificate_origin(certificate_id: int) -> CertificateOrigin:
    """Return number and place of a certificate. Raises NotFoundError."""
    row = db.session.execute(
        sa.select(Certificate.number, Cohort.place_id)
        .join(Enrolment, Enrolment.id == Certificate.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Certificate.id == certificate_id)
    ).first()
    if row is None:
        raise NotFoundError
    return CertificateOrigin(row.number, row.place_id)


@dataclass(frozen=True, slots=True)
class PlanHead:
    """What stands above a plan's pages."""

    id: int
    person_id: int
    earlier_id: int | None
    person_name: str
    call_name: str
    phone: str
    support: str
    place_id: int | None
    place_name: str
    coach_id: int | None
    coach_name: str
    coach_call_name: str
    coach_phone: str
    state: str
    stand: str
    """The state to show: once the last day of a pause came, it runs again."""
    goal: str
    rhythm_days: int
    channel: str
    certificate_number: str
    opened_on: date
    match_by: date
    coach_yes_on: date | None
    participant_yes_on: date | None
    started_on: date | None
    yearly_review_due: date | None
    transferred_from_id: int | None
    transferred_on: date | None
    paused_on: date | None
    paused_until: date | None
    stopped_on: date | None
    goodbye_on: date | None
    last_contact_on: date | None
    next_contact_due: date | None
    has_handover: bool
    """Whether somebody else guided before, so that the participant is asked about the old talks."""

    @property
    def is_live(self) -> bool:
        """Whether coach and participant said yes and it did not stop."""
        return self.state in rules.LIVE_STATES


_OWN_COLUMNS = (
    CoachingPlan.id,
    CoachingPlan.person_id,
    CoachingPlan.earlier_id,
    CoachingPlan.place_id,
    CoachingPlan.coach_id,
    CoachingPlan.state,
    CoachingPlan.goal,
    CoachingPlan.rhythm_days,
    CoachingPlan.channel,
    CoachingPlan.certificate_number,
    CoachingPlan.opened_on,
    CoachingPlan.match_by,
    CoachingPlan.coach_yes_on,
    CoachingPlan.participant_yes_on,
    CoachingPlan.started_on,
    CoachingPlan.yearly_review_due,
    CoachingPlan.transferred_from_id,
    CoachingPlan.transferred_on,
    CoachingPlan.paused_on,
    CoachingPlan.paused_until,
    CoachingPlan.stopped_on,
    CoachingPlan.goodbye_on,
    CoachingPlan.last_contact_on,
    CoachingPlan.next_contact_due,
)


_AGREED = (
    sa.select(sa.func.max(PlanSheet.id))
    .where(PlanSheet.plan_id == CoachingPlan.id, PlanSheet.agreed_at.is_not(None))
    .correlate(CoachingPlan)
    .scalar_subquery()
)

_HANDED = sa.exists().where(CoachTransfer.plan_id == CoachingPlan.id).correlate(CoachingPlan)


def _head(condition: sa.ColumnElement[bool]) -> PlanHead | None:
    """Return the latest plan that fits, with the goal that was agreed last."""
    row = db.session.execute(
        sa.select(Person, Coach, Place.name, PlanSheet.goal, _HANDED.label("handed"), *_OWN_COLUMNS)
        .select_from(CoachingPlan)
        .join(Person, Person.id == CoachingPlan.person_id)
        .outerjoin(Coach, Coach.id == CoachingPlan.coach_id)
        .outerjoin(Place, Place.id == CoachingPlan.place_id)
        .outerjoin(PlanSheet, PlanSheet.id == _AGREED)
        .where(condition)
        .order_by(CoachingPlan.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    person, coach, place_name, agreed_goal, has_handover, *own = row
    plan_has_coach = bool(row.coach_id)
    values = dict(zip((column.key for column in _OWN_COLUMNS), own, strict=True))
    values["goal"] = agreed_goal or values["goal"]
    return PlanHead(
        person_name=person.display_name,
        call_name=call_name(person),
        phone=person.phone or "",
        support=person.support,
        place_name=place_name or "",
        coach_name=full_name(coach),
        coach_call_name=call_name(coach) if plan_has_coach else "",
        coach_phone=(coach.phone or "") if plan_has_coach else "",
        has_handover=bool(has_handover),
        stand=_stand(row.state, row.paused_until),
        **values,
    )


def _stand(state: str, paused_until: date | None) -> str:
    is_over = state == "paused" and not rules.rests(state, paused_until, clock.today())
    return "active" if is_over else state


def full_name(person: Person | None) -> str:
    """Return the name as people say it, or nothing for nobody."""
    return "" if person is None else person.display_name


def call_name(person: Any) -> str:
    """Return how one calls a person: the call name, or the only name there is."""
    return str(person.call_name or person.display_name)


def get_call_name(person_id: int) -> str:
    """Return how one calls a person. Raises NotFoundError."""
    name = db.session.scalar(sa.select(Person.call_name).where(Person.id == person_id))
    if name:
        return name
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFoundError
    return call_name(person)


def get_guided_plan(plan_id: int, actor: Actor) -> PlanHead:
    """Return the plan if `actor` guides that person today. Raises NotFoundError."""
    return _found(
        _head(
            sa.and_(
                CoachingPlan.id == plan_id,
                policies.within_guided(actor, CoachingPlan.person_id),
            )
        )
    )


def get_overseen_plan(plan_id: int, actor: Actor) -> PlanHead:
    """Return the plan if it lies in the region of `actor`, without its goal: that is theirs.

    Raises NotFoundError.
    """
    head = _head(sa.and_(CoachingPlan.id == plan_id, policies.within_region(actor)))
    return replace(_found(head), goal="")


def get_near_plan(plan_id: int, actor: Actor) -> PlanHead:
    """Return the plan if `actor` guides that person or oversees the region."""
    near = sa.or_(
        policies.within_guided(actor, CoachingPlan.person_id), policies.within_region(actor)
    )
    return replace(_found(_head(sa.and_(CoachingPlan.id == plan_id, near))), goal="")


def find_plan_head(plan_id: int) -> PlanHead | None:
    """Return a plan for whoever checked that it may be seen: an export, a command; or None."""
    return _head(CoachingPlan.id == plan_id)


def has_own_plan(actor: Actor) -> sa.ColumnElement[bool]:
    """Return whether somebody has a coaching plan of their own, whatever its state."""
    return sa.exists().where(CoachingPlan.person_id == actor.person_id)


def find_own_plan(person_id: int) -> PlanHead | None:
    """Return the latest plan of a person, or None."""
    return _head(CoachingPlan.person_id == person_id)


def get_newest(plan: PlanHead) -> PlanHead:
    """Return the newest plan of that person: this one, or what began again after it."""
    return _found(_head(CoachingPlan.person_id == plan.person_id))


def find_overseen_earlier(plan: PlanHead, actor: Actor) -> int | None:
    """Return the plan before this one, if it lies in the region of `actor` too."""
    if plan.earlier_id is None:
        return None
    found = sa.select(CoachingPlan.id).where(
        CoachingPlan.id == plan.earlier_id, policies.within_region(actor)
    )
    return db.session.scalar(found)


def get_own_earlier(plan_id: int, actor: Actor) -> PlanHead:
    """Return one's own guidance that stopped. Raises NotFoundError."""
    own = CoachingPlan.person_id == actor.person_id
    stopped = CoachingPlan.state == "stopped"
    return _found(_head(sa.and_(CoachingPlan.id == plan_id, own, stopped)))


def _found(head: PlanHead | None) -> PlanHead:
    if head is None:
        raise NotFoundError
    return head


@dataclass(frozen=True, slots=True)
class GuidedRow:
    """One person whom a coach guides, as in the list of whom to call."""

    plan_id: int
    person_name: str
    call_name: str
    phone: str
    state: str
    channel: str
    last_contact_on: date | None
    next_contact_due: date | None
    paused_until: date | None
    has_draft: bool
    open_actions: int
    late_actions: int
    stands_in_for: str
    """Whose coach is away, when the one who asks stands in; else empty."""
    is_overdue: bool
    is_due: bool
    coach_said_yes: bool
    yearly_review_due: date | None
    rests: bool
    """Whether there is a pause today."""


def guided_rows(actor: Actor, today: date) -> list[GuidedRow]:
    """Return the people whom `actor` guides, who is due first on top."""
    drafts = (
        sa.select(sa.func.count())
        .where(
            LogEntry.plan_id == CoachingPlan.id,
            LogEntry.coach_id == actor.person_id,
            LogEntry.state == "draft",
        )
        .scalar_subquery()
    )
    actions = _open_actions()
    late = _open_actions(AgreedAction.due_on < today)
    steps = _open_steps()
    late_steps = _open_steps(PlanStep.open_due_on < today)
    counts = (
        drafts.label("drafts"),
        (actions + steps).label("actions"),
        (late + late_steps).label("late"),
    )
    rows = db.session.execute(
        sa.select(Person, Coach, *_OWN_COLUMNS, *counts)
        .join_from(CoachingPlan, Person, Person.id == CoachingPlan.person_id)
        .outerjoin(Coach, Coach.id == CoachingPlan.coach_id)
        .where(
            policies.within_guided(actor, CoachingPlan.person_id),
            CoachingPlan.state.in_(("proposed", "active", "paused")),
        )
        .order_by(CoachingPlan.next_contact_due.asc().nulls_first(), CoachingPlan.id)
        .limit(MOST_ROWS)
    )
    return [
        GuidedRow(
            plan_id=row.id,
            person_name=row.Person.display_name,
            call_name=call_name(row.Person),
            phone=row.Person.phone or "",
            state=row.state,
            channel=row.channel,
            last_contact_on=row.last_contact_on,
            next_contact_due=row.next_contact_due,
            paused_until=row.paused_until,
            has_draft=bool(row.drafts),
            open_actions=row.actions,
            late_actions=row.late,
            stands_in_for=full_name(row.coach) if row.coach_id != actor.person_id else "",
            is_overdue=row.state != "proposed"
            and rules.contact_overdue(row.next_contact_due, today),
            is_due=row.state != "proposed"
            and row.next_contact_due is not None
            and row.next_contact_due <= today,
            coach_said_yes=row.coach_yes_on is not None,
            yearly_review_due=row.yearly_review_due,
            rests=rules.rests(row.state, row.paused_until, today),
        )
        for row in rows
    ]


def _open_actions(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """Return, for a query of plans, how many agreements of shared talks are to be done."""
    return (
        sa.select(sa.func.count(AgreedAction.id))
        .join(LogEntry, LogEntry.id == AgreedAction.entry_id)
        .where(
            AgreedAction.plan_id == CoachingPlan.id,
            AgreedAction.state == "open",
            LogEntry.state != "draft",
            *conditions,
        )
        .correlate(CoachingPlan)
        .scalar_subquery()
    )


def _open_steps(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """Return, for a query of plans, how many steps of the plan that counts are to be done."""
    return (
        sa.select(sa.func.count(PlanStep.id))
        .join(PlanSheet, PlanSheet.id == PlanStep.sheet_id)
        .where(PlanSheet.plan_id == CoachingPlan.id, PlanStep.open_due_on.is_not(None), *conditions)
        .correlate(CoachingPlan)
        .scalar_subquery()
    )


def plan_id_of_action(action_id: int) -> int:
    """Return the plan of an agreement. Raises NotFoundError."""
    plan_id = db.session.scalar(sa.select(AgreedAction.plan_id).where(AgreedAction.id == action_id))
    if plan_id is None:
        raise NotFoundError
    return plan_id


def find_person_id(name: str) -> int | None:
    """Return the id of a person by the id in the CSV files, or by our own; None if unknown."""
    by_source = db.session.scalar(sa.select(Person.id).where(Person.source_id == name))
    if by_source is not None or not (name.isascii() and name.isdigit()):
        return by_source
    return db.session.scalar(sa.select(Person.id).where(Person.id == int(name)))
