"""The chain where people work on the command line, on a copy of the demo academy.

What people do on pages goes through the same services here; the commands judge, issue, verify,
print and check it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from academy.app import create_app
from academy.coaching.models import CoachingPlan
from academy.coaching.services import log, plans
from academy.coaching.services.log import Contact
from academy.contact import services as contact
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import Actor
from academy.kernel.settings import current, read_settings
from academy.kernel.storage import Storage
from academy.people.models import Person, Place
from academy.people.queries.actors import actor_for
from academy.people.services import grants
from academy.people.services.persons import NewPerson
from certificates.models import Certificate
from certificates.services import decisions
from certificates.services.names import approve_name
from courses.models import Cohort, Enrolment, Module, PracticeAssignment, Session
from courses.queries.on_behalf import reaches_of
from courses.services import attendance, cohorts, enrolment, practical, practice
from courses.services.attendance import NewMark
from courses.services.practical import Score
from tests.browser.live import Live, Mailbox, make_environment, prepared, set_clock

pytestmark = pytest.mark.slow

COHORT = "C05"
COORDINATOR, TRAINER, ASSESSOR, COACH = "P307", "P301", "P302", "P305"
ADMINISTRATOR, SECOND_ADMINISTRATOR, BOARD = "P312", "P313", "P310"
APPLIES = date(2026, 11, 24)
DECIDED = date(2027, 5, 26)
LESSONS = (1, 2, 3, 4, 5, 7)
CRITERIA = ("luisteren", "waarnemen", "kracht", "verbinden", "eigenaarschap", "grenzen")


def test_from_a_message_to_a_printed_log(demo_academy: Path, tmp_path: Path) -> None:
    with prepared(demo_academy, tmp_path / "academy") as live, _inside(live):
        enrolment_id = _a_stranger_gets_a_chair()
        assert {one["state"] for one in _verdict(live, enrolment_id)["criteria"]} == {"not_yet"}
        _the_course_is_done(enrolment_id)
        set_clock(live, clock.local(DECIDED, 9))
        assert _verdict(live, enrolment_id)["complete"]

        _two_people_decide(enrolment_id)
        issue = ("certificates", "issue", "--cohort", COHORT, "--json")
        assert json.loads(live.command(*issue)) == {"cohort": COHORT, "issued": 1}
        assert json.loads(live.command(*issue)) == {"cohort": COHORT, "issued": 0}
        _the_file_is_original(live, tmp_path, enrolment_id)

        person_id = _a_coach_logs_a_talk(enrolment_id)
        printed = tmp_path / "log.pdf"
        live.command("coaching", "log", "--person", str(person_id), "--out", str(printed))
        assert printed.read_bytes().startswith(b"%PDF-1.7")
        live.command("check")


def test_curricula_are_read_once(tmp_path: Path) -> None:
    environment = make_environment(tmp_path, smtp_port=0, port=8000)
    live = Live("http://127.0.0.1:8000", tmp_path, environment, Mailbox())
    live.command("db", "upgrade")
    words = ("courses", "import", "courses/curricula", "--json")

    first, second = (json.loads(live.command(*words)) for _ in range(2))

    assert (first["tracks"], first["modules"], first["questions"]) == (3, 21, 123)
    assert (first["new_versions"], first["changed_working_methods"]) == (3, 34)
    assert (second["new_versions"], second["changed_working_methods"]) == (0, 0)


# --- the stations ----------------------------------------------------------------------------


def _a_stranger_gets_a_chair() -> int:
    with _on(APPLIES):
        message = contact.Message("Zoë Brandsma", "06-00000400", "bij het station", "Een tuin!")
        request = contact.send_message(message, address="192.0.2.1")
        assert request is not None
        request_id = request.id
    with _on(APPLIES):
        tineke = _who(COORDINATOR)
        place_id = db.session.scalars(sa.select(Place.id).where(Place.source_id == "NB05")).one()
        contact.sort_out(request_id, by=tineke, kind="resident", place_id=place_id)
        contact.take_step(request_id, "talk_planned", by=tineke, talk_on=APPLIES)
        new = NewPerson(call_name="Zoë", last_name="Brandsma", place_id=place_id)
        enrolment_id = contact.make_application(request_id, new, _cohort_id(), by=tineke)
        enrolment.record_intake(enrolment_id, by=tineke, agreed_to_code_of_conduct=True)
        enrolment.admit(enrolment_id, by=tineke)
        given = grants.give_grant(
            _who(ASSESSOR).person_id or 0,
            "assessor",
            by=_who(ADMINISTRATOR),
            scope_kind="cohort",
            scope_id=_cohort_id(),
            valid_from=APPLIES,
            reason="tweede beoordelaar",
        )
        grants.confirm_grant(given.id, by=_who(SECOND_ADMINISTRATOR))
    return enrolment_id


def _the_course_is_done(enrolment_id: int) -> None:
    sessions = _rows(sa.select(Session).where(Session.cohort_id == _cohort_id()))
    for number, session in enumerate(sorted(sessions, key=lambda one: one.starts_at)):
        with _on(session.starts_at.date(), hour=22):
            if number == 0:
                cohorts.change_state(_cohort_id(), "running", by=_who(COORDINATOR))
            present = [NewMark(enrolment_id, "present")]
            attendance.save_register(session.id, present, by=_who(TRAINER), source="phone")
    with _on(DECIDED):
        for assignment_id in _assignment_ids():
            handed_in = practice.hand_in(
                enrolment_id, assignment_id, evidence="gesproken", by=_who(TRAINER)
            )
            practice.review(handed_in, state="done", by=_who(TRAINER), sentence="Mooi verteld.")
        _two_assessors_score(enrolment_id)


def _two_assessors_score(enrolment_id: int) -> None:
    first, second = _who(TRAINER), _who(ASSESSOR)
    attempt_id = practical.plan_attempt(
        enrolment_id,
        first_id=first.person_id or 0,
        second_id=second.person_id or 0,
        planned_on=DECIDED,
        by=first,
    )
    levels = dict.fromkeys(CRITERIA, Score(3, "Dat zag ik."))
    for one in (first, second):
        practical.declare(attempt_id, knows_privately=False, by=one)
    practical.hand_in_scores(attempt_id, scores=levels, by=first)
    lower = {**levels, "waarnemen": Score(2, "Nog niet altijd.")}
    practical.hand_in_scores(attempt_id, scores=lower, by=second)
    assert practical.conclude(attempt_id, by=second) == "passed"


def _two_people_decide(enrolment_id: int) -> None:
    with _on(DECIDED):
        decision_id = decisions.propose(enrolment_id, by=_who(TRAINER))
        certificate_id = decisions.decide(decision_id, "grant", by=_who(BOARD))
        certificate = db.session.get_one(Certificate, certificate_id)
        holder = certificate.person_id
        approve_name(
            holder, certificate.printed_name, by=_who(COORDINATOR), reaches=reaches_of(holder)
        )


def _the_file_is_original(live: Live, folder: Path, enrolment_id: int) -> None:
    person = _person_of(enrolment_id)
    (certificate,) = _rows(sa.select(Certificate).where(Certificate.person_id == person))
    issued = Storage(current().storage).path(certificate.sha256)
    (judged,) = json.loads(live.command("certificates", "verify", str(issued), "--json"))
    assert (judged["verdict"], judged["number"]) == ("original", certificate.number)

    altered = folder / "altered.pdf"
    altered.write_bytes(issued.read_bytes()[:-20] + b"x" * 20)
    done = subprocess.run(
        [sys.executable, "-m", "academy", "certificates", "verify", str(altered), "--json"],
        env=live.environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)[0]["verdict"] == "altered"


def _a_coach_logs_a_talk(enrolment_id: int) -> int:
    person_id = _person_of(enrolment_id)
    of_person = sa.select(CoachingPlan.id).where(CoachingPlan.person_id == person_id)
    (plan_id,) = _rows(of_person)
    with _on(DECIDED):
        plans.match(plan_id, _who(COACH).person_id or 0, by=_who(COORDINATOR))
    with _on(DECIDED):
        esra = _who(COACH)
        plans.agree(plan_id, by=esra)
        plans.agree(plan_id, by=esra, on_behalf_of=person_id)
        talk = Contact(kind="visit", happened_on=DECIDED, discussed="De tuin achter de flat.")
        log.log_contact(plan_id, talk, by=esra)
    return person_id


# --- small things ----------------------------------------------------------------------------


@contextmanager
def _inside(live: Live) -> Iterator[None]:
    """Work in the academy's own process, beside the commands."""
    app = create_app(read_settings(live.environment), testing=True)
    with app.app_context():
        yield
        db.session.remove()
        db.engine.dispose()


@contextmanager
def _on(day: date, hour: int = 12) -> Iterator[None]:
    moment: datetime = clock.local(day, hour)
    with clock.at(moment), unit_of_work():
        yield


def _verdict(live: Live, enrolment_id: int) -> dict[str, Any]:
    rows = json.loads(live.command("courses", "verdicts", "--cohort", COHORT, "--json"))
    (found,) = [row for row in rows if row["enrolment"] == enrolment_id]
    return dict(found)


def _who(source_id: str) -> Actor:
    (person_id,) = db.session.scalars(sa.select(Person.id).where(Person.source_id == source_id))
    return actor_for(person_id)


def _rows(query: sa.Select[Any]) -> list[Any]:
    """Read outside a unit of work, and let go of the database for the commands."""
    found = list(db.session.scalars(query))
    db.session.expunge_all()
    db.session.rollback()
    return found


def _cohort_id() -> int:
    return int(db.session.scalars(sa.select(Cohort.id).where(Cohort.source_id == COHORT)).one())


def _assignment_ids() -> list[int]:
    query = (
        sa.select(PracticeAssignment.id)
        .join(Module, Module.id == PracticeAssignment.module_id)
        .join(Cohort, Cohort.course_version_id == Module.course_version_id)
        .where(Cohort.source_id == COHORT, Module.order.in_(LESSONS))
    )
    return list(db.session.scalars(query))


def _person_of(enrolment_id: int) -> int:
    (person_id,) = _rows(sa.select(Enrolment.person_id).where(Enrolment.id == enrolment_id))
    return int(person_id)
