"""Pages of trainers and coordinators, through the client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.models import Person
from courses.models import (
    AttendanceCell,
    AttendanceMark,
    Cohort,
    CohortTrainer,
    Enrolment,
    PracticeAssignment,
    PracticeSubmission,
    Session,
)
from tests.factories import (
    make_cohort,
    make_coordinator,
    make_course,
    make_enrolment,
    make_grant,
    make_person,
    make_place,
    make_trainer,
)
from tests.people.held_forms import wears_off

SignIn = Callable[[Person | int], FlaskClient]


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*parts: Any) -> None:
        seen.append(parts[2])

    engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def _mark(enrolment: Enrolment, session: Session, status: str, by: Person) -> None:
    mark = AttendanceMark(
        session_id=session.id,
        enrolment_id=enrolment.id,
        status=status,
        source="web",
        marked_by_id=by.id,
        marked_at=clock.now(),
    )
    db.session.add(mark)
    db.session.flush()
    cell = AttendanceCell(
        session_id=session.id, enrolment_id=enrolment.id, mark_id=mark.id, version=1
    )
    db.session.add(cell)


def _hand_in(enrolment: Enrolment, key: str, state: str) -> None:
    assignment = db.session.scalars(
        sa.select(PracticeAssignment).where(PracticeAssignment.key == key)
    ).one()
    db.session.add(
        PracticeSubmission(
            enrolment_id=enrolment.id,
            assignment_id=assignment.id,
            state=state,
            evidence="gesproken",
            submitted_at=clock.now(),
            submitted_by_id=enrolment.person_id,
        )
    )
    db.session.flush()


def _asked(enrolment_id: int) -> str:
    db.session.expire_all()
    return db.session.get_one(Enrolment, enrolment_id).state


def test_a_trainer_sees_only_her_own_cohorts(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        mine, other = make_cohort(name="Mijn groep"), make_cohort(name="Andere groep")
        trainer = make_trainer(mine)
        paths = [f"/groepen/{mine.id}", f"/groepen/{other.id}"]
    client = sign_in(trainer)
    page = client.get("/groepen").text
    assert "Mijn groep" in page
    assert "Andere groep" not in page
    assert [client.get(path).status_code for path in paths] == [200, 404]


def test_cohorts_are_paged_by_key(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        version, place = make_course(), make_place()
        for number in range(1, 28):
            make_cohort(name=f"Groep {number:02d}", version=version, place=place)
        coordinator = make_coordinator()
    client = sign_in(coordinator)
    first = client.get("/groepen").text
    assert "Groep 27" in first
    assert "Groep 02" not in first
    cursor = first.split("/groepen?na=")[1].split('"')[0]
    second = client.get(f"/groepen?na={cursor}").text
    assert "Groep 02" in second
    assert "Groep 03" not in second
    assert client.get("/groepen?na=onzin").status_code == 200


def test_a_participant_has_no_cohorts(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        person = make_person()
    assert sign_in(person).get("/groepen").status_code == 403


def test_each_person_has_one_next_action(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        cohort = make_cohort()
        trainer = make_trainer(cohort)
        make_enrolment(cohort, make_person("Hatice", "Şahin"))
        path = f"/groepen/{cohort.id}"
    page = sign_in(trainer).get(path)
    assert page.status_code == 200
    assert "Hatice Şahin" in page.text
    assert "Aanwezig 0 van 3, opdrachten 0 van 3." in page.text
    assert "op koers" in page.text


@pytest.mark.parametrize(
    ("marks", "states", "word", "action"),
    [
        (("absent",), (), "moet inhalen", "Spreek inhalen af"),
        (("absent", "absent", "absent"), (), "praat samen", "Bekijk het dossier"),
        (("present",), ("submitted",), "wacht op een zin", "Bekijk de opdrachten"),
        (("present", "present"), ("done", "done"), "alles gehaald", "Bekijk het dossier"),
    ],
)
def test_the_most_urgent_thing_is_the_next_action(
    app: Flask,
    sign_in: SignIn,
    marks: tuple[str, ...],
    states: tuple[str, ...],
    word: str,
    action: str,
) -> None:
    with unit_of_work():
        cohort = make_cohort(starts_on=date(2026, 11, 2))
        trainer, enrolment = make_trainer(cohort), make_enrolment(cohort)
        sessions = db.session.scalars(
            sa.select(Session).where(Session.cohort_id == cohort.id).order_by(Session.starts_at)
        ).all()
        for session, status in zip(sessions, marks, strict=False):
            _mark(enrolment, session, status, trainer)
        keys = ("tst-01-p", "tst-02-p")
        for key, state in zip(keys, states, strict=False):
            _hand_in(enrolment, key, state)
        path = f"/groepen/{cohort.id}"
    client = sign_in(trainer)
    page = client.get(path).text
    assert word in page
    assert action in page
    waits = "submitted" in states
    assert ("1 opdracht wacht" in client.get("/vandaag").text) is waits


@pytest.mark.parametrize("ending", ["", "/presentie"])
def test_pages_of_a_cohort_stay_small_and_statements_do_not_grow(
    app: Flask, sign_in: SignIn, ending: str
) -> None:
    with unit_of_work():
        cohort = make_cohort(version=make_course(modules=8), capacity=40)
        trainer = make_trainer(cohort)
        for _number in range(2):
            make_enrolment(cohort)
        path = f"/groepen/{cohort.id}{ending}"
    client = sign_in(trainer)
    client.get(path)
    with counted_statements() as few:
        client.get(path)
    with unit_of_work():
        for _number in range(30):
            make_enrolment(db.session.get_one(Cohort, cohort.id))
    with counted_statements() as many:
        page = client.get(path)
    assert len(page.data) < 40_000
    assert len(many) == len(few) <= 12


def test_a_coordinator_plans_a_cohort_and_its_sessions(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        version, place = make_course(), make_place()
        coordinator = make_coordinator(place)
        trainer = make_trainer(make_cohort(version=version, place=place))
    client = sign_in(coordinator)
    answer = client.post(
        "/groepen/nieuw",
        data={
            "course_version_id": version.id,
            "name": "Nieuwe groep",
            "place_id": place.id,
            "client_organisation_id": "0",
            "starts_on": "2-2-2027",
            "location": "De Krokus",
            "capacity": "12",
        },
    )
    assert answer.status_code == 303
    cohort = db.session.scalars(sa.select(Cohort).where(Cohort.name == "Nieuwe groep")).one()
    assert answer.location == f"/groepen/{cohort.id}/bijeenkomsten"
    assert "Plan nog 3 bijeenkomsten" in client.get(answer.location).text
    data = {"first_on": "02-02-2027", "starts": "19.30", "every_days": "14", "location": ""}
    assert client.post(answer.location, data=data).status_code == 303
    trainers = f"/groepen/{cohort.id}/trainers"
    assert client.post(trainers, data={"person_id": trainer.id}).status_code == 303
    found = db.session.scalars(
        sa.select(Session).where(Session.cohort_id == cohort.id).order_by(Session.starts_at)
    ).all()
    assert [one.starts_at for one in found] == [
        clock.local(date(2027, 2, day), 19, 30) for day in (2, 16)
    ] + [clock.local(date(2027, 3, 2), 19, 30)]
    assert found[0].ends_at == clock.local(date(2027, 2, 2), 22)
    assert db.session.scalars(
        sa.select(CohortTrainer.person_id).where(CohortTrainer.cohort_id == cohort.id)
    ).all() == [trainer.id]


def test_a_wrong_form_comes_back_with_what_was_typed(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        make_course()
        place = make_place()
        coordinator = make_coordinator(place)
    answer = sign_in(coordinator).post(
        "/groepen/nieuw",
        data={"name": "Half ingevuld", "starts_on": "31-31-2027", "capacity": "0"},
    )
    assert answer.status_code == 422
    assert "Half ingevuld" in answer.text
    assert "Vul een dag in zoals 1-12-2026." in answer.text
    assert "Kies een aantal van 1 tot 60." in answer.text
    assert "Er is iets niet goed ingevuld" in answer.text


@pytest.mark.parametrize("typed", ["", "kwart over", "25.00", "9.75"])
def test_a_wrong_time_is_refused_in_words(app: Flask, sign_in: SignIn, typed: str) -> None:
    with unit_of_work():
        coordinator = make_coordinator()
        cohort = make_cohort()
        path = f"/groepen/{cohort.id}/bijeenkomsten"
    data = {"first_on": "02-02-2027", "starts": typed, "every_days": "14"}
    answer = sign_in(coordinator).post(path, data=data)
    assert answer.status_code == 422
    assert "Vul een tijd in zoals 9.30." in answer.text


def test_a_session_is_moved_and_cancelled(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        coordinator = make_coordinator()
        cohort = make_cohort(starts_on=date(2026, 12, 1))
        session = db.session.scalars(
            sa.select(Session).where(Session.cohort_id == cohort.id).order_by(Session.starts_at)
        ).first()
        assert session is not None
        session_id, path = session.id, f"/groepen/{cohort.id}/bijeenkomsten/{session.id}"
        other = make_cohort()
    client = sign_in(coordinator)
    assert "1 december 2026" in client.get(path).text
    data = {"day": "3-12-2026", "starts": "10:00", "location": "Buiten"}
    assert client.post(path, data=data).status_code == 303
    db.session.expire_all()
    moved = db.session.get_one(Session, session_id)
    assert (moved.state, moved.location) == ("moved", "Buiten")
    assert moved.starts_at == clock.local(date(2026, 12, 3), 10)
    assert client.post(f"{path}/afgelast").status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Session, session_id).state == "cancelled"
    assert client.get(f"/groepen/{other.id}/bijeenkomsten/{session_id}").status_code == 404


def test_what_a_service_refuses_is_said_on_the_form(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        coordinator = make_coordinator()
        cohort = make_cohort()
        session = db.session.scalars(
            sa.select(Session).where(Session.cohort_id == cohort.id).order_by(Session.starts_at)
        ).first()
        assert session is not None
        path = f"/groepen/{cohort.id}/bijeenkomsten/{session.id}"
    answer = sign_in(coordinator).post(path, data={"day": "3-12-2026", "starts": "10.00"})
    assert answer.status_code == 422
    assert "Deze bijeenkomst is al geweest." in answer.text


def test_the_state_of_a_cohort_changes_by_button(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        coordinator = make_coordinator()
        cohort = make_cohort(state="open")
        path = f"/groepen/{cohort.id}"
    client = sign_in(coordinator)
    assert "Begin met de groep" in client.get(path).text
    assert client.post(f"{path}/stand", data={"state": "running"}).status_code == 303
    refused = client.post(f"{path}/stand", data={"state": "draft"})
    assert refused.status_code == 409
    assert "Dat kan nu niet met deze groep." in refused.text


def test_from_application_to_a_chair(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        place = make_place()
        coordinator = make_coordinator(place)
        cohort = make_cohort(state="open", place=place)
        person = make_person("Naïma", "El Idrissi", place_id=place.id)
        make_person("Naïma", "Van Elders", place_id=make_place("Elders").id)
        path = f"/groepen/{cohort.id}/aanmeldingen"
    client = sign_in(coordinator)
    found = client.post(f"{path}/zoek", data={"name": "idris"}).text
    assert "Meld Naïma El Idrissi aan" in found
    assert "Van Elders" not in client.post(f"{path}/zoek", data={"name": "Naïma"}).text
    for words in ("NAIMA", "naïma el", "idrissi naima"):
        assert "Meld Naïma El Idrissi aan" in client.post(f"{path}/zoek", data={"name": words}).text
    answer = client.post(path, data={"person_id": person.id})
    dossier, enrolment_id = answer.location, int(answer.location.rsplit("/", 1)[1])
    assert "Gesprek is afgesproken" in client.get(path).text
    assert client.post(f"{dossier}/stap", data={"step": "intake_planned"}).status_code == 303
    refused = client.post(f"{dossier}/stap", data={"step": "admitted"})
    assert refused.status_code == 409
    assert "Voer eerst het kennismakingsgesprek met Naïma El Idrissi." in refused.text
    assert client.post(f"{dossier}/kennismaking", data={"agreed": "y"}).status_code == 303
    assert "Geef Naïma El Idrissi een plaats" in client.get(path).text
    assert client.post(f"{dossier}/stap", data={"step": "admitted"}).status_code == 303
    assert _asked(enrolment_id) == "admitted"
    assert "Heeft een plaats" in client.get(dossier).text


def test_an_answer_needs_a_choice_and_keeps_the_word(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        coordinator = make_coordinator()
        enrolment = make_enrolment(make_cohort(state="open"), state="applied")
        enrolment_id, dossier = enrolment.id, f"/deelname/{enrolment.id}"
    client = sign_in(coordinator)
    wrong = client.post(f"{dossier}/antwoord", data={"note": "groep vol"})
    assert wrong.status_code == 422
    assert "Kies een antwoord." in wrong.text
    assert "groep vol" in wrong.text
    right = {"answer": "waitlist", "note": "groep vol"}
    assert client.post(f"{dossier}/antwoord", data=right).status_code == 303
    assert _asked(enrolment_id) == "waitlisted"


def test_every_step_of_the_dossier(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        coordinator, version = make_coordinator(), make_course()
        cohort, target = make_cohort(version=version), make_cohort(version=version, name="Doel")
        enrolment = make_enrolment(cohort, state="admitted")
        enrolment_id, dossier = enrolment.id, f"/deelname/{enrolment.id}"
        ending, target_id = make_enrolment(cohort).id, target.id
    client = sign_in(coordinator)
    for step, state in (("active", "active"), ("paused", "paused"), ("resumed", "active")):
        assert client.post(f"{dossier}/stap", data={"step": step}).status_code == 303
        assert _asked(enrolment_id) == state
    assert "Doel" in client.get(dossier).text
    moved = client.post(f"{dossier}/andere-groep", data={"to_cohort_id": target_id})
    assert moved.status_code == 303
    assert _asked(enrolment_id) == "transferred"
    assert client.post(f"{dossier}/stap", data={"step": "onbekend"}).status_code == 404
    end = f"/deelname/{ending}/niet-gehaald"
    assert client.post(end, data={"note": "proeve nog niet gelukt"}).status_code == 303
    assert _asked(ending) == "not_passed"
    assert "proeve nog niet gelukt" in client.get(f"/deelname/{ending}").text


def test_who_ends_a_course_without_certificate_shows_again_who_they_are(
    app: Flask, sign_in: SignIn
) -> None:
    with unit_of_work():
        coordinator, enrolment_id = make_coordinator(), make_enrolment(make_cohort()).id
    client, dossier = sign_in(coordinator), f"/deelname/{enrolment_id}"
    wears_off()
    answer = client.post(f"{dossier}/niet-gehaald", data={"note": "proeve nog niet gelukt"})
    assert answer.status_code == 303
    assert "/bevestig?" in answer.location
    assert _asked(enrolment_id) == "active"
    client.post(f"{dossier}/stap", data={"step": "paused"})
    assert _asked(enrolment_id) == "paused"


def test_a_trainer_reads_a_dossier_and_changes_nothing(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        cohort = make_cohort()
        trainer = make_trainer(cohort)
        enrolment = make_enrolment(cohort)
        dossier = f"/deelname/{enrolment.id}"
        elsewhere = f"/deelname/{make_enrolment().id}"
    client = sign_in(trainer)
    page = client.get(dossier).text
    assert "Zo staat het ervoor" in page
    assert "Hoe gaat het verder?" not in page
    assert client.post(f"{dossier}/stap", data={"step": "withdrawn"}).status_code == 403
    assert client.get(elsewhere).status_code == 404


def test_a_coordinator_of_elsewhere_changes_nothing(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        coordinator = make_coordinator(make_place("Elders"))
        enrolment = make_enrolment(state="applied")
        cohort_id, dossier = enrolment.cohort_id, f"/deelname/{enrolment.id}"
    client = sign_in(coordinator)
    assert client.get(dossier).status_code == 404
    assert client.get(f"/groepen/{cohort_id}/aanmeldingen").status_code == 404
    for path, data in (
        (f"{dossier}/stap", {"step": "withdrawn"}),
        (f"{dossier}/kennismaking", {}),
        (f"{dossier}/antwoord", {"answer": "waitlist"}),
        (f"{dossier}/andere-groep", {"to_cohort_id": "1"}),
        (f"/groepen/{cohort_id}/stand", {"state": "cancelled"}),
        (f"/groepen/{cohort_id}/bijeenkomsten", {"first_on": "1-2-2027"}),
        (f"/groepen/{cohort_id}/aanmeldingen", {"person_id": "1"}),
    ):
        assert client.post(path, data=data).status_code == 404, path


def test_vandaag_shows_what_waits_for_everyone(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        place = make_place()
        cohort = make_cohort(starts_on=date(2026, 11, 16), place=place, name="De tafel")
        trainer, enrolment = make_trainer(cohort), make_enrolment(cohort)
        participant = enrolment.person_id
        make_enrolment(make_cohort(state="open", place=place, name="Straks"), state="applied")
        coordinator = make_coordinator(place)
    mine = sign_in(participant).get("/vandaag").text
    assert "Je volgende bijeenkomst: Les nummer 2" in mine
    assert "Opdracht 1: Opdracht 1" in mine
    trains = sign_in(trainer).get("/vandaag").text
    assert "Presentie De tafel, Les nummer 2" in trains
    assert "Vandaag om 19.00 uur." in trains
    assert "1 deelnemer heeft nog geen vinkje." in trains
    assert "Aanmeldingen voor Straks" in sign_in(coordinator).get("/vandaag").text


@pytest.mark.parametrize(("state", "shown"), [("submitted", False), ("add_something", True)])
def test_vandaag_names_only_assignments_that_wait_for_the_participant(
    app: Flask, sign_in: SignIn, state: str, *, shown: bool
) -> None:
    with unit_of_work():
        enrolment = make_enrolment(make_cohort(starts_on=date(2026, 11, 16)))
        _hand_in(enrolment, "tst-01-p", state)
        person_id = enrolment.person_id
    page = sign_in(person_id).get("/vandaag").text
    assert ("Opdracht 1: Opdracht 1" in page) is shown
    assert ("Er moet nog iets bij." in page) is shown


def test_an_assessor_of_one_person_opens_that_dossier_only(app: Flask, sign_in: SignIn) -> None:
    with unit_of_work():
        enrolment, other = make_enrolment(), make_enrolment()
        assessor = make_person("Ronald")
        make_grant(assessor, "assessor", about=db.session.get_one(Person, enrolment.person_id))
        paths = [f"/deelname/{one.id}" for one in (enrolment, other)]
    client = sign_in(assessor)
    assert [client.get(path).status_code for path in paths] == [200, 404]
