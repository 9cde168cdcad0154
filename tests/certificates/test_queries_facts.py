"""What a certificate says about a course, from the real curricula."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.kernel.db import db
from academy.kernel.errors import ConflictError
from academy.kernel.policy import Actor
from academy.people.models import Person
from certificates.models import Certificate
from certificates.queries.facts import contact_hours, contact_minutes, get_facts, signers
from certificates.queries.printing import find_to_print
from certificates.services import decisions
from certificates.services.issuing import mail_values
from courses.models import (
    AttendanceMark,
    Cohort,
    CohortHost,
    CourseVersion,
    Enrolment,
    FinalAttempt,
    Promise,
    Session,
)
from courses.services.content import import_curricula
from tests.certificates.ready import make_ready
from tests.courses.training_group import curricula
from tests.factories import (
    make_actor,
    make_cohort,
    make_enrolment,
    make_grant,
    make_person,
    make_trainer,
)


def enrolled(course: str) -> tuple[Enrolment, int]:
    """Enrol somebody in a real course; returns the enrolment and its trainer's id."""
    import_curricula(curricula(), by=Actor(origin="cli"))
    version = db.session.scalars(
        sa.select(CourseVersion).where(CourseVersion.content["course"]["id"].as_string() == course)
    ).one()
    cohort = make_cohort(version=version, state="finishing", starts_on=date(2026, 3, 2))
    return make_enrolment(cohort, make_person("Pieter", "Boersma")), make_trainer(cohort).id


@pytest.fixture
def director(app: Flask) -> None:
    member, director = make_person("Josien"), make_person("Elly", titles="director;signatory")
    make_grant(member, "board", valid_from=date(2019, 1, 1))
    make_grant(director, "board")


def parts(enrolment: Enrolment) -> list[tuple[str, str]]:
    return [(one.part, one.name.split()[0]) for one in signers(get_facts(enrolment.id))]


@pytest.mark.usefixtures("director")
def test_residents_get_the_lead_trainer_and_the_director(app: Flask) -> None:
    enrolment, _ = enrolled("res")

    assert parts(enrolment) == [("trainer_lead", "Said"), ("academy_director", "Elly")]


@pytest.mark.usefixtures("director")
def test_professionals_get_the_resident_who_assessed_too(app: Flask) -> None:
    enrolment, trainer_id = enrolled("pro")
    db.session.add(
        FinalAttempt(
            enrolment_id=enrolment.id,
            attempt=1,
            state="outcome",
            first_assessor_id=trainer_id,
            second_assessor_id=make_person("Samira").id,
            outcome="passed",
        )
    )
    db.session.flush()

    assert parts(enrolment) == [
        ("trainer_lead", "Said"),
        ("resident_co_assessor", "Samira"),
        ("academy_director", "Elly"),
    ]


def test_all_meetings_of_governors_are_sixteen_hours_without_the_breaks(app: Flask) -> None:
    enrolment, trainer_id = enrolled("gov")
    assert contact_hours(enrolment.id) == 0
    make_ready(enrolment, by=db.session.get_one(Person, trainer_id))

    assert contact_hours(enrolment.id) == 16


def test_only_sessions_where_somebody_was_count_and_hours_are_rounded_down_once(app: Flask) -> None:
    enrolment, trainer_id = enrolled("gov")
    make_ready(enrolment, by=db.session.get_one(Person, trainer_id))
    marks = db.session.scalars(
        sa.select(AttendanceMark)
        .where(AttendanceMark.enrolment_id == enrolment.id)
        .order_by(AttendanceMark.session_id)
    ).all()
    for mark, status in zip(marks, ("late", "made_up", "excused", "absent"), strict=False):
        mark.status = status
    db.session.flush()

    # 150 and twice 165 of the 180 minutes: eight hours, not eight and a bit more each
    assert contact_hours(enrolment.id) == 8


def test_a_session_that_was_shorter_counts_for_what_it_was(app: Flask) -> None:
    enrolment, trainer_id = enrolled("gov")
    make_ready(enrolment, by=db.session.get_one(Person, trainer_id))
    for session in db.session.scalars(
        sa.select(Session).where(Session.cohort_id == enrolment.cohort_id)
    ):
        session.ends_at = session.starts_at + timedelta(minutes=120)
    db.session.flush()

    assert contact_hours(enrolment.id) == (6 * 120 - 105) // 60


@pytest.mark.parametrize(
    ("title", "left"),
    [("Pauze", 165), ("Soep en pauze", 165), ("Lunch in de buurt", 165), ("Binnenkomen", 180)],
)
def test_breaks_are_known_by_their_title(title: str, left: int) -> None:
    assert contact_minutes(180, plan=[{"title": title, "minutes": 15}]) == left


def governor(*, promise: str) -> tuple[int, Actor]:
    """Propose a governor who misses the self-scans; returns the decision and a decider."""
    enrolment, trainer_id = enrolled("gov")
    trainer = db.session.get_one(Person, trainer_id)
    make_ready(enrolment, by=trainer)
    if promise:
        db.session.add(Promise(enrolment_id=enrolment.id, text=promise))
    board = make_person("Ruben")
    make_grant(board, "board")
    decision_id = decisions.propose(
        enrolment.id, by=make_actor(trainer), hardship="De scan is op papier gedaan."
    )
    return decision_id, make_actor(board)


def test_a_governors_proof_has_hours_and_a_promise_and_no_end(app: Flask) -> None:
    decision_id, board = governor(promise="Ik eet elk kwartaal mee aan een keukentafel.")

    certificate = db.session.get_one(Certificate, decisions.decide(decision_id, "grant", by=board))
    assert certificate.number.startswith("SLHZ-T-2026-00001-")
    assert certificate.valid_until is None
    to_print = find_to_print(certificate.id, code="0" * 20, public_url="https://academie.example")
    assert to_print is not None
    assert to_print.design == "governors"
    assert to_print.printed.hours == 16
    assert to_print.printed.promise == "Ik eet elk kwartaal mee aan een keukentafel."
    assert [one.role for one in to_print.printed.signatories] == ["trainer"]


def test_a_resident_host_signs_a_governors_proof_under_the_name_they_said_yes_to(
    app: Flask,
) -> None:
    decision_id, board = governor(promise="Ik luister eerst.")
    urmila = add_host("Urmila Sewpersad-Baldewsingh")
    urmila.last_name, urmila.name_on_certificate = "Anders", "Heel Anders"

    certificate = db.session.get_one(Certificate, decisions.decide(decision_id, "grant", by=board))
    assert [one["part"] for one in certificate.content["signatories"]] == [
        "trainer_lead",
        "resident_host",
    ]
    assert signed(certificate)[1:] == [
        ("Urmila Sewpersad-Baldewsingh", "bewoner en gastvrouw of gastheer")
    ]

    db.session.delete(db.session.scalars(sa.select(CohortHost)).one())
    db.session.flush()
    assert len(signed(certificate)) == 2, "what was granted stays as it was"


def test_a_host_who_was_erased_signs_no_more(app: Flask) -> None:
    decision_id, board = governor(promise="Ik luister eerst.")
    add_host("")

    certificate = db.session.get_one(Certificate, decisions.decide(decision_id, "grant", by=board))
    assert [role for _, role in signed(certificate)] == ["trainer"]


def add_host(printed_name: str) -> Person:
    """Let a resident be host of the only cohort."""
    urmila = make_person("Urmila", "Sewpersad")
    db.session.add(
        CohortHost(
            cohort_id=db.session.scalars(sa.select(Cohort.id)).one(),
            person_id=urmila.id,
            printed_name=printed_name,
            agreed_on=date(2026, 11, 1),
            noted_by_id=urmila.id,
        )
    )
    db.session.flush()
    return urmila


def signed(certificate: Certificate) -> list[tuple[str, str]]:
    to_print = find_to_print(certificate.id, code="0" * 20, public_url="https://academie.example")
    assert to_print is not None
    return [(one.name, one.role) for one in to_print.printed.signatories]


def test_without_a_promise_there_is_no_proof(app: Flask) -> None:
    decision_id, board = governor(promise="")

    with pytest.raises(ConflictError):
        decisions.decide(decision_id, "grant", by=board)


def test_the_mail_knows_the_call_name_and_nothing_else(app: Flask) -> None:
    decision_id, board = governor(promise="Ik luister eerst.")
    certificate_id = decisions.decide(decision_id, "grant", by=board)

    assert mail_values(certificate_id or 0) == {"call_name": "Pieter"}
    assert mail_values(0) is None
