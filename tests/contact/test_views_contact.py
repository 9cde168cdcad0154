"""The public form, and the inbox of a coordinator."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from academy.contact import services
from academy.contact.models import ContactRequest
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import InvalidInputError
from academy.kernel.mail import OutgoingMail
from academy.people.models import Person
from courses.models import Enrolment
from tests.factories import (
    make_actor,
    make_cohort,
    make_coordinator,
    make_grant,
    make_person,
    make_place,
    make_trainer,
)

MESSAGE = {
    "name": "Fien",
    "reach": "fien@voorbeeld.example",
    "place_words": "Componistenbuurt",
    "message": "Ik ben mantelzorger. Is dat ook goed?",
}


@pytest.fixture
def place(app):
    with unit_of_work():
        return make_place()


def receive(**changes):
    with unit_of_work():
        return services.receive(services.Message(**(MESSAGE | changes))).id


def stored():
    request = db.session.scalars(sa.select(ContactRequest)).one_or_none()
    db.session.rollback()
    return request


def test_a_message_is_kept_and_confirmed(client):
    answer = client.post("/contact", data=MESSAGE)
    assert (answer.status_code, answer.location) == (303, "/contact/bedankt")
    assert stored().message == MESSAGE["message"]
    assert stored().answer_by.isoformat() == "2026-11-30"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutgoingMail)) == 1
    assert "Je bericht is aangekomen" in client.get("/contact/bedankt").text


def test_a_phone_number_is_enough_and_a_name_is_not_needed(client):
    data = MESSAGE | {"name": "", "reach": "06-00009001", "place_words": ""}
    assert client.post("/contact", data=data).status_code == 303
    assert stored().name == ""


def test_a_message_without_a_way_back_is_asked_again_and_keeps_the_text(client):
    answer = client.post("/contact", data=MESSAGE | {"reach": " "})
    assert answer.status_code == 422
    assert MESSAGE["message"] in answer.text
    assert stored() is None


def test_a_program_that_fills_in_every_field_is_thanked_and_forgotten(client):
    answer = client.post("/contact", data=MESSAGE | {"website": "http://spam.example"})
    assert answer.status_code == 303
    assert stored() is None


def test_the_seventh_message_in_an_hour_has_to_wait(client):
    written = [MESSAGE | {"message": f"Vraag {number}"} for number in range(7)]
    statuses = [client.post("/contact", data=one).status_code for one in written]
    assert statuses == [303] * 6 + [429]


def test_a_coordinator_sees_messages_without_a_place_and_of_her_own_region(place, sign_in):
    with unit_of_work():
        tineke, elsewhere = make_coordinator(place), make_place("Heksloot")
    mine, theirs = receive(), receive(name="Yusuf")
    client = sign_in(tineke)
    assert "Fien" in client.get("/berichten").text
    with unit_of_work():
        db.session.get(ContactRequest, theirs).place_id = elsewhere.id
    assert "Yusuf" not in client.get("/berichten").text
    assert client.get(f"/berichten/{theirs}").status_code == 404
    assert client.get(f"/berichten/{mine}").status_code == 200


def test_trainers_and_participants_have_no_inbox(app, sign_in):
    request_id = receive()
    with unit_of_work():
        trainer, samira = make_trainer(make_cohort()), make_person()
    for person in (trainer, samira):
        client = sign_in(person)
        assert client.get("/berichten").status_code == 403
        assert (
            client.post(f"/berichten/{request_id}/stap", data={"step": "spam"}).status_code == 403
        )
    assert stored().state == "new"


def test_three_calls_without_answer_lay_a_message_to_rest(place, sign_in):
    request_id = receive()
    with unit_of_work():
        client = sign_in(make_coordinator(place))
    for _ in range(3):
        assert client.post(f"/berichten/{request_id}/geen-gehoor").status_code == 303
    assert (stored().state, stored().is_open, stored().tries) == ("no_answer", False, 3)


def test_a_talk_needs_a_day_that_is_not_past(place, sign_in):
    request_id = receive()
    with unit_of_work():
        client = sign_in(make_coordinator(place))
    url = f"/berichten/{request_id}/gesprek"
    for wrong in ("", "gisteren", "31-02-2027", "22-11-2026"):
        answer = client.post(url, data={"talk_on": wrong})
        assert answer.status_code == 422, wrong
    assert client.post(url, data={"talk_on": "1-12-2026"}).status_code == 303
    assert (stored().state, stored().talk_on.isoformat()) == ("talk_planned", "2026-12-01")


def test_a_talk_stands_on_vandaag_on_its_day_and_until_it_was_held(place, sign_in):
    request_id = receive()
    with unit_of_work():
        client = sign_in(make_coordinator(place))
    client.post(f"/berichten/{request_id}/gesprek", data={"talk_on": "1-12-2026"})
    assert "dinsdag 1 december 2026" in client.get(f"/berichten/{request_id}").text
    assert "Gesprek op" in client.get("/berichten").text
    for day, word in ((24, ""), (31, "hoe ging het?")):
        with clock.at(clock.local(date(2026, 12, 1) + timedelta(days=day - 24), 9)):
            page = client.get("/vandaag").text
        assert "Gesprek met Fien" in page
        assert word in page
    client.post(f"/berichten/{request_id}/stap", data={"step": "talk_done"})
    assert "Gesprek met Fien" not in client.get("/vandaag").text


def test_who_comes_back_waits_for_an_answer_from_that_day(place, sign_in):
    request_id = receive()
    with unit_of_work():
        client = sign_in(make_coordinator(place))
    for step in ("contacted", "no_fit", "closed"):
        client.post(f"/berichten/{request_id}/stap", data={"step": step})
    assert not stored().is_open
    with clock.at(clock.local(date(2027, 3, 1), 9)):
        client.post(f"/berichten/{request_id}/stap", data={"step": "contacted"})
    assert stored().is_open
    assert stored().answer_by == date(2027, 3, 8)


def test_an_address_that_is_none_is_refused_at_its_field(place, sign_in):
    request_id = receive()
    with unit_of_work():
        cohort_id = make_cohort(place=place, state="open").id
        client = sign_in(make_coordinator(place))
    client.post(f"/berichten/{request_id}/stap", data={"step": "contacted"})
    data = {"call_name": "Fien", "email": "geen adres", "cohort": cohort_id}
    answer = client.post(f"/berichten/{request_id}/aanmelden", data=data)
    assert answer.status_code == 422
    assert 'value="geen adres"' in answer.text
    assert "Dit lijkt geen e-mailadres." in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 0


def test_a_step_that_does_not_follow_is_refused(place, sign_in):
    request_id = receive()
    with unit_of_work():
        client = sign_in(make_coordinator(place))
    assert client.post(f"/berichten/{request_id}/stap", data={"step": "closed"}).status_code == 409
    assert stored().state == "new"


def test_a_message_becomes_an_application(place, sign_in):
    request_id = receive()
    with unit_of_work():
        cohort = make_cohort(place=place, state="open")
        client = sign_in(make_coordinator(place))
        cohort_id = cohort.id
    client.post(f"/berichten/{request_id}/stap", data={"step": "contacted"})
    page = client.get(f"/berichten/{request_id}/aanmelden").text
    assert 'value="fien@voorbeeld.example"' in page
    data = {"call_name": "Fien", "email": "fien@voorbeeld.example", "cohort": cohort_id}
    assert client.post(f"/berichten/{request_id}/aanmelden", data=data).status_code == 303
    enrolment = db.session.scalars(sa.select(Enrolment)).one()
    assert (enrolment.state, enrolment.cohort_id) == ("applied", cohort_id)
    assert stored().state == "application"
    assert stored().person_id == enrolment.person_id


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("Fien", ("Fien", "", "")),
        ("Fien de Wit", ("Fien", "de", "Wit")),
        ("Jan Peter van der Berg", ("Jan Peter", "van der", "Berg")),
        ("Nguyễn Thị Minh", ("Nguyễn Thị Minh", "", "")),
        ("王小明", ("王小明", "", "")),
    ],
)
def test_the_name_in_a_message_is_split_only_where_it_is_certain(place, sign_in, typed, parts):
    with unit_of_work():
        written = services.Message(name=typed, reach="06-00000999", place_words="", message="Hoi.")
        request_id = services.receive(written).id
        make_cohort(place=place, state="open")
        client = sign_in(make_coordinator(place))
    page = client.get(f"/berichten/{request_id}/aanmelden").text
    for name, value in zip(("call_name", "prefix", "last_name"), parts, strict=True):
        field = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)[0]
        shown = re.search(r'value="([^"]*)"', field)
        assert (shown[1] if shown else "") == value


def test_one_name_is_enough_to_apply_also_only_a_last_name(place, sign_in):
    request_id = receive()
    with unit_of_work():
        cohort_id = make_cohort(place=place, state="open").id
        client = sign_in(make_coordinator(place))
    client.post(f"/berichten/{request_id}/stap", data={"step": "contacted"})
    page = f"/berichten/{request_id}/aanmelden"
    refused = client.post(page, data={"prefix": "van", "cohort": cohort_id})
    assert refused.status_code == 422
    assert 'href="#call_name"' in refused.text
    assert client.post(page, data={"last_name": "王小明", "cohort": cohort_id}).status_code == 303
    person = db.session.get_one(Person, stored().person_id)
    assert (person.call_name, person.last_name, person.display_name) == ("", "王小明", "王小明")


def test_what_was_handed_over_is_the_other_persons(place):
    request_id = receive()
    with unit_of_work():
        tineke, elly = make_coordinator(place), make_person("Elly")
        make_grant(elly, "board")
        services.assign(request_id, elly.id, by=make_actor(tineke))
        services.take_step(request_id, "referred", by=make_actor(elly))
    assert stored().state == "referred"


def test_a_coordinator_hands_a_message_to_who_answers_messages(place, sign_in):
    with unit_of_work():
        coordinator = make_coordinator(place)
        board = make_person("Josien")
        make_grant(board, "board")
        trainer = make_trainer(make_cohort(place=place))
    request_id = receive()
    address = f"/berichten/{request_id}"
    client = sign_in(coordinator)
    page = client.get(address).text
    assert board.display_name in page
    assert trainer.display_name not in page
    assert sign_in(board).get(address).status_code == 404
    answer = client.post(f"{address}/wie", data={"person": board.id})
    assert (answer.status_code, answer.location) == (303, address)
    assert stored().handled_by_id == board.id
    assert sign_in(board).get(address).status_code == 200
    assert client.post(f"{address}/wie", data={"person": trainer.id}).status_code == 422
    assert stored().handled_by_id == board.id


def test_a_message_is_not_handed_to_who_answers_no_messages(place):
    with unit_of_work():
        by = make_actor(make_coordinator(place))
        nobody = make_person()
    request_id = receive()
    with pytest.raises(InvalidInputError), unit_of_work():
        services.assign(request_id, nobody.id, by=by)
    assert stored().handled_by_id is None
