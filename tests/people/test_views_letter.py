"""The door for who has a letter, through the browser's eyes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import Reach
from academy.people.models import SignIn
from academy.people.services import letter
from tests.access.asking import body_of
from tests.factories import make_actor, make_cohort, make_person, make_trainer


@pytest.fixture
def write(app, monkeypatch):
    """Write a letter to somebody, and return its code."""
    found, people = [], {}
    monkeypatch.setattr(letter, "print_letter", lambda **values: found.append(values) or b"")
    with unit_of_work():
        cohort = make_cohort()
        by = make_actor(make_trainer(cohort))
        reach = Reach(cohort_id=cohort.id)

    def write_to(name):
        with unit_of_work():
            people.setdefault(name, make_person(name, email=None).id)
        with unit_of_work():
            letter.make_letter(people[name], letter.LetterWish(), by=by, found_at=reach)
        return found[-1]["code"]

    return write_to


@pytest.fixture
def code(write):
    return write("Samira")


def enter(client, typed, **data):
    return client.post("/binnenkomen/brief", data={"code": typed, **data})


def test_the_door_leads_to_the_page_for_a_letter(client):
    assert "/binnenkomen/brief" in client.get("/binnenkomen").text
    assert "Ik heb een brief" in client.get("/binnenkomen/brief").text


def test_the_code_of_a_letter_opens_the_door_and_the_own_page(client, code):
    answer = enter(client, code)
    assert answer.status_code == 303
    assert answer.location == "/vandaag"
    assert "Samira" in client.get("/vandaag").text
    assert client.get("/gegevens").status_code == 200
    assert client.get("/binnenkomen/brief").status_code == 303


def test_it_goes_on_to_a_page_of_ours_and_no_other(client, code):
    assert enter(client, code, next="https://elders.example/").location == "/vandaag"


def test_who_has_a_letter_and_no_mailbox_cannot_ask_for_a_mail_code(client, code):
    enter(client, code)
    assert "Vraag je trainer of begeleider" in client.get("/bevestig").text
    assert client.post("/bevestig/stuur").status_code == 303
    assert client.post("/bevestig", data={"code": "123456"}).status_code == 422


def may_take_along(client):
    return "/bevestig" not in client.post("/gegevens/meenemen").location


def test_who_came_by_letter_shows_again_who_they_are_with_a_new_one(client, write, code):
    enter(client, code)
    with unit_of_work():  # ten minutes later
        db.session.execute(sa.update(SignIn).values(stepped_up_at=None))
    assert not may_take_along(client)
    page = "/gegevens"
    assert client.post("/bevestig", data={"code": code, "next": page}).status_code == 422
    for_another = write("Fatma")
    assert client.post("/bevestig", data={"code": for_another, "next": page}).status_code == 422
    again = write("Samira")
    answer = client.post("/bevestig", data={"code": again, "next": page})
    assert (answer.status_code, answer.location) == (303, page)
    assert may_take_along(client)


def test_a_used_code_says_how_to_go_on(client, app, code):
    enter(client, code)
    answer = enter(app.test_client(), code)
    assert answer.status_code == 422
    assert "nieuwe brief" in answer.text


def test_used_unknown_and_nonsense_codes_are_answered_alike(app, code):
    enter(app.test_client(), code)
    answers = [enter(app.test_client(), typed) for typed in (code, "9" * 16, "abc")]
    assert {one.status_code for one in answers} == {422}
    typed = (code, "9" * 16, "abc")
    bodies = {body_of(one).replace(text, "") for one, text in zip(answers, typed, strict=True)}
    assert len(bodies) == 1


def test_an_empty_field_is_told_at_the_field(client):
    answer = enter(client, "")
    assert answer.status_code == 422
    assert "Vul de code uit je brief in." in answer.text
