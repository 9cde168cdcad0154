"""The groups of a region on one page, each with what waits there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.policy import Actor
from academy.people.models import Place
from academy.reporting import rules
from academy.reporting.policies import SEE_REGION
from academy.reporting.queries.standing import Judged, Judgement, judge
from academy.reporting.queries.unmarked import first_open_session, open_sessions
from academy.reporting.rules import GroupFacts, Step
from courses.models import (
    Cohort,
    CohortTrainer,
    Course,
    CourseVersion,
    Enrolment,
    FinalAttempt,
    Module,
    ScoreTalk,
    Session,
    Track,
)
from courses.queries.applications import waits_for_answer
from courses.queries.cohorts import within_cohorts
from courses.queries.progress import rule_of
from courses.rules import CourseRule

PAGE_SIZE = 20
TAKING_PART = ("admitted", "active", "paused")
AHEAD = ("planned", "moved")


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group: how it stands and the one thing to do. `target_id` is what that thing is about."""

    id: int
    name: str
    track: str
    place: str
    state: str
    next_session_at: datetime | None
    taking_part: int
    at_risk: int
    to_propose: int
    step: Step
    target_id: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A page of groups, and what judging them found."""

    page: Page[GroupRow]
    judgement: Judgement


def group_rows(
    by: Actor, *, after: str | None = None, track: str = "", state: str = ""
) -> Overview:
    """Return the groups of the region of `by`; of one page the most urgent come first.

    Without a `state` those that are not over. The pages go from the latest group to the oldest.
    """
    conditions = [
        within_cohorts(by, SEE_REGION),
        Cohort.state == state if state else _needs_somebody(),
    ]
    if track:
        conditions.append(Track.key == track)
    last = from_cursor(after, date, int)
    if last is not None:
        key = sa.tuple_(Cohort.starts_on, Cohort.id)
        conditions.append(key < sa.tuple_(sa.literal(last[0], sa.Date), last[1]))
    rows = db.session.execute(_select(by).where(*conditions).limit(PAGE_SIZE + 1)).all()
    shown = rows[:PAGE_SIZE]
    versions = {row.version_id: rule_of(row.version_id, row.content_hash) for row in shown}
    judgement = judge(by, cohort_ids=[row.id for row in shown], versions=versions)
    found = [_row(row, versions[row.version_id], judgement) for row in shown]
    more = len(rows) > PAGE_SIZE
    cursor = to_cursor(shown[-1].starts_on, shown[-1].id) if more else None
    by_urgency = sorted(found, key=lambda one: rules.urgency(one.step))
    return Overview(Page(tuple(by_urgency), cursor), judgement)


def _needs_somebody() -> sa.ColumnElement[bool]:
    """Say whether a group is not over, or was cancelled with people in it."""
    stranded = sa.exists().where(Enrolment.cohort_id == Cohort.id, Enrolment.state.in_(TAKING_PART))
    return sa.or_(Cohort.state.in_(rules.CURRENT), sa.and_(Cohort.state == "cancelled", stranded))


def _select(by: Actor) -> sa.Select[*tuple[Any, ...]]:
    mine = Enrolment.person_id == by.person_id
    third = _third_assessor_missing(mine)
    practical = _practical_missing(mine)
    return (
        sa.select(
            Cohort.id,
            Cohort.name,
            Cohort.state,
            Cohort.starts_on,
            Place.name.label("place"),
            Track.key.label("track"),
            CourseVersion.id.label("version_id"),
            CourseVersion.content_hash,
            _people(TAKING_PART).label("taking_part"),
            _count(Enrolment, waits_for_answer()).label("applications"),
            _next_session().label("next_session_at"),
            _count(Session, Session.state != "cancelled").label("sessions"),
            _count(CohortTrainer).label("trainers"),
            _lessons().label("lessons"),
            first_open_session().label("open_session_id"),
            open_sessions().label("open_registers"),
            _number(third).label("without_third"),
            _first(third, FinalAttempt.id).label("third_id"),
            _number(practical).label("without_practical"),
            _first(practical, Enrolment.id).label("practical_id"),
        )
        .join(Place, Place.id == Cohort.place_id)
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .join(Track, Track.id == Course.track_id)
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    )


def _count(model: Any, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """Return how many rows of `model` belong to the cohort of the query around it."""
    return (
        sa.select(sa.func.count())
        .select_from(model)
        .where(model.cohort_id == Cohort.id, *conditions)
        .correlate(Cohort)
        .scalar_subquery()
    )


def _people(states: Sequence[str]) -> sa.ScalarSelect[int]:
    return _count(Enrolment, Enrolment.state.in_(states))


def _lessons() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(Module)
        .where(Module.course_version_id == Cohort.course_version_id)
        .correlate(Cohort)
        .scalar_subquery()
    )


def _next_session() -> sa.ScalarSelect[datetime]:
    return (
        sa.select(sa.func.min(Session.starts_at))
        .where(
            Session.cohort_id == Cohort.id,
            Session.state.in_(AHEAD),
            Session.ends_at > clock.now(),
        )
        .correlate(Cohort)
        .scalar_subquery()
    )


def _third_assessor_missing(mine: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Select the practicals whose assessors did not agree and that nobody else looks at."""
    return (
        sa.select(FinalAttempt.id)
        .join(ScoreTalk, ScoreTalk.final_attempt_id == FinalAttempt.id)
        .join(Enrolment, Enrolment.id == FinalAttempt.enrolment_id)
        .where(
            Enrolment.cohort_id == Cohort.id,
            Enrolment.state.in_(("active", "paused")),
            sa.not_(mine),
            FinalAttempt.state == "both_scored",
            FinalAttempt.third_assessor_id.is_(None),
            ScoreTalk.agreed.is_(sa.false()),
        )
        .correlate(Cohort)
    )


def _practical_missing(mine: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Select who takes part in a group without sessions ahead and has no practical, or a void one.

    Such a practical has no assessors: those are named when it is planned.
    """
    tried = (
        sa.exists()
        .where(FinalAttempt.enrolment_id == Enrolment.id, FinalAttempt.state != "void")
        .correlate(Enrolment)
    )
    ahead = (
        sa.exists()
        .where(
            Session.cohort_id == Cohort.id, Session.state.in_(AHEAD), Session.ends_at > clock.now()
        )
        .correlate(Cohort)
    )
    return (
        sa.select(Enrolment.id)
        .where(
            Enrolment.cohort_id == Cohort.id,
            Enrolment.state == "active",
            Cohort.state.in_(sorted(rules.RUNNING)),
            sa.not_(mine),
            sa.not_(tried),
            sa.not_(ahead),
        )
        .correlate(Cohort)
    )


def _number(statement: sa.Select[Any]) -> sa.ScalarSelect[int]:
    return statement.with_only_columns(sa.func.count()).scalar_subquery()


def _first(statement: sa.Select[Any], column: Any) -> sa.ScalarSelect[int]:
    return statement.with_only_columns(sa.func.min(column)).scalar_subquery()


def _row(row: Any, rule: CourseRule, judgement: Judgement) -> GroupRow:
    people = [one for one in judgement.people if one.cohort_id == row.id]
    to_call = [one for one in people if one.to_call]
    to_propose = [one for one in people if one.to_propose]
    step = rules.next_step(
        GroupFacts(
            state=row.state,
            open_registers=row.open_registers,
            to_call=len(to_call),
            without_third_assessor=row.without_third,
            without_practical=row.without_practical,
            to_propose=len(to_propose),
            trainers=row.trainers,
            sessions=row.sessions,
            lessons=row.lessons,
            taking_part=row.taking_part,
            applications=row.applications,
            with_practical=rule.final is not None,
        )
    )
    targets: dict[Step, tuple[int, int]] = {
        "register": (row.open_session_id, row.open_registers),
        "call": _people_target(to_call),
        "third_assessor": (row.third_id, row.without_third),
        "practical": (row.practical_id, row.without_practical),
        "propose": _people_target(to_propose),
        "sessions": (row.id, row.lessons - row.sessions),
        "stranded": (row.id, row.taking_part),
        "applications": (row.id, row.applications),
    }
    target_id, waiting = targets.get(step, (row.id, 0))
    return GroupRow(
        id=row.id,
        name=row.name,
        track=row.track,
        place=row.place,
        state=row.state,
        next_session_at=row.next_session_at,
        taking_part=row.taking_part,
        at_risk=sum(one.risk is not None for one in people),
        to_propose=len(to_propose),
        step=step,
        target_id=target_id,
        waiting=waiting,
    )


def _people_target(people: Sequence[Judged]) -> tuple[int, int]:
    return (people[0].enrolment_id, len(people)) if people else (0, 0)
