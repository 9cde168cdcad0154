"""One enrolment: the path its participant walks, and the dossier its staff reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased, defer

from academy.kernel import clock, policy
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.i18n import pick
from academy.kernel.policy import Actor, Reach
from academy.people.models import Person
from courses import policies
from courses.models import (
    AttendanceCell,
    AttendanceMark,
    Cohort,
    CohortTrainer,
    Course,
    CourseVersion,
    Enrolment,
    EnrolmentEvent,
    Module,
    PracticeAssignment,
    Quiz,
    Session,
    Track,
)
from courses.queries.progress import Progress
from courses.rules.enrolment import APPLYING

ON_THE_WAY = ("admitted", "active", "paused")


@dataclass(frozen=True, slots=True)
class OwnEnrolment:
    """One of somebody's own enrolments."""

    id: int
    course: str
    cohort: str
    starts_on: date
    state: str


@dataclass(frozen=True, slots=True)
class EnrolmentHead:
    """Whose enrolment it is, in what, and how it stands."""

    id: int
    person_id: int
    name: str
    call_name: str
    name_on_certificate: str
    phone: str
    support: str
    state: str
    note: str
    applied_on: date
    intake_by: str
    code_of_conduct_on: date | None
    transferred_to_id: int | None
    cohort_id: int
    cohort: str
    cohort_state: str
    place_id: int
    organisation_id: int | None
    location: str
    step_free: bool | None
    starts_on: date
    course: str
    course_version_id: int
    course_id: int
    track: str

    @property
    def reach(self) -> Reach:
        """Return where this enrolment lies."""
        return Reach(self.person_id, self.cohort_id, self.place_id, self.organisation_id)

    @property
    def is_applying(self) -> bool:
        """Say whether there is no answer yet."""
        return self.state in APPLYING

    @property
    def is_on_the_way(self) -> bool:
        """Say whether the person takes part, will, or has a pause."""
        return self.state in ON_THE_WAY

    @property
    def is_judged_live(self) -> bool:
        """Say whether the rules still speak; once decided, the verdict filed with it counts."""
        return self.is_on_the_way or self.state == "not_passed"


@dataclass(frozen=True, slots=True)
class Corrected:
    """A mark that came in the place of another: what stood there before, and since when."""

    before: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PathStep:
    """One lesson on the path: its session, if planned, and its assignment."""

    order: int
    key: str
    title: str
    session_id: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    location: str
    state: str
    moved_from: date | None
    mark: str | None
    corrected: Corrected | None
    assignment_id: int
    assignment_key: str
    assignment_title: str
    assignment_required: bool
    assignment_state: str
    quiz_id: int
    quiz_key: str
    questions: int


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One step the enrolment took."""

    state: str
    at: datetime
    by: str


def own_enrolments(person_id: int) -> list[OwnEnrolment]:
    """Return somebody's own enrolments, the latest cohort first."""
    rows = db.session.execute(
        sa.select(
            Enrolment.id,
            CourseVersion.title_nl,
            CourseVersion.title_en,
            Cohort.name,
            Cohort.starts_on,
            Enrolment.state,
        )
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .where(Enrolment.person_id == person_id)
        .order_by(Cohort.starts_on.desc(), Enrolment.id.desc())
    )
    return [
        OwnEnrolment(
            id=row.id,
            course=pick({"nl": row.title_nl, "en": row.title_en}),
            cohort=row.name,
            starts_on=row.starts_on,
            state=row.state,
        )
        for row in rows
    ]


def get_enrolment(enrolment_id: int) -> EnrolmentHead:
    """Return one enrolment. Raises NotFoundError. The caller checks the right."""
    talker = aliased(Person)
    row = db.session.execute(
        sa.select(Enrolment, Person, talker, Cohort, CourseVersion, Track.key)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(talker, talker.id == Enrolment.intake_by_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .join(Track, Track.id == Course.track_id)
        .where(Enrolment.id == enrolment_id)
        .options(defer(CourseVersion.content))
    ).first()
    if row is None:
        raise NotFoundError
    enrolment, person, talked, cohort, version, track = row
    return EnrolmentHead(
        id=enrolment.id,
        person_id=person.id,
        name=person.display_name,
        call_name=person.call_name or person.display_name,
        name_on_certificate=person.name_on_certificate or person.display_name,
        phone=person.phone or "",
        support=person.support,
        state=enrolment.state,
        note=enrolment.note,
        applied_on=enrolment.applied_on,
        intake_by=_name(talked),
        code_of_conduct_on=enrolment.code_of_conduct_on,
        transferred_to_id=enrolment.transferred_to_id,
        cohort_id=cohort.id,
        cohort=cohort.name,
        cohort_state=cohort.state,
        place_id=cohort.place_id,
        organisation_id=cohort.client_organisation_id,
        location=cohort.location,
        step_free=cohort.step_free,
        starts_on=cohort.starts_on,
        course=pick({"nl": version.title_nl, "en": version.title_en}),
        course_version_id=version.id,
        course_id=version.course_id,
        track=track,
    )


def get_readable(enrolment_id: int, by: Actor) -> EnrolmentHead:
    """Return an enrolment that is the actor's own, or in their reach. Raises NotFoundError."""
    head = get_enrolment(enrolment_id)
    if not policy.covers(by, policies.OWN_PATH, head.reach):
        policy.require(by, policies.READ_COHORT, head.reach)
    return head


def path_steps(head: EnrolmentHead, progress: Progress) -> tuple[PathStep, ...]:
    """Return the lessons of the course in order, with what this participant did of each."""
    counts, before = aliased(AttendanceMark), aliased(AttendanceMark)
    rows = db.session.execute(
        sa.select(
            Module.order,
            Module.key,
            Module.title_nl,
            Module.title_en,
            Session.id.label("session_id"),
            Session.starts_at,
            Session.ends_at,
            Session.location,
            Session.state,
            Session.moved_from,
            PracticeAssignment.id.label("assignment_id"),
            PracticeAssignment.key.label("assignment_key"),
            PracticeAssignment.title_nl.label("assignment_nl"),
            PracticeAssignment.title_en.label("assignment_en"),
            Quiz.id.label("quiz_id"),
            Quiz.key.label("quiz_key"),
            sa.func.json_array_length(Quiz.questions).label("questions"),
            counts.marked_at,
            before.status.label("before"),
        )
        .join(PracticeAssignment, PracticeAssignment.module_id == Module.id)
        .join(Quiz, Quiz.module_id == Module.id)
        .outerjoin(
            Session, sa.and_(Session.module_id == Module.id, Session.cohort_id == head.cohort_id)
        )
        .outerjoin(
            AttendanceCell,
            sa.and_(
                AttendanceCell.session_id == Session.id, AttendanceCell.enrolment_id == head.id
            ),
        )
        .outerjoin(counts, counts.id == AttendanceCell.mark_id)
        .outerjoin(
            before, sa.and_(before.id == counts.supersedes_id, before.status != counts.status)
        )
        .where(Module.course_version_id == head.course_version_id)
        .order_by(Module.order)
    )
    marks = marks_by_module(progress)
    required, practice = progress.rule.practice.required, progress.evidence.practice
    return tuple(
        PathStep(
            order=row.order,
            key=row.key,
            title=pick({"nl": row.title_nl, "en": row.title_en}),
            session_id=row.session_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            location=row.location or head.location,
            state=row.state or "",
            moved_from=row.moved_from,
            mark=marks.get(row.key),
            corrected=Corrected(row.before, row.marked_at) if row.before else None,
            assignment_id=row.assignment_id,
            assignment_key=row.assignment_key,
            assignment_title=pick({"nl": row.assignment_nl, "en": row.assignment_en}),
            assignment_required=row.assignment_key in required,
            assignment_state=practice.get(row.assignment_key, ""),
            quiz_id=row.quiz_id,
            quiz_key=row.quiz_key,
            questions=row.questions,
        )
        for row in rows
    )


def marks_by_module(progress: Progress) -> dict[str, str]:
    """Return the mark of each module; the own cohort's goes before that of an earlier one."""
    marks: dict[str, str] = {}
    for session in progress.evidence.sessions:
        if session.mark is not None:
            marks.setdefault(session.module, session.mark.status)
    return marks


def next_step(steps: tuple[PathStep, ...], now: datetime | None = None) -> PathStep | None:
    """Return the lesson whose session comes next, or is going on."""
    now = now or clock.now()
    ahead = [
        step
        for step in steps
        if step.ends_at and step.ends_at > now and step.state in ("planned", "moved")
    ]
    return min(ahead, key=lambda step: step.starts_at or now, default=None)


def trainer_names(cohort_id: int) -> tuple[str, ...]:
    """Return who trains a cohort, the lead trainer first."""
    people = db.session.scalars(
        sa.select(Person)
        .join(CohortTrainer, CohortTrainer.person_id == Person.id)
        .where(CohortTrainer.cohort_id == cohort_id)
        .order_by(CohortTrainer.position)
    )
    return tuple(person.display_name for person in people)


def history(enrolment_id: int) -> tuple[HistoryLine, ...]:
    """Return the steps of an enrolment, the latest first."""
    rows = db.session.execute(
        sa.select(EnrolmentEvent, Person)
        .outerjoin(Person, Person.id == EnrolmentEvent.by_id)
        .where(EnrolmentEvent.enrolment_id == enrolment_id)
        .order_by(EnrolmentEvent.at.desc(), EnrolmentEvent.id.desc())
    )
    return tuple(HistoryLine(event.to_state, event.at, _name(person)) for event, person in rows)


def _name(person: Person | None) -> str:
    return "" if person is None else person.display_name


def takes_part(actor: Actor) -> sa.ColumnElement[bool]:
    """Return whether somebody has an enrolment of their own, old or new."""
    return sa.exists().where(Enrolment.person_id == actor.person_id)


def person_of(enrolment_id: int) -> int:
    """Return who takes part. Raises NotFoundError."""
    person_id = db.session.scalar(
        sa.select(Enrolment.person_id).where(Enrolment.id == enrolment_id)
    )
    if person_id is None:
        raise NotFoundError
    return person_id
