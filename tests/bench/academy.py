"""An academy of any size for measuring: one cohort of the residents' course, halfway."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import SYSTEM, Actor
from academy.kernel.resources import PACKAGE
from academy.people.models import Person
from courses.adapters.curriculum import read_curricula
from courses.models import Cohort, CourseVersion, Module, PracticeAssignment, Session
from courses.services import attendance, content, practice
from tests.factories import (
    make_actor,
    make_coordinator,
    make_enrolment,
    make_person,
    make_place,
    make_trainer,
)

FORTNIGHT = 14
STARTS_ON = date(2026, 9, 15)
"""Five of eight sessions are held by the day on which tests stand still."""


@dataclass(frozen=True, slots=True)
class Academy:
    """The ids that pages are asked with."""

    participant_ids: tuple[int, ...]
    trainer_id: int
    coordinator_id: int
    enrolment_ids: tuple[int, ...]
    cohort_id: int
    held_session_id: int
    open_session_id: int

    @property
    def participant_id(self) -> int:
        """Return one of those who take part."""
        return self.participant_ids[0]


def build(people: int, *, starts_on: date = STARTS_ON) -> Academy:
    """Make a cohort of `people`; what is before today is held, and everybody is at work."""
    with unit_of_work():
        version = _residents_course()
        place = make_place()
        cohort = Cohort(
            course_version_id=version.id,
            name="Meetgroep",
            place_id=place.id,
            starts_on=starts_on,
            location="De Krokus",
            capacity=max(people, 14),
            state="running",
        )
        db.session.add(cohort)
        db.session.flush()
        sessions = _sessions(cohort, version)
        trainer, coordinator = make_trainer(cohort), make_coordinator(place)
        enrolments = [
            make_enrolment(cohort, make_person(f"Bewoner{n:05d}"), applied_on=date(2026, 8, 1))
            for n in range(people)
        ]
        enrolment_ids = tuple(enrolment.id for enrolment in enrolments)
        participant_ids = tuple(enrolment.person_id for enrolment in enrolments)
        trainer_id, coordinator_id, cohort_id = trainer.id, coordinator.id, cohort.id
        session_ids = [session.id for session in sessions]
        assignments = list(
            db.session.scalars(
                sa.select(PracticeAssignment.id)
                .join(Module)
                .where(Module.course_version_id == version.id)
                .order_by(Module.order)
            )
        )
    _take_part(trainer_id, session_ids[:5], enrolment_ids, assignments)
    return Academy(
        participant_ids=participant_ids,
        trainer_id=trainer_id,
        coordinator_id=coordinator_id,
        enrolment_ids=enrolment_ids,
        cohort_id=cohort_id,
        held_session_id=session_ids[4],
        open_session_id=session_ids[5],
    )


def _residents_course() -> CourseVersion:
    content.import_curricula(read_curricula(PACKAGE.parent / "courses" / "curricula"), by=SYSTEM)
    return db.session.scalars(
        sa.select(CourseVersion).where(CourseVersion.title_nl.startswith("Buurtaanjager"))
    ).one()


def _sessions(cohort: Cohort, version: CourseVersion) -> list[Session]:
    modules = db.session.scalars(
        sa.select(Module).where(Module.course_version_id == version.id).order_by(Module.order)
    )
    sessions = []
    for number, module in enumerate(modules):
        day = date.fromordinal(cohort.starts_on.toordinal() + number * FORTNIGHT)
        session = Session(
            cohort_id=cohort.id,
            module_id=module.id,
            starts_at=clock.local(day, 19),
            ends_at=clock.local(day, 21, 30),
            location=cohort.location,
            state="held" if day < clock.today() else "planned",
        )
        db.session.add(session)
        sessions.append(session)
    db.session.flush()
    return sessions


def _take_part(
    trainer_id: int, session_ids: list[int], enrolment_ids: tuple[int, ...], assignments: list[int]
) -> None:
    for session_id in session_ids:
        with unit_of_work():
            save_register(trainer_id, session_id, enrolment_ids, "present")
    with unit_of_work():
        trainer = _actor(trainer_id)
        for enrolment_id in enrolment_ids[:50]:
            for assignment_id in assignments[:3]:
                practice.hand_in(
                    enrolment_id, assignment_id, evidence="gesproken", text="Verteld.", by=trainer
                )


def _actor(person_id: int) -> Actor:
    return make_actor(db.session.get(Person, person_id))


def save_register(
    trainer_id: int, session_id: int, enrolment_ids: tuple[int, ...], status: str
) -> None:
    """Mark everybody alike; the one bulk write that `make bench` measures."""
    marks = [attendance.NewMark(enrolment_id=one, status=status) for one in enrolment_ids]
    attendance.save_register(session_id, marks, by=_actor(trainer_id))
