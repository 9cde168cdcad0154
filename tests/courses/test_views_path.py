"""The path, the lessons and the public pages, through the client."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import SYSTEM
from academy.people.models import Person
from courses.adapters.curriculum import read_curricula
from courses.adapters.markdown import to_html
from courses.models import AttendanceCell, AttendanceMark, Module, PracticeSubmission, Session
from courses.services.content import import_curricula
from tests.courses.test_services_content import FOLDER
from tests.factories import make_cohort, make_coordinator, make_enrolment, make_person, make_trainer

SignIn = Callable[[Person | int], FlaskClient]


def _mark(enrolment_id: int, session_id: int, status: str, by: Person) -> AttendanceCell:
    mark = AttendanceMark(
        session_id=session_id,
        enrolment_id=enrolment_id,
        status=status,
        source="web",
        marked_by_id=by.id,
        marked_at=clock.now(),
    )
    db.session.add(mark)
    db.session.flush()
    cell = AttendanceCell(
        session_id=session_id, enrolment_id=enrolment_id, mark_id=mark.id, version=1
    )
    db.session.add(cell)
    return cell


def _correct(cell: AttendanceCell, status: str, by: Person) -> None:
    mark = AttendanceMark(
        session_id=cell.session_id,
        enrolment_id=cell.enrolment_id,
        status=status,
        source="web",
        marked_by_id=by.id,
        marked_at=clock.now(),
        supersedes_id=cell.mark_id,
    )
    db.session.add(mark)
    db.session.flush()
    cell.mark_id, cell.version = mark.id, cell.version + 1


def test_one_course_opens_at_once(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        enrolment = make_enrolment()
        person_id, path = enrolment.person_id, f"/leergang/{enrolment.id}"
    answer = sign_in(person_id).get("/leergang")
    assert (answer.status_code, answer.location) == (303, path)


def test_nobody_without_a_course_is_left_with_nothing(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        person = make_person()
    page = sign_in(person).get("/leergang")
    assert "Je doet nog geen leergang." in page.text
    assert "/opleidingen" in page.text


def test_the_path_says_what_is_missing_and_why(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        cohort = make_cohort()
        trainer = make_trainer(cohort)
        enrolment = make_enrolment(cohort)
        first = db.session.scalars(
            sa.select(Session).where(Session.cohort_id == cohort.id).order_by(Session.starts_at)
        ).first()
        assert first is not None
        _mark(enrolment.id, first.id, "absent", trainer)
        person_id, path = enrolment.person_id, f"/leergang/{enrolment.id}"
    page = sign_in(person_id).get(path)
    assert page.status_code == 200
    assert "Je was niet bij les 1 (Les nummer 1). Deze mag je niet missen." in page.text
    assert "Je mist de opdracht bij les 2: Opdracht 2." in page.text
    assert "niet gekomen" in page.text
    assert len(page.data) < 40_000


def test_a_mark_that_was_corrected_says_what_it_was(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        cohort = make_cohort()
        trainer = make_trainer(cohort)
        enrolment, other = make_enrolment(cohort), make_enrolment(cohort)
        first, second, third = db.session.scalars(
            sa.select(Session)
            .where(Session.cohort_id == cohort.id)
            .order_by(Session.starts_at)
            .limit(3)
        )
        _correct(_mark(enrolment.id, first.id, "absent", trainer), "present", trainer)
        _correct(_mark(enrolment.id, second.id, "present", trainer), "present", trainer)
        _mark(enrolment.id, third.id, "present", trainer)
        _correct(_mark(other.id, third.id, "excused", trainer), "made_up", trainer)
        person_id, path = enrolment.person_id, f"/leergang/{enrolment.id}"
    page = sign_in(person_id).get(path).text
    assert "Eerst: niet gekomen. Verbeterd op 23 november 2026." in page
    assert page.count("Eerst: ") == 1
    assert "Eerst: " not in sign_in(trainer).get(path).text


def test_the_next_session_stands_first_with_a_way_to_stay_away(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        cohort = make_cohort(starts_on=clock.today().replace(day=16))
        enrolment = make_enrolment(cohort)
        person_id, path = enrolment.person_id, f"/leergang/{enrolment.id}"
    page = sign_in(person_id).get(path).text
    assert "Maandag 23 november 2026, 19.00 uur" in page
    assert "Ik kan dan niet" in page
    assert page.index("Volgende bijeenkomst") < page.index("Wat mis ik nog")


def test_a_path_of_somebody_else_is_not_there(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        enrolment = make_enrolment()
        other = make_person()
        elsewhere = make_trainer(make_cohort())
        path = f"/leergang/{enrolment.id}"
    for who in (other, elsewhere):
        assert sign_in(who).get(path).status_code == 404
        assert sign_in(who).get(f"{path}/les/1").status_code == 404


def test_only_trainers_read_what_is_for_the_trainer(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        cohort = make_cohort()
        trainer = make_trainer(cohort)
        enrolment = make_enrolment(cohort)
        person_id, path = enrolment.person_id, f"/leergang/{enrolment.id}/les/1"
    participant = sign_in(person_id).get(path).text
    assert "Fijn dat je er bent." in participant
    assert "Loop een rondje." in participant
    assert "Praat zelf weinig." not in participant
    assert "Praat zelf weinig." in sign_in(trainer).get(path).text


def test_a_lesson_that_does_not_exist_is_not_there(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        enrolment = make_enrolment()
        person_id, path = enrolment.person_id, f"/leergang/{enrolment.id}/les/9"
    assert sign_in(person_id).get(path).status_code == 404


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "[klik](javascript:alert(1))",
        "![x](https://elders.example/x.png)",
        '<img src=x onerror="alert(1)">',
        "<style>p{}</style>",
    ],
)
def test_lesson_text_cannot_do_harm(evil: str) -> None:
    html = to_html(f"Hallo\n\n{evil}")
    for forbidden in ("<script", "<img", "<style", 'href="javascript'):
        assert forbidden not in html


def test_lesson_text_keeps_tables_and_headings_in_order() -> None:
    html = to_html("## Een\n\n### Twee\n\n| a | b |\n|---|---|\n| 1 | 2 |", heading=3)
    assert "<h3>Een</h3>" in html
    assert "<h4>Twee</h4>" in html
    assert "<td>1</td>" in html


def test_visitors_read_about_every_track(app: Flask, client: FlaskClient) -> None:
    with unit_of_work():
        import_curricula(read_curricula(FOLDER), by=SYSTEM)
    page = client.get("/opleidingen")
    assert page.status_code == 200
    for key in ("residents", "professionals", "governors"):
        assert f"/opleidingen/{key}" in page.text
        one = client.get(f"/opleidingen/{key}")
        assert one.status_code == 200
        assert len(one.data) < 40_000
    assert client.get("/opleidingen/onbekend").status_code == 404


def test_every_real_lesson_stays_small(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        import_curricula(read_curricula(FOLDER), by=SYSTEM)
        orders = db.session.execute(
            sa.select(Module.course_version_id, Module.order).order_by(Module.id)
        ).all()
        paths = []
        person = make_person()
        for version_id in sorted({version for version, _order in orders}):
            cohort = make_cohort(version=None)
            cohort.course_version_id = version_id
            enrolment = make_enrolment(cohort, person)
            paths += [
                f"/leergang/{enrolment.id}/les/{order}"
                for version, order in orders
                if version == version_id
            ]
    client = sign_in(person)
    for path in paths:
        page = client.get(path)
        assert page.status_code == 200
        assert len(page.data) < 40_000


def test_the_state_of_an_assignment_is_shown(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        enrolment = make_enrolment()
        person_id, path = enrolment.person_id, f"/leergang/{enrolment.id}"
        db.session.add(
            PracticeSubmission(
                enrolment_id=enrolment.id,
                assignment_id=1,
                state="submitted",
                evidence="gesproken",
                submitted_at=clock.now(),
                submitted_by_id=person_id,
            )
        )
    assert "je trainer kijkt ernaar" in sign_in(person_id).get(path).text


def test_a_coordinator_reads_the_path_on_behalf(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        enrolment = make_enrolment()
        coordinator = make_coordinator()
        path = f"/leergang/{enrolment.id}"
    assert "Leergang van Samira" in sign_in(coordinator).get(path).text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("applied", "We bellen je voor een kennismakingsgesprek."),
        ("waitlisted", "Je staat op de wachtlijst."),
        ("completed", "Je hebt deze leergang gehaald."),
        ("withdrawn", "Je bent gestopt met deze groep."),
        ("not_now", "Je doet nu niet mee aan deze groep."),
    ],
)
def test_who_does_not_take_part_reads_how_it_stands(
    app: Flask, sign_in: SignIn, state: str, words: str
) -> None:
    with unit_of_work():
        enrolment = make_enrolment(make_cohort(starts_on=clock.today()), state=state)
        person_id, path = enrolment.person_id, f"/leergang/{enrolment.id}"
    page = sign_in(person_id).get(path).text
    assert words in page
    assert "Volgende bijeenkomst" not in page
    assert "Wat mis ik nog" not in page


def test_who_moved_finds_the_new_group(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        person = make_person()
        there = make_enrolment(person=person)
        before = make_enrolment(person=person, state="transferred", transferred_to_id=there.id)
        path, new = f"/leergang/{before.id}", f"/leergang/{there.id}"
    assert new in sign_in(person).get(path).text
