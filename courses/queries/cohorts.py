"""Cohorts: where they lie, how they stand, and the lists and pages about them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from academy.kernel import clock, policy
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.errors import NotFoundError
from academy.kernel.i18n import pick
from academy.kernel.policy import Actor, Capability, Reach
from academy.people.models import Grant, Organisation, Person, Place
from academy.people.rules import search_parts
from courses import policies
from courses.models import (
    Cohort,
    CohortTrainer,
    Course,
    CourseVersion,
    Enrolment,
    Module,
    Session,
    Track,
)
from courses.rules.enrolment import APPLYING, SEATED

PAGE_SIZE = 25
COUNTED_UP_TO = 500
"""Above this the pages say “meer dan”; a cohort has room for twenty or so."""
PEOPLE_SHOWN = 20


@dataclass(frozen=True, slots=True)
class CohortRow:
    """One cohort in the list."""

    id: int
    name: str
    course: str
    place: str
    starts_on: date
    state: str
    capacity: int
    seated: int
    applying: int


@dataclass(frozen=True, slots=True)
class CohortHead:
    """A cohort with what its pages show at the top."""

    id: int
    name: str
    course: str
    course_id: int
    course_version_id: int
    track: str
    place: str
    place_id: int
    organisation_id: int | None
    starts_on: date
    location: str
    capacity: int
    state: str
    seated: int
    applying: int

    @property
    def reach(self) -> Reach:
        """Return where this cohort lies."""
        return Reach(
            cohort_id=self.id, place_id=self.place_id, organisation_id=self.organisation_id
        )


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session of a cohort, with its lesson."""

    id: int
    module_id: int
    module_key: str
    order: int
    title: str
    starts_at: datetime
    ends_at: datetime
    location: str
    state: str
    moved_from: date | None


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """Somebody who asked for a place."""

    id: int
    name: str
    phone: str
    state: str
    note: str
    applied_on: date
    intake_held: bool
    agreed: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose in a form."""

    id: int
    label: str


def cohort_reach(cohort: Cohort, *, person_id: int | None = None) -> Reach:
    """Return where a cohort lies, or somebody's enrolment in it when `person_id` is given."""
    return Reach(
        person_id=person_id,
        cohort_id=cohort.id,
        place_id=cohort.place_id,
        organisation_id=cohort.client_organisation_id,
    )


def within_cohorts(by: Actor, right: Capability) -> sa.ColumnElement[bool]:
    """Return the condition that keeps a query on `Cohort` within what the actor may reach."""
    return policy.within(
        by,
        right,
        cohort=Cohort.id,
        place=Cohort.place_id,
        organisation=Cohort.client_organisation_id,
    )


def cohort_rows(by: Actor, after: str | None = None, *, limit: int = PAGE_SIZE) -> Page[CohortRow]:
    """Return the cohorts in the actor's reach, the latest first."""
    conditions = [within_cohorts(by, policies.READ_COHORT)]
    last = from_cursor(after, date, int)
    if last is not None:
        conditions.append(sa.tuple_(Cohort.starts_on, Cohort.id) < sa.tuple_(*last))
    rows = db.session.execute(
        sa.select(
            Cohort.id,
            Cohort.name,
            CourseVersion.title_nl,
            CourseVersion.title_en,
            Place.name.label("place"),
            Cohort.starts_on,
            Cohort.state,
            Cohort.capacity,
            _people(SEATED).label("seated"),
            _people(APPLYING).label("applying"),
        )
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .join(Place, Place.id == Cohort.place_id)
        .where(*conditions)
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
        .limit(limit + 1)
    ).all()
    shown = [
        CohortRow(
            id=row.id,
            name=row.name,
            course=pick({"nl": row.title_nl, "en": row.title_en}),
            place=row.place,
            starts_on=row.starts_on,
            state=row.state,
            capacity=row.capacity,
            seated=row.seated,
            applying=row.applying,
        )
        for row in rows[:limit]
    ]
    more = len(rows) > limit
    cursor = to_cursor(shown[-1].starts_on, shown[-1].id) if more else None
    return Page(tuple(shown), cursor)


def _people(states: frozenset[str]) -> sa.ScalarSelect[int]:
    """Return the number of people in these states, per cohort of the query around it.

    It is counted up to COUNTED_UP_TO, so that a cohort of any size costs the same.
    """
    counted = (
        sa.select(Enrolment.id)
        .where(Enrolment.cohort_id == Cohort.id, Enrolment.state.in_(sorted(states)))
        .correlate(Cohort)
        .limit(COUNTED_UP_TO)
        .subquery()
    )
    return sa.select(sa.func.count()).select_from(counted).scalar_subquery()


def get_cohort(
    cohort_id: int, by: Actor, *, right: Capability = policies.READ_COHORT
) -> CohortHead:
    """Return one cohort in the actor's reach. Raises NotFoundError."""
    row = db.session.execute(
        sa.select(
            Cohort,
            CourseVersion.title_nl,
            CourseVersion.title_en,
            CourseVersion.course_id,
            Track.key,
            Place.name.label("place"),
            _people(SEATED).label("seated"),
            _people(APPLYING).label("applying"),
        )
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .join(Track, Track.id == Course.track_id)
        .join(Place, Place.id == Cohort.place_id)
        .where(Cohort.id == cohort_id)
    ).first()
    if row is None:
        raise NotFoundError
    cohort: Cohort = row[0]
    head = CohortHead(
        id=cohort.id,
        name=cohort.name,
        course=pick({"nl": row.title_nl, "en": row.title_en}),
        course_id=row.course_id,
        course_version_id=cohort.course_version_id,
        track=row.key,
        place=row.place,
        place_id=cohort.place_id,
        organisation_id=cohort.client_organisation_id,
        starts_on=cohort.starts_on,
        location=cohort.location,
        capacity=cohort.capacity,
        state=cohort.state,
        seated=row.seated,
        applying=row.applying,
    )
    policy.require(by, right, head.reach)
    return head


def session_rows(cohort_id: int) -> tuple[SessionRow, ...]:
    """Return the sessions of a cohort in the order of their lessons."""
    rows = db.session.execute(
        sa.select(Session, Module.key, Module.order, Module.title_nl, Module.title_en)
        .join(Module, Module.id == Session.module_id)
        .where(Session.cohort_id == cohort_id)
        .order_by(Module.order)
    )
    return tuple(
        SessionRow(
            id=session.id,
            module_id=session.module_id,
            module_key=key,
            order=order,
            title=pick({"nl": title_nl, "en": title_en}),
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            location=session.location,
            state=session.state,
            moved_from=session.moved_from,
        )
        for session, key, order, title_nl, title_en in rows
    )


def session_for_register(sessions: tuple[SessionRow, ...]) -> SessionRow | None:
    """Return the session whose register is at hand: today's, else the latest that was."""
    today = clock.today()
    begun = [
        one
        for one in sessions
        if one.state != "cancelled" and one.starts_at.astimezone(clock.AMSTERDAM).date() <= today
    ]
    return max(begun, key=lambda one: one.starts_at, default=None)


@dataclass(frozen=True, slots=True)
class UnplannedModule:
    """A lesson that has no session yet."""

    id: int
    label: str
    minutes: int


def unplanned_modules(head: CohortHead) -> tuple[UnplannedModule, ...]:
    """Return the lessons that have no session yet, in order."""
    planned = sa.select(Session.module_id).where(Session.cohort_id == head.id)
    rows = db.session.execute(
        sa.select(
            Module.id, Module.order, Module.title_nl, Module.title_en, Module.duration_minutes
        )
        .where(Module.course_version_id == head.course_version_id, Module.id.not_in(planned))
        .order_by(Module.order)
    )
    return tuple(
        UnplannedModule(
            row.id,
            f"{row.order}. {pick({'nl': row.title_nl, 'en': row.title_en})}",
            row.duration_minutes,
        )
        for row in rows
    )


def application_rows(cohort_id: int) -> tuple[ApplicationRow, ...]:
    """Return who asked for a place and has no answer, in the order they asked."""
    rows = db.session.execute(
        sa.select(Enrolment, Person)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state.in_(sorted(APPLYING)))
        .order_by(Enrolment.applied_on, Enrolment.id)
    )
    return tuple(
        ApplicationRow(
            id=enrolment.id,
            name=person.display_name,
            phone=person.phone or "",
            state=enrolment.state,
            note=enrolment.note,
            applied_on=enrolment.applied_on,
            intake_held=enrolment.intake_by_id is not None,
            agreed=enrolment.code_of_conduct_on is not None,
        )
        for enrolment, person in rows
    )


def people_to_apply(head: CohortHead, by: Actor, words: str) -> tuple[Choice, ...]:
    """Return people in reach whose name holds `words` and who are not in this cohort.

    Accents and capitals make no difference.
    """
    parts = search_parts(words)
    if not parts:
        return ()
    inside = sa.select(Enrolment.person_id).where(Enrolment.cohort_id == head.id)
    reach = policy.within(
        by,
        policies.APPLY,
        person=Person.id,
        place=Person.place_id,
        organisation=Person.organisation_id,
    )
    named = (Person.sort_key.contains(part, autoescape=True) for part in parts)
    people = db.session.scalars(
        sa.select(Person)
        .where(reach, Person.id.not_in(inside), *named)
        .order_by(Person.sort_key, Person.id)
        .limit(PEOPLE_SHOWN)
    )
    return tuple(Choice(person.id, person.display_name) for person in people)


def transfer_choices(course_id: int, cohort_id: int, by: Actor) -> tuple[Choice, ...]:
    """Return the other cohorts of this course, in the actor's reach, that take people."""
    rows = db.session.execute(
        sa.select(Cohort.id, Cohort.name)
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .where(
            CourseVersion.course_id == course_id,
            Cohort.id != cohort_id,
            Cohort.state.in_(("open", "running")),
            within_cohorts(by, policies.MANAGE),
        )
        .order_by(Cohort.starts_on, Cohort.id)
    )
    return tuple(Choice(row.id, row.name) for row in rows)


def place_choices(by: Actor) -> tuple[Choice, ...]:
    """Return the places where the actor may plan a cohort."""
    rows = db.session.execute(
        sa.select(Place.id, Place.name, Place.municipality)
        .where(policy.within(by, policies.MANAGE, place=Place.id))
        .order_by(Place.name, Place.id)
    )
    return tuple(Choice(row.id, f"{row.name}, {row.municipality}") for row in rows)


def organisation_choices() -> tuple[Choice, ...]:
    """Return the client organisations, by name."""
    rows = db.session.execute(
        sa.select(Organisation.id, Organisation.name).order_by(Organisation.name, Organisation.id)
    )
    return tuple(Choice(row.id, row.name) for row in rows)


def trainer_choices(cohort_id: int) -> tuple[Choice, ...]:
    """Return who holds a trainer's grant today and does not train this cohort yet, by name."""
    today = clock.today()
    train = sa.select(Grant.person_id).where(
        Grant.role == "trainer",
        Grant.holds_on(today),
    )
    inside = sa.select(CohortTrainer.person_id).where(CohortTrainer.cohort_id == cohort_id)
    people = db.session.scalars(
        sa.select(Person)
        .where(Person.id.in_(train), Person.id.not_in(inside))
        .order_by(Person.sort_key, Person.id)
    )
    return tuple(Choice(person.id, person.display_name) for person in people)


def cohort_names(ids: Collection[int]) -> dict[int, str]:
    """Return the names of cohorts."""
    rows = db.session.execute(sa.select(Cohort.id, Cohort.name).where(Cohort.id.in_(ids)))
    return {row.id: row.name for row in rows}


def running_cohorts() -> list[tuple[int, str]]:
    """Return the cohorts a right can be limited to: those that are not over, by name."""
    rows = db.session.execute(
        sa.select(Cohort.id, Cohort.name)
        .where(Cohort.state.not_in(("completed", "cancelled")))
        .order_by(Cohort.name)
        .limit(200)
    )
    return [(row.id, row.name) for row in rows]
