"""A group in training for the tests of attendance, practice and the practical."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import html5lib
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.policy import Actor
from academy.people.models import Grant, Person, Place
from academy.people.queries.actors import actor_for
from courses.adapters.curriculum import Curricula, read_curricula
from courses.models import (
    Cohort,
    CohortTrainer,
    CourseVersion,
    Enrolment,
    EnrolmentEvent,
    Module,
    Session,
)
from courses.services.content import import_curricula

CURRICULA = Path(__file__).resolve().parents[2] / "courses" / "curricula"
START = date(2026, 9, 8)


@cache
def curricula() -> Curricula:
    return read_curricula(CURRICULA)


@dataclass
class Group:
    """Ids of one cohort with its sessions, people and staff."""

    cohort_id: int
    place_id: int
    sessions: list[int]
    modules: list[int]
    enrolments: list[int]
    learners: list[int]
    trainer_id: int
    second_trainer_id: int
    assessor_id: int
    other_assessor_id: int
    coordinator_id: int
    extra: dict[str, int] = field(default_factory=dict)


def actor(person_id: int) -> Actor:
    return actor_for(person_id, origin="web")


def after(session_number: int, *, days: int = 0, hours: int = 3) -> datetime:
    """Return a moment after session `session_number` (1 is the first) has begun."""
    day = START + timedelta(days=14 * (session_number - 1) + days)
    return clock.local(day, 9 + hours, 30)


def add_person(name: str) -> int:
    person = Person(call_name=name, sort_key=name.lower(), created_on=date(2026, 1, 1))
    db.session.add(person)
    db.session.flush()
    return person.id


def grant(
    person_id: int, role: str, *, kind: str, scope_id: int | None, since: date = date(2026, 1, 1)
) -> None:
    db.session.add(
        Grant(
            person_id=person_id,
            role=role,
            scope_kind=kind,
            scope_id=scope_id,
            valid_from=since,
            reason="test",
            confirmed_on=since,
        )
    )
    db.session.flush()


def enrol(cohort_id: int, name: str, *, since: date = START, state: str = "active") -> int:
    enrolment = Enrolment(
        person_id=add_person(name),
        sort_key=name.lower(),
        cohort_id=cohort_id,
        state=state,
        applied_on=date(2026, 8, 1),
    )
    db.session.add(enrolment)
    db.session.flush()
    db.session.add(
        EnrolmentEvent(
            enrolment_id=enrolment.id,
            from_state="admitted",
            to_state="active",
            at=clock.local(since, 8),
        )
    )
    db.session.flush()
    return enrolment.id


def make_group(
    people: int = 3, *, course: str = "res", state: str = "running", name: str = "Heksloot"
) -> Group:
    """Make a running cohort with two trainers, two assessors and a coordinator, and commit it."""
    if db.session.scalar(sa.select(sa.func.count()).select_from(CourseVersion)) == 0:
        import_curricula(curricula(), by=Actor(origin="cli"))
    version = db.session.scalars(
        sa.select(CourseVersion).where(CourseVersion.content["course"]["id"].as_string() == course)
    ).one()
    place = Place(name=name, kind="neighbourhood", municipality="Waterdam")
    db.session.add(place)
    db.session.flush()
    cohort = Cohort(
        course_version_id=version.id,
        name=name,
        place_id=place.id,
        starts_on=START,
        location="Wijkcentrum De Sluis",
        capacity=max(people, 14),
        state=state,
    )
    db.session.add(cohort)
    db.session.flush()
    modules = db.session.scalars(
        sa.select(Module.id).where(Module.course_version_id == version.id).order_by(Module.order)
    ).all()
    sessions = []
    for number, module_id in enumerate(modules):
        starts_at = clock.local(START + timedelta(days=14 * number), 9, 30)
        session = Session(
            cohort_id=cohort.id,
            module_id=module_id,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=150),
            location="Wijkcentrum De Sluis",
            state="planned",
        )
        db.session.add(session)
        db.session.flush()
        sessions.append(session.id)
    enrolments = [enrol(cohort.id, f"Deelnemer {number:02d}") for number in range(1, people + 1)]
    learners = [db.session.get_one(Enrolment, one).person_id for one in enrolments]
    trainer, second = add_person("Tess Trainer"), add_person("Tom Trainer")
    assessor, other = add_person("Bea Beoordelaar"), add_person("Bo Beoordelaar")
    coordinator = add_person("Coco Coordinator")
    for position, person_id in enumerate((trainer, second), start=1):
        db.session.add(CohortTrainer(cohort_id=cohort.id, person_id=person_id, position=position))
        grant(person_id, "trainer", kind="cohort", scope_id=cohort.id)
    grant(assessor, "assessor", kind="cohort", scope_id=cohort.id)
    grant(other, "resident_assessor", kind="cohort", scope_id=cohort.id)
    grant(coordinator, "coordinator", kind="place", scope_id=place.id)
    group = Group(
        cohort_id=cohort.id,
        place_id=place.id,
        sessions=sessions,
        modules=list(modules),
        enrolments=enrolments,
        learners=learners,
        trainer_id=trainer,
        second_trainer_id=second,
        assessor_id=assessor,
        other_assessor_id=other,
        coordinator_id=coordinator,
    )
    db.session.commit()
    return group


def well_formed(text: str) -> str:
    """Parse a page strictly: one h1, one main, every input has a label. Returns the page."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    assert len(tree.findall(".//h1")) == len(tree.findall(".//main")) == 1
    inside = {one for label in tree.iter("label") for one in label.iter()}
    named = {label.get("for") for label in tree.iter("label")}
    for one in (one for one in tree.iter() if one.tag in ("input", "textarea", "select")):
        hidden = one.get("type") == "hidden" or one.get("hidden") is not None
        assert hidden or one in inside or one.get("id") in named, one.attrib
    return text
