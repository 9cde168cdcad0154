"""Somebody who did everything, and the people around a certificate, for the tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import current
from academy.people.models import Person
from certificates.adapters.keys import init_keys, list_keys
from certificates.models import NameApproval
from certificates.services import decisions
from certificates.services.issuing import StoredFile, record_issued
from certificates.tasks import issuing
from courses.models import (
    AttendanceCell,
    AttendanceMark,
    Cohort,
    Enrolment,
    Module,
    PracticeAssignment,
    PracticeSubmission,
    Session,
)
from tests.factories import (
    make_actor,
    make_cohort,
    make_coordinator,
    make_course,
    make_enrolment,
    make_grant,
    make_person,
    make_place,
    make_trainer,
)

CODE = "VGWJCH4E31QQRNMDMAQM"
RENEWAL = {
    "window_opens_months_before": 6,
    "grace_months_after": 3,
    "requirements": [
        {"id": "meetups", "nl": "minstens 2 terugkommiddagen", "en": "2 meet-ups", "min": 2}
    ],
}


@dataclass
class Scene:
    """A cohort with one ready participant, its trainer, its coordinator and the board."""

    cohort: Cohort
    enrolment: Enrolment
    holder: Person
    trainer: Person
    coordinator: Person
    board: Person
    other_board: Person


def make_scene(name: str = "Samira", **content: object) -> Scene:
    """Make the scene; everything in it is flushed, not committed."""
    version = make_course(renewal_rule=RENEWAL, **content)
    place = make_place()
    cohort = make_cohort(version=version, place=place, state="finishing")
    trainer = make_trainer(cohort)
    holder = make_person(name, "El Haddou")
    enrolment = make_enrolment(cohort, holder)
    make_ready(enrolment, by=trainer)
    board, other_board = make_person("Josien", "Aarden"), make_person("Ruben", "Tuinman")
    make_grant(board, "board")
    make_grant(other_board, "board")
    coordinator = make_coordinator(place)
    return Scene(cohort, enrolment, holder, trainer, coordinator, board, other_board)


def commit_scene(name: str = "Samira", **content: object) -> Scene:
    """Make and commit the scene, loose from the session: naming its ids then reads nothing, so
    that SQLite's one writer can be the page."""
    with unit_of_work():
        scene = make_scene(name, **content)
        for thing in vars(scene).values():
            db.session.refresh(thing)
        db.session.expunge_all()
    return scene


def make_ready(enrolment: Enrolment, *, by: Person) -> None:
    """Let somebody attend every session, finish every assignment and say yes to their name."""
    sessions = sa.select(Session.id).where(Session.cohort_id == enrolment.cohort_id)
    for session_id in db.session.scalars(sessions):
        mark = AttendanceMark(
            session_id=session_id,
            enrolment_id=enrolment.id,
            status="present",
            source="web",
            marked_by_id=by.id,
            marked_at=clock.now(),
        )
        db.session.add(mark)
        db.session.flush()
        db.session.add(
            AttendanceCell(
                session_id=session_id, enrolment_id=enrolment.id, mark_id=mark.id, version=1
            )
        )
    version = sa.select(Cohort.course_version_id).where(Cohort.id == enrolment.cohort_id)
    assignments = (
        sa.select(PracticeAssignment.id)
        .join(Module, Module.id == PracticeAssignment.module_id)
        .where(Module.course_version_id == version.scalar_subquery())
    )
    for assignment_id in db.session.scalars(assignments):
        db.session.add(
            PracticeSubmission(
                enrolment_id=enrolment.id,
                assignment_id=assignment_id,
                state="done",
                evidence="gesproken",
                submitted_at=clock.now(),
                submitted_by_id=enrolment.person_id,
            )
        )
    approve_name(enrolment)
    db.session.flush()


def approve_name(enrolment: Enrolment) -> None:
    """Let somebody say yes to their name as it is known."""
    person = db.session.get_one(Person, enrolment.person_id)
    db.session.add(
        NameApproval(
            person_id=person.id,
            printed_name=person.name_on_certificate or person.display_name,
            approved_at=clock.now(),
            by_id=person.id,
            way="self",
        )
    )


def make_keys() -> None:
    """Make the sealing keys of this run, once."""
    settings = current()
    if not settings.keys.exists():
        init_keys(settings.keys, settings.keys_passphrase, now=clock.real_now())


def grant(scene: Scene, *, issued_on: date | None = None) -> int:
    """Propose and grant, committed; return the certificate's id."""
    with unit_of_work():
        decision_id = decisions.propose(scene.enrolment.id, by=make_actor(scene.trainer))
    with unit_of_work():
        certificate_id = decisions.decide(
            decision_id, "grant", by=make_actor(scene.board), issued_on=issued_on
        )
    assert certificate_id is not None
    return certificate_id


def enter_file(certificate_id: int) -> None:
    """Enter a file that nobody made: for tests that look at the register alone."""
    file = StoredFile(
        sha256=f"{certificate_id:064x}",
        size_bytes=1,
        key=list_keys(current().keys)[0],
        code=f"{certificate_id:020d}",
    )
    with unit_of_work():
        assert record_issued(certificate_id, file)


def issue(scene: Scene, *, code: str | None = None) -> int:
    """Propose, grant and make the file; return the certificate's id."""
    make_keys()
    certificate_id = grant(scene)
    issuing.issue(certificate_id, code=code)
    return certificate_id
