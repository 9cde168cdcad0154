"""What courses puts on *Vandaag*: for participants, trainers and coordinators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.i18n import pick
from academy.kernel.policy import Actor
from courses import policies
from courses.models import (
    AttendanceCell,
    Cohort,
    Enrolment,
    Module,
    Session,
)
from courses.queries.applications import waits_for_answer
from courses.queries.cohorts import within_cohorts
from courses.queries.objections import WaitingObjections, waiting_statement
from courses.queries.progress import Progress, progress_of_many
from courses.rules import is_open, moment_of, moment_words

AHEAD = ("planned", "moved")
SHOWN = 5
UNMARKED_SINCE = timedelta(days=30)
MARKED_STATES = ("active", "paused", "completed", "not_passed")


@dataclass(frozen=True, slots=True)
class NextSession:
    """The next session of somebody who takes part."""

    enrolment_id: int
    order: int
    title: str
    location: str
    starts_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class MissingAssignment:
    """An assignment whose lesson was held and that waits for its participant."""

    enrolment_id: int
    order: int
    title: str
    add_something: bool


@dataclass(frozen=True, slots=True)
class OpenScan:
    """A self-scan that can be filled in now. `when` says at which moment: "voor bijeenkomst 3"."""

    enrolment_id: int
    moment: str
    when: str


@dataclass(frozen=True, slots=True)
class PlannedPractical:
    """The practical of somebody that is still to come, and on which day."""

    enrolment_id: int
    planned_on: date


@dataclass(frozen=True, slots=True)
class OpenRegister:
    """A session of today or before whose register is not complete."""

    cohort_id: int
    session_id: int
    cohort: str
    order: int
    title: str
    starts_at: datetime
    is_today: bool
    unmarked: int


@dataclass(frozen=True, slots=True)
class WaitingApplications:
    """A cohort where people wait for an answer, and since when."""

    cohort_id: int
    cohort: str
    people: int
    since: date


def next_session(person_id: int) -> NextSession | None:
    """Return the next session of somebody, over all their courses."""
    row = db.session.execute(
        sa.select(
            Enrolment.id,
            Module.order,
            Module.title_nl,
            Module.title_en,
            Session.location,
            Session.starts_at,
            Session.state,
        )
        .join(Session, Session.cohort_id == Enrolment.cohort_id)
        .join(Module, Module.id == Session.module_id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.state.in_(("admitted", "active")),
            Session.state.in_(AHEAD),
            Session.ends_at > clock.now(),
        )
        .order_by(Session.starts_at, Session.id)
        .limit(1)
    ).first()
    if row is None:
        return None
    title = pick({"nl": row.title_nl, "en": row.title_en})
    return NextSession(row.id, row.order, title, row.location, row.starts_at, row.state)


def own_enrolments(person_id: int) -> dict[int, str]:
    """Return the enrolments of somebody who takes part or will, with their states."""
    rows = db.session.execute(
        sa.select(Enrolment.id, Enrolment.state).where(
            Enrolment.person_id == person_id, Enrolment.state.in_(("admitted", "active"))
        )
    )
    return {row.id: row.state for row in rows}


def own_progress(enrolments: Mapping[int, str]) -> list[Progress]:
    """Return how far somebody is in every course that runs."""
    active = [enrolment_id for enrolment_id, state in enrolments.items() if state == "active"]
    return list(progress_of_many(active).values())


def missing_assignments(courses: Iterable[Progress]) -> list[MissingAssignment]:
    """Return the assignments of held lessons that somebody still needs, the oldest first."""
    return [assignment for progress in courses for assignment in _missing(progress)][:SHOWN]


def _missing(progress: Progress) -> Iterator[MissingAssignment]:
    held = {one.module for one in progress.evidence.sessions if one.status == "held"}
    needed = {one.ref for one in progress.verdict.missing if one.kind.startswith("practice")}
    for module in progress.rule.modules:
        state = progress.evidence.practice.get(module.practice_id)
        if module.id in held and module.practice_id in needed and state != "submitted":
            yield MissingAssignment(
                enrolment_id=progress.enrolment_id,
                order=module.order,
                title=pick({"nl": module.practice_title.nl, "en": module.practice_title.en}),
                add_something=state == "add_something",
            )


def planned_practicals(courses: Iterable[Progress]) -> list[PlannedPractical]:
    """Return the practicals of somebody that are planned for today or later."""
    return [
        PlannedPractical(progress.enrolment_id, attempt.planned_on)
        for progress in courses
        for attempt in progress.evidence.finals
        if attempt.planned_on is not None
    ]


def open_scans(courses: Iterable[Progress]) -> list[OpenScan]:
    """Return the self-scans that somebody did not fill in yet and that can be filled in now."""
    waiting = [
        (progress, moment_of(missing.ref))
        for progress in courses
        for missing in progress.verdict.missing
        if missing.kind == "selfscan"
    ]
    if not waiting:
        return []
    times = _session_times([progress.enrolment_id for progress, _moment in waiting])
    now = clock.now()
    found = []
    for progress, moment in waiting:
        starts_at, ends_at = times.get((progress.enrolment_id, moment.module), (None, None))
        if is_open(moment, starts_at=starts_at, ends_at=ends_at, now=now):
            words = moment_words(progress.rule, moment.key)
            when = pick({"nl": words.nl, "en": words.en})
            found.append(OpenScan(progress.enrolment_id, moment.key, when))
    return found


def _session_times(enrolments: list[int]) -> dict[tuple[int, str], tuple[datetime, datetime]]:
    rows = db.session.execute(
        sa.select(Enrolment.id, Module.key, Session.starts_at, Session.ends_at)
        .join(Session, Session.cohort_id == Enrolment.cohort_id)
        .join(Module, Module.id == Session.module_id)
        .where(Enrolment.id.in_(enrolments), Session.state != "cancelled")
    )
    return {(row.id, row.key): (row.starts_at, row.ends_at) for row in rows}


def open_registers(by: Actor) -> list[OpenRegister]:
    """Return the registers in reach that wait: today's sessions, and held ones with open cells."""
    midnight = clock.local(clock.today() + timedelta(days=1))
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
        sa.select(
            Cohort.id.label("cohort_id"),
            Session.id.label("session_id"),
            Cohort.name,
            Module.order,
            Module.title_nl,
            Module.title_en,
            Session.starts_at,
            (people - marked).label("unmarked"),
        )
        .join(Session, Session.cohort_id == Cohort.id)
        .join(Module, Module.id == Session.module_id)
        .where(
            within_cohorts(by, policies.MARK),
            Cohort.state.in_(("running", "finishing")),
            Session.state != "cancelled",
            Session.starts_at < midnight,
            Session.starts_at > clock.now() - UNMARKED_SINCE,
            people > marked,
        )
        .order_by(Session.starts_at.desc())
        .limit(SHOWN)
    )
    today = clock.today()
    return [
        OpenRegister(
            cohort_id=row.cohort_id,
            session_id=row.session_id,
            cohort=row.name,
            order=row.order,
            title=pick({"nl": row.title_nl, "en": row.title_en}),
            starts_at=row.starts_at,
            is_today=row.starts_at.astimezone(clock.AMSTERDAM).date() == today,
            unmarked=row.unmarked,
        )
        for row in rows
    ]


def waiting_applications(by: Actor) -> list[WaitingApplications]:
    """Return the cohorts in reach where somebody waits for an answer, or for a free chair."""
    rows = db.session.execute(_applications(by))
    return [WaitingApplications(row.id, row.name, row.people, row.since) for row in rows]


def waiting_for_staff(by: Actor) -> tuple[list[WaitingApplications], WaitingObjections]:
    """Return what `waiting_applications` and `waiting_objections` return, in one statement."""
    applications, objections = _applications(by).subquery(), waiting_statement(by).subquery()
    none = sa.literal(0)
    rows = db.session.execute(
        sa.union_all(
            sa.select(
                sa.true().label("is_application"),
                *applications.c,
                none.label("to_handle"),
                none.label("to_answer"),
            ),
            sa.select(
                sa.false(),
                none,
                sa.literal(""),
                none,
                objections.c.since,
                objections.c.to_handle,
                objections.c.to_answer,
            ),
        )
    ).all()
    return (
        [
            WaitingApplications(row.id, row.name, row.people, row.since)
            for row in rows
            if row.is_application
        ],
        next(
            WaitingObjections(row.to_handle, row.to_answer, row.since)
            for row in rows
            if not row.is_application
        ),
    )


def _applications(by: Actor) -> sa.Select[int, str, int, date]:
    return (
        sa.select(
            Cohort.id,
            Cohort.name,
            sa.func.count(Enrolment.id).label("people"),
            sa.func.min(Enrolment.applied_on).label("since"),
        )
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .where(
            within_cohorts(by, policies.MANAGE),
            waits_for_answer(),
            Cohort.state.in_(("open", "full", "running")),
        )
        .group_by(Cohort.id, Cohort.name)
        .order_by(sa.func.min(Enrolment.applied_on))
        .limit(SHOWN)
    )
