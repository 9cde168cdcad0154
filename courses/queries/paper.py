"""What is printed about a cohort. Names alone for what goes round; the rest apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.kernel import clock, policy
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, NotFoundError
from academy.kernel.policy import Actor
from academy.people.models import Consent, Organisation, Person, Place
from courses import policies
from courses.models import (
    AttendanceCell,
    AttendanceMark,
    Cohort,
    CohortTrainer,
    Course,
    CourseVersion,
    Enrolment,
    Module,
    Session,
    Track,
    WorkingMethod,
)
from courses.queries.sessions import SessionRow
from courses.rules.enrolment import SEATED
from courses.rules.paper import MOST_PEOPLE

COMING = frozenset({"admitted", "active"})
"""Who is invited: not who has a pause, or is done."""


@dataclass(frozen=True, slots=True)
class Trainer:
    """Somebody who trains the cohort."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class PaperCohort:
    """A cohort as it stands above a paper; titles in Dutch."""

    id: int
    name: str
    course: str
    version: str
    track: str
    location: str
    trainers: tuple[Trainer, ...]


@dataclass(frozen=True, slots=True)
class PaperSession:
    """One session as it stands above a paper; titles in Dutch."""

    id: int
    order: int
    title: str
    starts_at: datetime
    ends_at: datetime
    location: str
    state: str


@dataclass(frozen=True, slots=True)
class Name:
    """Somebody with a chair in the cohort: the name, and nothing else."""

    enrolment_id: int
    name: str
    call_name: str


@dataclass(frozen=True, slots=True)
class Contact:
    """What only the trainer's own sheet shows. `photo` and `phone_list`: whether there is a yes."""

    name: str
    phone: str
    email: str
    channel: str
    support: str
    photo: bool
    phone_list: bool


@dataclass(frozen=True, slots=True)
class BadgeName:
    """What a badge shows: no last name, no function."""

    call_name: str
    from_where: str
    photo: bool


@dataclass(frozen=True, slots=True)
class Method:
    """A working method as on its card."""

    key: str
    name: str
    purposes: tuple[str, ...]
    fewest: int
    most: int
    minutes: int
    preparation: str
    without_reading: bool
    materials: tuple[str, ...]
    steps: tuple[str, ...]
    tip: str
    origin: str


def get_paper_cohort(cohort_id: int, by: Actor) -> PaperCohort:
    """Return a cohort that `by` may print for. Raises NotFoundError."""
    row = db.session.execute(
        sa.select(
            Cohort.name,
            Cohort.location,
            CourseVersion.title_nl,
            CourseVersion.version,
            Track.key,
        )
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .join(Track, Track.id == Course.track_id)
        .where(
            Cohort.id == cohort_id,
            policy.within(by, policies.PRINT, cohort=Cohort.id, place=Cohort.place_id),
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return PaperCohort(
        id=cohort_id,
        name=row.name,
        course=row.title_nl,
        version=row.version,
        track=row.key,
        location=row.location,
        trainers=_trainers(cohort_id),
    )


def _trainers(cohort_id: int) -> tuple[Trainer, ...]:
    people = db.session.scalars(
        sa.select(Person)
        .join(CohortTrainer, CohortTrainer.person_id == Person.id)
        .where(CohortTrainer.cohort_id == cohort_id)
        .order_by(CohortTrainer.position)
    )
    return tuple(Trainer(person.display_name, person.phone or "") for person in people)


def paper_sessions(cohort_id: int) -> tuple[PaperSession, ...]:
    """Return the sessions of a cohort in the order of their lessons, titles in Dutch."""
    rows = db.session.execute(
        sa.select(Session, Module.order, Module.title_nl)
        .join(Module, Module.id == Session.module_id)
        .where(Session.cohort_id == cohort_id)
        .order_by(Module.order)
    )
    return tuple(
        PaperSession(
            id=session.id,
            order=order,
            title=title,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            location=session.location,
            state=session.state,
        )
        for session, order, title in rows
    )


def find_session(sessions: Iterable[PaperSession], session_id: int) -> PaperSession:
    """Return one of these sessions. Raises NotFoundError."""
    found = next((one for one in sessions if one.id == session_id), None)
    if found is None:
        raise NotFoundError
    return found


AnySession = TypeVar("AnySession", PaperSession, SessionRow)


def session_at_hand(sessions: Iterable[AnySession]) -> AnySession | None:
    """Return the session to print for: the next that goes on, else the last that did."""
    now = clock.now()
    going = [one for one in sessions if one.state != "cancelled"]
    ahead = [one for one in going if one.ends_at > now]
    if ahead:
        return min(ahead, key=lambda one: one.starts_at)
    return max(going, key=lambda one: one.starts_at, default=None)


def _seated(cohort_id: int, states: frozenset[str]) -> tuple[sa.ColumnElement[bool], ...]:
    return (Enrolment.cohort_id == cohort_id, Enrolment.state.in_(sorted(states)))


def _refuse_many(count: int) -> None:
    if count > MOST_PEOPLE:
        raise ConflictError(_("Deze groep is te groot voor papier."))


def names_of(cohort_id: int, *, states: frozenset[str] = SEATED) -> tuple[Name, ...]:
    """Return the names of who has a chair, by name. Raises ConflictError for too many for paper."""
    people = db.session.execute(
        sa.select(Enrolment.id, Person.call_name, Person.prefix, Person.last_name)
        .join(Person, Person.id == Enrolment.person_id)
        .where(*_seated(cohort_id, states))
        .order_by(Person.sort_key, Enrolment.id)
        .limit(MOST_PEOPLE + 1)
    ).all()
    _refuse_many(len(people))
    return tuple(
        Name(row.id, _joined(row.call_name, row.prefix, row.last_name), row.call_name)
        for row in people
    )


def get_name(enrolment_id: int) -> Name:
    """Return the name of one participant. Raises NotFoundError. The caller checks the right."""
    row = db.session.execute(
        sa.select(Enrolment.id, Person.call_name, Person.prefix, Person.last_name)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.id == enrolment_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return Name(row.id, _joined(row.call_name, row.prefix, row.last_name), row.call_name)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def contacts_of(cohort_id: int) -> tuple[Contact, ...]:
    """Return how to reach everybody with a chair, what helps them and what they said yes to."""
    people = db.session.execute(
        sa.select(Person, _says_yes("photo"), _says_yes("phone_list"))
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(*_seated(cohort_id, SEATED))
        .order_by(Person.sort_key, Enrolment.id)
        .limit(MOST_PEOPLE + 1)
    ).all()
    _refuse_many(len(people))
    return tuple(
        Contact(
            name=person.display_name,
            phone=person.phone or "",
            email=person.email or "",
            channel=person.preferred_channel,
            support=person.support,
            photo=photo,
            phone_list=phone_list,
        )
        for person, photo, phone_list in people
    )


def _says_yes(kind: str) -> sa.ColumnElement[bool]:
    return (
        sa.select(sa.literal(1))
        .where(Consent.person_id == Person.id, Consent.kind == kind, Consent.withdrawn_on.is_(None))
        .exists()
    )


def badge_names(cohort_id: int) -> tuple[BadgeName, ...]:
    """Return what the badges of a cohort show, by name."""
    people = db.session.execute(
        sa.select(
            Person.call_name,
            Person.last_name,
            Place.name.label("place"),
            Organisation.name.label("organisation"),
            _says_yes("photo").label("photo"),
        )
        .join(Enrolment, Enrolment.person_id == Person.id)
        .outerjoin(Place, Place.id == Person.place_id)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(*_seated(cohort_id, SEATED))
        .order_by(Person.sort_key, Enrolment.id)
        .limit(MOST_PEOPLE + 1)
    ).all()
    _refuse_many(len(people))
    return tuple(
        BadgeName(row.call_name or row.last_name, row.organisation or row.place or "", row.photo)
        for row in people
    )


def marks_of(cohort_id: int) -> dict[int, dict[int, str]]:
    """Return the mark that counts, by enrolment and session; none while two marks contradict."""
    rows = db.session.execute(
        sa.select(AttendanceCell.enrolment_id, AttendanceCell.session_id, AttendanceMark.status)
        .join(AttendanceMark, AttendanceMark.id == AttendanceCell.mark_id)
        .join(Enrolment, Enrolment.id == AttendanceCell.enrolment_id)
        .where(*_seated(cohort_id, SEATED), AttendanceCell.other_mark_id.is_(None))
    )
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for row in rows:
        found[row.enrolment_id][row.session_id] = row.status
    return found


def method_rows() -> tuple[Method, ...]:
    """Return all working methods, by name."""
    rows = db.session.scalars(
        sa.select(WorkingMethod).order_by(WorkingMethod.name_nl, WorkingMethod.id)
    )
    return tuple(_method(row) for row in rows)


def get_method(key: str) -> Method:
    """Return one working method. Raises NotFoundError."""
    row = db.session.scalar(sa.select(WorkingMethod).where(WorkingMethod.key == key))
    if row is None:
        raise NotFoundError
    return _method(row)


def _method(row: WorkingMethod) -> Method:
    content = row.content
    return Method(
        key=row.key,
        name=row.name_nl,
        purposes=tuple(content["purposes"]),
        fewest=content["group_min"],
        most=content["group_max"],
        minutes=content["minutes"],
        preparation=content["preparation"],
        without_reading=content["works_without_reading"],
        materials=tuple(content["materials"]),
        steps=tuple(content["steps"]),
        tip=content["tip"],
        origin=content["origin"],
    )
