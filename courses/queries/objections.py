"""Objections: what can be objected to, how each stands, and what waits for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.kernel import clock, policy
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor, Capability, Reach
from academy.people.models import Person
from courses import policies
from courses.models import Cohort, CourseVersion, Enrolment, EnrolmentEvent, FinalAttempt, Objection
from courses.queries.enrolment import EnrolmentHead, get_enrolment
from courses.queries.moved import with_earlier
from courses.queries.practical.parts import name_of
from courses.rules.objection import OPEN, About, AppealRule, Result, appeal_rule, newest

MAY_OBJECT = ("active", "paused", "not_passed")
PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class ObjectionRow:
    """One objection in a list."""

    id: int
    person: str
    cohort: str
    about: About
    state: str
    result_on: date
    received_on: date
    due_on: date
    reviewer: str
    outcome: str | None
    waits_for_yes: bool
    days_late: int


@dataclass(frozen=True, slots=True)
class ToldObjection:
    """One objection as who made it reads it. `noted_by` wrote it down.

    `waits_for_yes`: it came too late, and nobody said yet whether it can still be done.
    """

    id: int
    enrolment_id: int
    about: About
    attempt_id: int | None
    state: str
    result_on: date
    in_time_until: date
    words: str
    way: str
    noted_by_id: int
    noted_by: str
    received_on: date
    due_on: date
    extended_on: date | None
    reviewer_id: int | None
    reviewer: str
    appointed_on: date | None
    heard_on: date | None
    outcome: str | None
    reason: str
    decided_on: date | None
    decided_by: str
    waits_for_yes: bool

    @property
    def is_open(self) -> bool:
        """Say whether somebody waits for an answer."""
        return self.state in OPEN

    @property
    def days_late(self) -> int:
        """Say how many days ago the answer was promised; 0 when there is still time."""
        return _days_late(self.state, self.due_on)


@dataclass(frozen=True, slots=True)
class Case:
    """One objection with whose it is, and what the reader may do with it."""

    told: ToldObjection
    head: EnrolmentHead
    may_handle: bool
    may_decide: bool


@dataclass(frozen=True, slots=True)
class WaitingObjections:
    """How many wait for somebody: to be handled, to be answered, and the first day promised."""

    to_handle: int
    to_answer: int
    first_due_on: date | None


# --- what can be objected to -------------------------------------------------------------------


def find_result(enrolment_id: int) -> Result | None:
    """Return the result that can be objected to: not yet, or the end without a certificate."""
    state = db.session.scalar(sa.select(Enrolment.state).where(Enrolment.id == enrolment_id))
    if state not in MAY_OBJECT:
        return None
    ended = _ended(enrolment_id) if state == "not_passed" else None
    return newest(_not_yet(enrolment_id), ended)


def _not_yet(enrolment_id: int) -> Result | None:
    last = db.session.execute(
        sa.select(FinalAttempt.id, FinalAttempt.outcome, FinalAttempt.decided_on)
        .where(
            FinalAttempt.enrolment_id.in_(with_earlier(enrolment_id)),
            FinalAttempt.state == "outcome",
        )
        .order_by(FinalAttempt.id.desc())
        .limit(1)
    ).first()
    if last is None or last.outcome != "not_yet" or last.decided_on is None:
        return None
    return Result("practical", last.id, last.decided_on)


def _ended(enrolment_id: int) -> Result | None:
    at = db.session.scalar(
        sa.select(sa.func.max(EnrolmentEvent.at)).where(
            EnrolmentEvent.enrolment_id == enrolment_id, EnrolmentEvent.to_state == "not_passed"
        )
    )
    return Result("result", None, at.astimezone(clock.AMSTERDAM).date()) if at else None


def has_objection(enrolment_id: int, result: Result) -> bool:
    """Say whether one goes on, or this very result was objected to before and not taken back."""
    same = (
        Objection.final_attempt_id == result.attempt_id
        if result.attempt_id is not None
        else sa.and_(
            Objection.final_attempt_id.is_(None),
            Objection.enrolment_id == enrolment_id,
            Objection.result_on == result.on,
        )
    )
    running = sa.and_(Objection.enrolment_id == enrolment_id, Objection.state.in_(OPEN))
    found = sa.exists().where(sa.or_(running, sa.and_(same, Objection.state != "withdrawn")))
    return bool(db.session.scalar(sa.select(found)))


def rule_for(enrolment_id: int) -> AppealRule:
    """Return how long somebody has here, as their course says."""
    content = db.session.scalar(
        sa.select(CourseVersion.content["appeal_rule"])
        .join(Cohort, Cohort.course_version_id == CourseVersion.id)
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .where(Enrolment.id == enrolment_id)
    )
    return appeal_rule(content)


def objectable(person_id: int) -> list[int]:
    """Return the enrolments of somebody with a result that one may not agree with."""
    not_yet = sa.exists().where(
        FinalAttempt.enrolment_id == Enrolment.id,
        FinalAttempt.state == "outcome",
        FinalAttempt.outcome == "not_yet",
    )
    return list(
        db.session.scalars(
            sa.select(Enrolment.id)
            .where(
                Enrolment.person_id == person_id,
                Enrolment.state.in_(MAY_OBJECT),
                sa.or_(Enrolment.state == "not_passed", not_yet),
            )
            .order_by(Enrolment.id.desc())
        )
    )


# --- one objection -----------------------------------------------------------------------------


def told_objections(enrolment_id: int) -> tuple[ToldObjection, ...]:
    """Return the objections of an enrolment and of those moved into it, the newest first.

    The caller checks who may read.
    """
    return _told(Objection.enrolment_id.in_(with_earlier(enrolment_id)))


def enrolment_of(objection_id: int) -> int:
    """Return which enrolment an objection is about. The caller checks who may know."""
    return db.session.execute(
        sa.select(Objection.enrolment_id).where(Objection.id == objection_id)
    ).scalar_one()


def get_case(objection_id: int, *, by: Actor) -> Case:
    """Return an objection that `by` handles or answers. Raises NotFoundError."""
    found = _told(Objection.id == objection_id)
    if not found:
        raise NotFoundError
    told = found[0]
    head = get_enrolment(told.enrolment_id)
    reach = replace(head.reach, objection_id=objection_id)
    if head.person_id == by.person_id:
        raise NotFoundError
    policy.require(by, policies.READ_OBJECTION, reach)
    return Case(
        told=told,
        head=head,
        may_handle=policy.covers(by, policies.HANDLE_OBJECTION, reach),
        may_decide=told.reviewer_id == by.person_id
        and policy.covers(by, policies.ANSWER_OBJECTION, reach),
    )


def _told(condition: sa.ColumnElement[bool]) -> tuple[ToldObjection, ...]:
    noted, reviews, decided = aliased(Person), aliased(Person), aliased(Person)
    rows: Sequence[Any] = db.session.execute(
        sa.select(Objection, noted, reviews, decided)
        .join(noted, noted.id == Objection.noted_by_id)
        .outerjoin(reviews, reviews.id == Objection.reviewer_id)
        .outerjoin(decided, decided.id == Objection.decided_by_id)
        .where(condition)
        .order_by(Objection.id.desc())
    ).all()
    return tuple(_one(*row) for row in rows)


def _one(
    one: Objection, noted: Person, reviewer: Person | None, decided: Person | None
) -> ToldObjection:
    return ToldObjection(
        id=one.id,
        enrolment_id=one.enrolment_id,
        about=_about(one.final_attempt_id),
        attempt_id=one.final_attempt_id,
        state=one.state,
        result_on=one.result_on,
        in_time_until=one.in_time_until,
        words=one.words,
        way=one.way,
        noted_by_id=noted.id,
        noted_by=noted.display_name,
        received_on=one.received_on,
        due_on=one.due_on,
        extended_on=one.extended_on,
        reviewer_id=one.reviewer_id,
        reviewer=reviewer.display_name if reviewer else "",
        appointed_on=one.appointed_on,
        heard_on=one.heard_on,
        outcome=one.outcome,
        reason=one.reason,
        decided_on=one.decided_on,
        decided_by=decided.display_name if decided else "",
        waits_for_yes=is_late(one),
    )


def is_late(one: Objection) -> bool:
    """Say whether an open objection came too late and nobody said yes to it."""
    late = one.received_on > one.in_time_until and one.accepted_on is None
    return late and one.state in OPEN


def _about(attempt_id: int | None) -> About:
    return "result" if attempt_id is None else "practical"


def _days_late(state: str, due_on: date) -> int:
    return max((clock.today() - due_on).days, 0) if state in OPEN else 0


# --- lists -------------------------------------------------------------------------------------


def within_objections(by: Actor, right: Capability) -> sa.ColumnElement[bool]:
    """Return the condition for the objections in reach; the query joins `Enrolment`, `Cohort`."""
    return sa.and_(
        Enrolment.person_id != by.person_id,
        policy.within(
            by,
            right,
            cohort=Cohort.id,
            place=Cohort.place_id,
            organisation=Cohort.client_organisation_id,
            objection=Objection.id,
        ),
    )


def objection_rows(
    by: Actor, *, closed: bool = False, cursor: str | None = None
) -> Page[ObjectionRow]:
    """Return the open objections in reach, the first promised first; or those that are closed."""
    place = sa.tuple_(Objection.due_on, Objection.id)
    after = from_cursor(cursor, date, int)
    reviewer = aliased(Person)
    query = (
        sa.select(Objection, Person, Cohort.name, reviewer)
        .join(Enrolment, Enrolment.id == Objection.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .outerjoin(reviewer, reviewer.id == Objection.reviewer_id)
        .where(within_objections(by, policies.READ_OBJECTION))
        .limit(PAGE_SIZE + 1)
    )
    if closed:
        query = query.where(Objection.state.not_in(OPEN)).order_by(
            Objection.due_on.desc(), Objection.id.desc()
        )
        query = query.where(place < sa.tuple_(*after)) if after else query
    else:
        query = query.where(Objection.state.in_(OPEN)).order_by(Objection.due_on, Objection.id)
        query = query.where(place > sa.tuple_(*after)) if after else query
    found = db.session.execute(query).all()
    shown = tuple(_row(*row) for row in found[:PAGE_SIZE])
    more = len(found) > PAGE_SIZE
    return Page(shown, to_cursor(shown[-1].due_on, shown[-1].id) if more else None)


def _row(one: Objection, person: Person, cohort: str, reviewer: Person | None) -> ObjectionRow:
    return ObjectionRow(
        id=one.id,
        person=name_of(person),
        cohort=cohort,
        about=_about(one.final_attempt_id),
        state=one.state,
        result_on=one.result_on,
        received_on=one.received_on,
        due_on=one.due_on,
        reviewer=name_of(reviewer) if reviewer else "",
        outcome=one.outcome,
        waits_for_yes=is_late(one),
        days_late=_days_late(one.state, one.due_on),
    )


def waiting_objections(by: Actor) -> WaitingObjections:
    """Count what waits for `by`: without somebody who looks, too late, or to be answered."""
    row = db.session.execute(waiting_statement(by)).one()
    return WaitingObjections(row.to_handle, row.to_answer, row.since)


def waiting_statement(by: Actor) -> sa.Select[int, int, date]:
    """Return the statement that counts what waits for `by`; `since` is the first day promised."""
    today = clock.today()
    mine = Objection.reviewer_id == by.person_id
    unanswered = sa.and_(
        Objection.state == "assigned", mine, within_objections(by, policies.ANSWER_OBJECTION)
    )
    unhandled = sa.and_(
        sa.or_(Objection.state == "received", Objection.due_on < today),
        within_objections(by, policies.HANDLE_OBJECTION),
    )
    return (
        sa.select(
            sa.func.count().filter(unhandled).label("to_handle"),
            sa.func.count().filter(unanswered).label("to_answer"),
            sa.func.min(Objection.due_on).label("since"),
        )
        .select_from(Objection)
        .join(Enrolment, Enrolment.id == Objection.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Objection.state.in_(OPEN), sa.or_(unhandled, unanswered))
    )


def objection_reach(objection: Objection, enrolment: Enrolment, cohort: Cohort) -> Reach:
    """Return where an objection lies."""
    return Reach(
        person_id=enrolment.person_id,
        cohort_id=cohort.id,
        place_id=cohort.place_id,
        organisation_id=cohort.client_organisation_id,
        objection_id=objection.id,
    )
