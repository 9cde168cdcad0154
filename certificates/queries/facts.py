"""What a decision and a certificate need to know of an enrolment, in a few small reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Reach
from academy.people.models import Grant, Person
from courses.models import (
    AttendanceCell,
    AttendanceMark,
    Cohort,
    CohortTrainer,
    CourseVersion,
    Enrolment,
    FinalAttempt,
    Module,
    Promise,
    Session,
)
from courses.queries.hosts import find_host
from courses.queries.moved import with_earlier

DIRECTOR = "director"
MINUTE = timedelta(minutes=1)
WAS_THERE = ("present", "late")
"""A session that was made up at home counts for the course, but is no contact time."""

BREAKS = ("pauze", "lunch", "soep")
"""What the session plans call a break, in its title."""


@dataclass(frozen=True, slots=True)
class EnrolmentFacts:
    """One enrolment, whose it is, where it lies, and the course as frozen."""

    enrolment_id: int
    state: str
    person_id: int
    holder: str
    name_on_certificate: str
    language: str
    email: str | None
    cohort_id: int
    cohort: str
    place_id: int
    organisation_id: int | None
    track: str
    course_version_id: int
    course_title: Mapping[str, str]
    course: Mapping[str, Any]

    @property
    def reach(self) -> Reach:
        """Where the enrolment lies, for the question whether a grant covers it."""
        return Reach(
            person_id=self.person_id,
            cohort_id=self.cohort_id,
            place_id=self.place_id,
            organisation_id=self.organisation_id,
        )

    @property
    def printed_name(self) -> str:
        """The name as the holder writes it, or else as we know it."""
        return self.name_on_certificate or self.holder


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody whose name stands below a certificate, and as what: a key of course.yaml."""

    person_id: int
    name: str
    part: str


def get_facts(enrolment_id: int, *, lock: bool = False) -> EnrolmentFacts:
    """Return the facts of one enrolment. Raises NotFoundError."""
    statement = (
        sa.select(Enrolment, Person, Cohort, CourseVersion)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .where(Enrolment.id == enrolment_id)
    )
    if lock:
        statement = statement.with_for_update(of=Enrolment)
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFoundError
    enrolment, person, cohort, version = row
    return EnrolmentFacts(
        enrolment_id=enrolment.id,
        state=enrolment.state,
        person_id=person.id,
        holder=person.display_name,
        name_on_certificate=person.name_on_certificate,
        language=person.ui_language,
        email=person.email,
        cohort_id=cohort.id,
        cohort=cohort.name,
        place_id=cohort.place_id,
        organisation_id=cohort.client_organisation_id,
        track=version.content["course"]["track"],
        course_version_id=version.id,
        course_title={"nl": version.title_nl, "en": version.title_en},
        course=version.content["course"],
    )


def trainer_ids(cohort_id: int) -> frozenset[int]:
    """Return everybody who trains or trained the cohort, substitutes too."""
    named = sa.select(CohortTrainer.person_id).where(CohortTrainer.cohort_id == cohort_id)
    granted = sa.select(Grant.person_id).where(
        Grant.role == "trainer",
        Grant.scope_kind == "cohort",
        Grant.scope_id == cohort_id,
        Grant.confirmed_on.is_not(None),
    )
    return frozenset(db.session.scalars(named.union(granted)))


def assessor_ids(enrolment_id: int) -> frozenset[int]:
    """Return everybody who scored or is to score a practical of this enrolment."""
    rows = db.session.execute(
        sa.select(
            FinalAttempt.first_assessor_id,
            FinalAttempt.second_assessor_id,
            FinalAttempt.third_assessor_id,
        ).where(FinalAttempt.enrolment_id == enrolment_id)
    )
    return frozenset(person_id for row in rows for person_id in row if person_id is not None)


def find_first_assessor(enrolment_id: int) -> int | None:
    """Return the first assessor of the last practical that counts, or None without one."""
    attempt = _last_attempt(enrolment_id)
    return attempt.first_assessor_id if attempt else None


def _last_attempt(enrolment_id: int) -> FinalAttempt | None:
    return db.session.scalars(
        sa.select(FinalAttempt)
        .where(FinalAttempt.enrolment_id == enrolment_id, FinalAttempt.state != "void")
        .order_by(FinalAttempt.attempt.desc())
        .limit(1)
    ).one_or_none()


def find_promise(enrolment_id: int) -> str:
    """Return the promise made to residents, or an empty text."""
    promise = db.session.scalar(sa.select(Promise.text).where(Promise.enrolment_id == enrolment_id))
    return promise or ""


def signers(facts: EnrolmentFacts) -> tuple[Signer, ...]:
    """Return who signs, in the order of course.yaml; a part that nobody plays is left out."""
    found = (_signer(part, facts) for part in facts.course["certificate"]["signatories"])
    return tuple(one for one in found if one is not None)


def _signer(part: str, facts: EnrolmentFacts) -> Signer | None:
    if part == "resident_host":
        return _host(part, facts.cohort_id)
    person = _colleague(part, facts)
    return Signer(person.id, person.display_name, part) if person else None


def _host(part: str, cohort_id: int) -> Signer | None:
    """The resident who receives the group, under the name that they said yes to."""
    host = find_host(cohort_id)
    return Signer(host.person_id, host.printed_name, part) if host else None


def _colleague(part: str, facts: EnrolmentFacts) -> Person | None:
    if part == "trainer_lead":
        return db.session.scalars(
            sa.select(Person)
            .join(CohortTrainer, CohortTrainer.person_id == Person.id)
            .where(CohortTrainer.cohort_id == facts.cohort_id)
            .order_by(CohortTrainer.position)
            .limit(1)
        ).one_or_none()
    if part == "resident_co_assessor":
        attempt = _last_attempt(facts.enrolment_id)
        return db.session.get(Person, attempt.second_assessor_id) if attempt else None
    if part == "academy_director":
        return _director()
    return None


def _director() -> Person | None:
    """The board member whose titles say director; without one, who sits on the board longest."""
    is_director = sa.case((Person.titles.contains(DIRECTOR), 0), else_=1)
    return db.session.scalars(
        sa.select(Person)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.role == "board", Grant.valid_to.is_(None), Grant.confirmed_on.is_not(None))
        .order_by(is_director, Grant.valid_from, Grant.id)
        .limit(1)
    ).one_or_none()


def contact_hours(enrolment_id: int) -> int:
    """Return the full hours of the sessions this person attended, without the breaks.

    Counted by the minutes between begin and end of each session, whatever cohort it was in, and
    rounded down once. Source: course.yaml, `study_hours_on_certificate`.
    """
    sessions = db.session.execute(
        sa.select(Session.starts_at, Session.ends_at, Module.content)
        .select_from(Module)
        .join(Session, Session.module_id == Module.id)
        .join(AttendanceCell, AttendanceCell.session_id == Session.id)
        .join(AttendanceMark, AttendanceMark.id == AttendanceCell.mark_id)
        .where(
            AttendanceCell.enrolment_id.in_(with_earlier(enrolment_id)),
            AttendanceMark.status.in_(WAS_THERE),
            Session.state != "cancelled",
        )
    )
    minutes = sum(
        contact_minutes((row.ends_at - row.starts_at) // MINUTE, plan=row.content["session_plan"])
        for row in sessions
    )
    return minutes // 60


def contact_minutes(minutes: int, *, plan: Sequence[Mapping[str, Any]]) -> int:
    """Return what is left of a session of `minutes` without the breaks in its plan."""
    breaks: int = sum(part["minutes"] for part in plan if _is_break(part["title"]))
    return max(0, minutes - breaks)


def _is_break(title: str) -> bool:
    return any(word in title.casefold() for word in BREAKS)
