"""What was typed is there again after showing who one is: for that person, in that browser."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
import time_machine

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.web import held as web_held
from academy.people.models import Grant, HeldForm, Person, SignIn
from academy.people.rules import is_written
from academy.people.services import held as services
from academy.people.tasks import forget
from tests.factories import make_grant, make_person
from tests.people.held_forms import (
    PASSWORD,
    come_in,
    confirm,
    held,
    runs_out,
    send,
    send_after_all,
    wears_off,
    with_password,
)
from tests.people.second_steps import code, set_up_app

NAME = {"name_on_certificate": "Samira 'El Haddou' <b>"}
PATH = "/gegevens/naam"
PAGE = "/gegevens"


@pytest.fixture
def samira(app):
    with unit_of_work():
        person = make_person("Samira")
    with_password(person)
    return person


@pytest.fixture
def joke(app):
    with unit_of_work():
        return make_person("Joke", "de Vries")


def mailbox(person):
    return f"p{person.id}@test.example"


def name_of(person):
    name = db.session.get_one(Person, person.id).name_on_certificate
    db.session.rollback()
    return name


def test_a_reason_for_a_right_is_there_after_showing_who_one_is(samira, joke, sign_in):
    with unit_of_work():
        make_grant(samira, "admin")
    client, page = sign_in(samira), f"/rechten/{joke.id}?a=1"
    wears_off()
    reason = "Zij vervangt Tineke.\nTot de zomer."
    data = {
        "role": "coordinator",
        "scope": "everything:",
        "valid_from": "23-11-2026",
        "reason": reason,
    }
    asked = send(client, f"/rechten/{joke.id}", data, page=page)
    assert asked.location == f"/bevestig?next=/rechten/{joke.id}?a%3D1"
    assert client.get("/verder").location == "/vandaag"  # not before showing who one is
    shown = confirm(client, asked)
    assert shown.location == "/verder"
    text = client.get("/verder").text
    assert reason in text
    assert f'href="{page}"' in text
    assert send_after_all(client, f"/rechten/{joke.id}").status_code == 303
    grant = db.session.scalars(sa.select(Grant).where(Grant.person_id == joke.id)).one()
    assert grant.reason.split() == reason.split()


def test_what_waits_is_shown_once_and_only_on_the_way_to_its_page(samira, joke, sign_in):
    with unit_of_work():
        make_grant(samira, "admin")
    client = sign_in(samira)
    wears_off()
    asked = send(client, f"/rechten/{joke.id}", {"reason": "Zij vervangt Tineke."})
    elsewhere = client.get("/rechten")
    assert confirm(client, elsewhere).location == "/rechten"
    wears_off()
    assert confirm(client, asked).location == "/verder"
    wears_off()
    assert confirm(client, client.get(f"/rechten/{joke.id}")).location == f"/rechten/{joke.id}"


def test_a_wrong_password_loses_nothing(samira, joke, sign_in):
    with unit_of_work():
        make_grant(samira, "admin")
    client = sign_in(samira)
    wears_off()
    asked = send(client, f"/rechten/{joke.id}", {"reason": "Zij vervangt Tineke."})
    wrong = {"password": "iets anders", "next": f"/rechten/{joke.id}"}
    assert client.post("/bevestig", data=wrong).status_code == 422
    assert confirm(client, asked).location == "/verder"


def test_who_was_away_too_long_comes_back_to_the_form_and_the_text(samira, sign_in):
    client = sign_in(samira)
    runs_out()
    asked = send(client, PATH, NAME, page=PAGE)
    assert asked.location == f"/binnenkomen?next={PAGE}"
    assert come_in(client, asked, mailbox(samira)).location == "/verder"
    assert "Samira &#39;El Haddou&#39; &lt;b&gt;" in client.get("/verder").text
    assert send_after_all(client, PATH).status_code == 303
    assert name_of(samira) == NAME["name_on_certificate"]


def test_a_word_is_in_no_cookie_no_address_and_not_readable_in_the_database(samira, sign_in):
    client = sign_in(samira)
    runs_out()
    asked = send(client, PATH, {"name_on_certificate": "Zonnebloem Achternaam"}, page=PAGE)
    assert "Zonnebloem" not in str(asked.headers) + asked.text
    stored = db.session.execute(sa.text("select * from held_form")).one()
    db.session.rollback()
    assert "Zonnebloem" not in str(stored)
    assert '"Zonnebloem Achternaam"' in held().fields


def test_another_person_in_the_same_browser_reads_nothing(samira, joke, sign_in):
    client = sign_in(samira)
    with_password(joke)
    runs_out()
    asked = send(client, PATH, NAME, page=PAGE)
    assert come_in(client, asked, mailbox(joke)).location == PAGE
    assert client.get("/verder").location == "/vandaag"
    assert name_of(joke) == ""


def test_another_browser_of_the_same_person_gets_nothing(samira, sign_in):
    client = sign_in(samira)
    wears_off()
    runs_out()
    asked = send(client, PATH, NAME, page=PAGE)
    other = sign_in(samira)
    assert other.get("/verder").location == "/vandaag"
    assert other.get("/verder").status_code == 303
    come_in(client, asked, mailbox(samira))
    assert client.get("/verder").status_code == 200


def test_a_form_waits_for_an_hour(samira, sign_in):
    client = sign_in(samira)
    runs_out()
    asked = send(client, PATH, NAME, page=PAGE)
    later = clock.real_now() + timedelta(hours=1, seconds=1)
    with time_machine.travel(later, tick=False):
        assert come_in(client, asked, mailbox(samira)).location == PAGE
        forget()
    assert held() is None


def test_the_page_asks_the_right_anew(samira, joke, sign_in):
    client = sign_in(samira)
    runs_out()
    path = f"/rechten/{joke.id}"
    asked = send(client, path, {"reason": "Zij vervangt Tineke."})
    assert come_in(client, asked, mailbox(samira)).location == "/verder"
    assert send_after_all(client, path).status_code == 403
    assert not db.session.scalars(sa.select(Grant)).all()


@pytest.mark.parametrize(
    "data",
    [
        {"password": PASSWORD},
        {"code": "123456", "next": "/rechten"},
        {"csrf_token": "abc"},
        {"person_id": "12", "empty": " "},
        {},
    ],
)
def test_secrets_and_mere_buttons_are_not_kept(samira, sign_in, data):
    client = sign_in(samira)
    runs_out()
    assert send(client, "/gegevens/wachtwoord", data, page=PAGE).status_code == 303
    assert held() is None


def test_a_form_with_a_file_or_a_secret_is_shown_but_not_sent(samira, sign_in):
    client = sign_in(samira)
    runs_out()
    photo = (BytesIO(b"beeld"), "foto.jpg")
    asked = send(client, PATH, NAME | {"photo": photo}, page=PAGE)
    come_in(client, asked, mailbox(samira))
    text = client.get("/verder").text
    assert "Samira &#39;El Haddou&#39;" in text
    assert "Verstuur het nu" not in text
    assert f'href="{PAGE}"' in text
    runs_out()
    send(client, PATH, NAME | {"password": PASSWORD}, page=PAGE)
    assert not held().is_whole
    assert PASSWORD not in held().fields


def test_nothing_is_kept_for_nobody_nor_for_who_went_out(samira, sign_in, client):
    send(client, PATH, NAME, page=PAGE)
    assert held() is None
    gone = sign_in(samira)
    with unit_of_work():
        db.session.execute(sa.update(SignIn).values(ended_at=clock.real_now()))
    send(gone, PATH, NAME, page=PAGE)
    assert held() is None


def test_a_script_keeps_what_it_sends_itself(samira, sign_in):
    client = sign_in(samira)
    runs_out()
    send(client, PATH, NAME, page=PAGE, headers={"Sec-Fetch-Mode": "cors"})
    assert held() is None


@pytest.mark.parametrize(
    "referer",
    [
        "https://elders.example/gegevens",
        "http://localhost//elders.example",
        "http://localhost//[",
        "http://localhost/bestaat-niet",
        "http://localhost/gegevens/naam",
        "",
    ],
)
def test_the_way_back_is_a_page_of_ours_or_vandaag(samira, sign_in, referer):
    client = sign_in(samira)
    runs_out()
    asked = send(client, PATH, NAME, headers={"Referer": referer})
    assert asked.location == "/binnenkomen?next=/vandaag"
    assert come_in(client, asked, mailbox(samira)).location == "/verder"


def test_the_second_step_comes_between(samira, sign_in):
    with unit_of_work():
        make_grant(samira, "coach")
    secret = set_up_app(samira)
    client = sign_in(samira)
    runs_out()
    asked = send(client, PATH, NAME, page=PAGE)
    step = come_in(client, asked, mailbox(samira)).location
    assert step == f"/tweede-stap?next={PAGE}"
    assert client.get("/verder").location == "/vandaag"
    given = client.post("/tweede-stap", data={"code": code(secret), "next": PAGE})
    assert given.location == "/verder"
    assert send_after_all(client, PATH).status_code == 303


def test_a_newer_form_takes_the_place_and_a_huge_one_is_not_kept(samira, sign_in, monkeypatch):
    client = sign_in(samira)
    runs_out()
    send(client, PATH, {"name_on_certificate": "Eerste Naam"}, page=PAGE)
    send(client, PATH, {"name_on_certificate": "Tweede Naam"}, page=PAGE)
    assert "Tweede Naam" in held().fields
    monkeypatch.setattr(web_held, "MOST_LETTERS", 20)
    send(client, PATH, {"name_on_certificate": "Derde Naam"}, page=PAGE)
    assert "Tweede Naam" in held().fields
    send(client, PATH + "?" + "a" * 500, {"name_on_certificate": "N b"}, page=PAGE)
    assert "Tweede Naam" in held().fields


def test_who_cannot_be_kept_for_goes_on_without(samira, sign_in, monkeypatch):
    client = sign_in(samira)
    runs_out()

    def fail(*_words, **_values):
        raise sa.exc.OperationalError("insert", {}, Exception("away"))

    monkeypatch.setattr("academy.people.views.held.hold", fail)
    asked = send(client, PATH, NAME, page=PAGE)
    assert asked.location == f"/binnenkomen?next={PAGE}"
    assert come_in(client, asked, mailbox(samira)).location == PAGE


def test_it_goes_with_its_person(samira):
    with unit_of_work():
        services.hold(samira.id, path="/a", page="/b", fields=[("a", "b c")], is_whole=True)
    with unit_of_work():
        other = make_person("Ander")
        services.hold(other.id, path="/a", page="/b", fields=[("a", "b c")], is_whole=True)
        db.session.execute(sa.delete(Person).where(Person.id == other.id))
    assert held().person_id == samira.id
    assert db.session.scalar(sa.select(sa.func.count()).select_from(HeldForm)) == 1


@pytest.mark.parametrize(
    ("text", "people_wrote"),
    [
        ("Zij stopt.", True),
        ("é", True),
        ("A", True),
        ("not_now", False),
        ("12", False),
        (" ", False),
    ],
)
def test_words_are_told_from_choices_and_numbers(text, people_wrote):
    assert is_written(text) is people_wrote
