"""Which messages about courses fall due: for participants before a session, for trainers after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from academy.kernel import clock, policy
from academy.kernel.db import db
from academy.kernel.messages.declared import Due, Window
from academy.kernel.policy import Actor
from academy.people.models import Grant
from courses import policies
from courses.models import (
    AttendanceCell,
    Cohort,
    CohortTrainer,
    Enrolment,
    PracticeSubmission,
    Session,
)

COMING = ("open", "full", "running")
EXPECTED = ("admitted", "active")
AHEAD = ("planned", "moved")
MARKED_STATES = ("active", "paused", "completed", "not_passed")

DAYS_BEFORE = 3
SOON_HOUR = 9
MORNING_HOUR, EVENING_HOUR = 8, 18
EARLY = timedelta(hours=2, minutes=30)
"""A session that begins sooner after eight o'clock gets its reminder the evening before."""
LAST_CALL = timedelta(hours=1)
NAG_AFTER = timedelta(hours=24)
SETTLES_IN = timedelta(minutes=10)


def soon(window: Window) -> Iterator[Due]:
    """Yield the reminders three days before a session."""
    for session_id, starts_at, enrolment_id, person_id in _expected(window):
        day = _day(starts_at)
        yield Due(
            key=f"session-{session_id}-{_stamp(starts_at)}-soon-{person_id}",
            person_id=person_id,
            due_at=clock.local(day - timedelta(days=DAYS_BEFORE), SOON_HOUR),
            use_by=clock.local(day - timedelta(days=1), EVENING_HOUR),
            ids={"session_id": session_id, "enrolment_id": enrolment_id},
        )


def today(window: Window) -> Iterator[Due]:
    """Yield the reminders on the morning of a session, or the evening before an early one."""
    for session_id, starts_at, enrolment_id, person_id in _expected(window):
        day = _day(starts_at)
        morning = clock.local(day, MORNING_HOUR)
        if starts_at < morning + EARLY:
            morning = clock.local(day - timedelta(days=1), EVENING_HOUR)
        yield Due(
            key=f"session-{session_id}-{_stamp(starts_at)}-today-{person_id}",
            person_id=person_id,
            due_at=morning,
            use_by=starts_at - LAST_CALL,
            ids={"session_id": session_id, "enrolment_id": enrolment_id},
        )


def _expected(window: Window) -> Iterator[tuple[int, datetime, int, int]]:
    """Yield who is expected at a session that may have a reminder in the window."""
    apologised = (
        sa.exists()
        .where(
            AttendanceCell.session_id == Session.id,
            AttendanceCell.enrolment_id == Enrolment.id,
        )
        .correlate(Session, Enrolment)
    )
    rows = db.session.execute(
        sa.select(Session.id, Session.starts_at, Enrolment.id, Enrolment.person_id)
        .join(Cohort, Cohort.id == Session.cohort_id)
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .where(
            Session.starts_at > window.since,
            Session.starts_at <= window.until + timedelta(days=DAYS_BEFORE + 1),
            Session.state.in_(AHEAD),
            Cohort.state.in_(COMING),
            Enrolment.state.in_(EXPECTED),
            window.about(Enrolment.person_id),
            ~apologised,
        )
    )
    for row in rows:
        yield row[0], row[1], row[2], row[3]


def open_registers(window: Window) -> Iterator[Due]:
    """Yield, a day after a session, what its trainers hear when somebody has no mark yet."""
    marked = (
        sa.select(sa.func.count())
        .select_from(AttendanceCell)
        .join(Enrolment, Enrolment.id == AttendanceCell.enrolment_id)
        .where(AttendanceCell.session_id == Session.id, Enrolment.state.in_(MARKED_STATES))
        .correlate(Session)
        .scalar_subquery()
    )
    people = (
        sa.select(sa.func.count())
        .select_from(Enrolment)
        .where(Enrolment.cohort_id == Cohort.id, Enrolment.state.in_(MARKED_STATES))
        .correlate(Cohort)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Session.id, Session.ends_at, Grant.person_id, Grant.valid_from, Grant.valid_to)
        .join(Cohort, Cohort.id == Session.cohort_id)
        .join(
            Grant,
            sa.and_(
                Grant.scope_kind == "cohort",
                Grant.scope_id == Cohort.id,
                Grant.role == "trainer",
                Grant.confirmed_on.is_not(None),
            ),
        )
        .where(
            Session.ends_at > window.since - NAG_AFTER,
            Session.ends_at <= window.until - NAG_AFTER,
            Session.state != "cancelled",
            Cohort.state.in_(("running", "finishing")),
            window.about(Grant.person_id),
            people > marked,
        )
    )
    for session_id, ends_at, person_id, valid_from, valid_to in rows:
        due_at = ends_at + NAG_AFTER
        if policy.holds_on(valid_from, valid_to, _day(due_at)):
            yield Due(
                key=f"register-{session_id}-{_stamp(ends_at)}-{person_id}",
                person_id=person_id,
                due_at=due_at,
                ids={"session_id": session_id},
            )


def add_something(window: Window) -> Iterator[Due]:
    """Yield what participants hear when a trainer asks for a little more of an assignment."""
    later = sa.orm.aliased(PracticeSubmission)
    handed_in_again = (
        sa.exists()
        .where(
            later.enrolment_id == PracticeSubmission.enrolment_id,
            later.assignment_id == PracticeSubmission.assignment_id,
            later.id > PracticeSubmission.id,
        )
        .correlate(PracticeSubmission)
    )
    rows = db.session.execute(
        sa.select(
            PracticeSubmission.id,
            PracticeSubmission.reviewed_at,
            Enrolment.person_id,
        )
        .join(Enrolment, Enrolment.id == PracticeSubmission.enrolment_id)
        .where(
            PracticeSubmission.state == "add_something",
            PracticeSubmission.reviewed_at > window.since - SETTLES_IN,
            PracticeSubmission.reviewed_at <= window.until,
            Enrolment.state == "active",
            window.about(Enrolment.person_id),
            ~handed_in_again,
        )
    )
    for submission_id, reviewed_at, person_id in rows:
        if reviewed_at is not None:
            yield Due(
                key=f"practice-{submission_id}-{person_id}",
                person_id=person_id,
                due_at=reviewed_at + SETTLES_IN,
                ids={"submission_id": submission_id},
            )


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.AMSTERDAM).date()


def _stamp(moment: datetime) -> str:
    """Return a moment as part of a key: what is moved is due anew."""
    return moment.strftime("%Y%m%d%H%M")


def people_of(actor: Actor) -> sa.Select[int]:
    """Return who learns or trains in the cohorts that a coordinator looks after."""
    region = policy.within(
        actor,
        policies.MANAGE,
        cohort=Cohort.id,
        place=Cohort.place_id,
        organisation=Cohort.client_organisation_id,
    )
    learners = sa.select(Enrolment.person_id).join(Cohort).where(region)
    trainers = sa.select(CohortTrainer.person_id).join(Cohort).where(region)
    people = learners.union(trainers).subquery()
    return sa.select(people.c.person_id)
