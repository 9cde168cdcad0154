"""What goes out by itself, as people see it: one's own, somebody's, a region's year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.messages import engine, texts, tokens
from academy.kernel.messages.models import SentMessage
from academy.people.models import Person, Place
from courses.models import AttendanceMark, Enrolment, Session
from courses.queries.told import DECLINE
from tests.factories import (
    make_cohort,
    make_coordinator,
    make_enrolment,
    make_person,
    make_place,
    make_trainer,
)

FIRST = date(2026, 11, 26)
"""A Thursday, so the reminder three days before is due now, on Monday the 23rd."""
NAME = "courses/session_soon"


@pytest.fixture
def group(app):
    with unit_of_work():
        cohort = make_cohort(starts_on=FIRST)
        make_trainer(cohort)
    return cohort


def learner(group, name: str = "Samira", **values: str | None) -> Person:
    with unit_of_work():
        person = make_person(name, **({"preferred_channel": "email"} | values))
        make_enrolment(group, person)
    return person


def coordinator_of(group) -> Person:
    with unit_of_work():
        return make_coordinator(db.session.get_one(Place, group.place_id))


def tick() -> None:
    engine.run_due(clock.now())


def silent(person: Person) -> bool:
    found = bool(db.session.scalar(sa.select(Person.silent).where(Person.id == person.id)))
    db.session.rollback()
    return found


# --- one's own -------------------------------------------------------------------------------


def test_somebody_sees_what_comes_and_what_went(group, sign_in):
    client = sign_in(learner(group))
    assert "Herinnering, op de dag zelf" in client.get("/mijn-berichten").text
    assert "Nog niets." in client.get("/mijn-berichten").text
    tick()
    assert "Nog niets." not in client.get("/mijn-berichten").text


def test_somebody_puts_themselves_in_silence_and_out_of_it(group, sign_in):
    samira = learner(group)
    client = sign_in(samira)
    assert client.post("/mijn-berichten/stilte", data={"until": ""}).status_code == 303
    page = client.get("/mijn-berichten").text
    assert "Het is stil" in page
    assert "Er staat niets klaar." in page
    tick()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SentMessage)) == 0
    db.session.rollback()
    assert client.post("/mijn-berichten/stilte-voorbij").status_code == 303
    assert "Het is stil" not in client.get("/mijn-berichten").text


@pytest.mark.parametrize("until", ["22-11-2026", "morgen"])
def test_a_day_that_is_none_comes_back_with_a_sentence(group, sign_in, until):
    samira = learner(group)
    answer = sign_in(samira).post("/mijn-berichten/stilte", data={"until": until})
    assert answer.status_code == 422
    assert until in answer.text
    assert not silent(samira)


def test_a_choice_holds_and_work_mail_is_not_offered_to_participants(group, sign_in):
    client = sign_in(learner(group))
    page = client.get("/mijn-berichten").text
    assert "Een presentielijst is nog niet klaar" not in page
    assert client.post("/mijn-berichten/keuze", data={"wanted": []}).status_code == 303
    tick()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SentMessage)) == 0


# --- links in a mail -------------------------------------------------------------------------


def decline_path(group, person: Person) -> str:
    session_id = db.session.scalar(
        sa.select(Session.id).where(Session.cohort_id == group.id).order_by(Session.starts_at)
    )
    enrolment_id = db.session.scalar(
        sa.select(Enrolment.id).where(Enrolment.person_id == person.id)
    )
    db.session.rollback()
    return f"/afmelden/{tokens.sign(DECLINE, session=session_id, enrolment=enrolment_id)}"


def marks() -> int:
    count = db.session.scalar(sa.select(sa.func.count()).select_from(AttendanceMark)) or 0
    db.session.rollback()
    return count


def test_the_link_in_a_reminder_asks_and_the_button_says_no(group, client):
    path = decline_path(group, learner(group))
    assert "Kun je niet komen?" in client.get(path).text
    assert marks() == 0
    assert "Je bent afgemeld" in client.post(path).text
    assert "Je bent afgemeld" in client.post(path).text
    assert marks() == 1
    mark = db.session.scalars(sa.select(AttendanceMark)).one()
    assert (mark.status, mark.source) == ("excused", "self")


def test_after_the_beginning_the_link_tells_to_call(group, client):
    path = decline_path(group, learner(group))
    with clock.at(clock.local(FIRST, 19, 1)):
        answer = client.post(path)
    assert answer.status_code == 409
    assert "al begonnen" in answer.text
    assert marks() == 0


@pytest.mark.parametrize("change", ["other purpose", "torn", "old"])
def test_a_link_that_is_not_ours_opens_nothing(group, client, change):
    path = decline_path(group, learner(group))
    now = clock.real_now()
    if change == "other purpose":
        path = f"/afmelden/{tokens.sign(texts.STOP, session=1, enrolment=1)}"
    elif change == "torn":
        path = path[:-3] + "xyz"
    else:
        now += timedelta(days=15)
    with time_machine.travel(now):
        for method in (client.get, client.post):
            assert method(path).status_code == 404
    assert marks() == 0


def test_one_kind_of_message_stops_without_signing_in(group, client):
    samira = learner(group)
    path = f"/mijn-berichten/stop/{tokens.sign(texts.STOP, person=samira.id, name=NAME)}"
    assert "Wil je dit niet meer krijgen?" in client.get(path).text
    tick_before = engine.rehearse(clock.now(), clock.now() + timedelta(days=5))
    db.session.rollback()
    assert "Het is gestopt" in client.post(path).text
    after = engine.rehearse(clock.now(), clock.now() + timedelta(days=5))
    assert {one.name for one in tick_before} - {one.name for one in after} == {NAME}


def test_what_is_necessary_cannot_be_stopped(group, client):
    samira = learner(group)
    token = tokens.sign(texts.STOP, person=samira.id, name="courses/session_changed")
    assert client.get(f"/mijn-berichten/stop/{token}").status_code == 404


# --- a region --------------------------------------------------------------------------------


def test_a_coordinator_sees_the_year_and_calls_who_has_no_mail(group, sign_in):
    learner(group)
    learner(group, "Greetje", email=None, phone="06-00000009")
    client = sign_in(coordinator_of(group))
    page = client.get("/berichten-vooruit").text
    assert "Herinnering, drie dagen vooraf: 1, iemand belt" in page
    assert "Bel even" not in page
    tick()
    page = client.get("/berichten-vooruit").text
    assert "Greetje" in page
    assert "Bel Greetje" in page
    message_id = db.session.scalar(sa.select(SentMessage.id).where(SentMessage.channel == "phone"))
    db.session.rollback()
    assert "1 bericht zonder mail" in client.get("/vandaag").text
    assert client.post(f"/berichten-vooruit/{message_id}/gedaan").status_code == 303
    assert "Greetje" not in client.get("/berichten-vooruit").text


def test_the_letters_that_wait_are_printed_without_an_address(group, sign_in):
    learner(group, "Greetje", email=None, phone="06-00000009")
    tick()
    with unit_of_work():
        db.session.scalars(sa.select(SentMessage)).one().channel = "letter"
    page = sign_in(coordinator_of(group)).get("/berichten-vooruit/brieven")
    assert page.status_code == 200
    assert "Greetje" in page.text
    assert "Vragen? Bel " in page.text
    assert "Wij bewaren geen adressen." in page.text


def test_a_call_lapses_when_it_has_no_use_any_more(group, sign_in):
    learner(group, "Greetje", email=None, phone="06-00000009")
    client = sign_in(coordinator_of(group))
    tick()
    with clock.at(clock.local(FIRST, 12)):
        assert "Greetje" not in client.get("/berichten-vooruit").text


def test_a_coordinator_of_elsewhere_sees_and_does_nothing_here(group, sign_in):
    learner(group, "Greetje", email=None, phone="06-00000009")
    tick()
    message_id = db.session.scalar(sa.select(SentMessage.id))
    db.session.rollback()
    with unit_of_work():
        elsewhere = make_coordinator(make_place("Elders"))
    client = sign_in(elsewhere)
    assert "Greetje" not in client.get("/berichten-vooruit").text
    assert client.post(f"/berichten-vooruit/{message_id}/gedaan").status_code == 404


def test_the_page_of_a_region_asks_no_more_statements_for_more_people(group, sign_in):
    client = sign_in(coordinator_of(group))

    def statements() -> int:
        counted = 0

        def count(*_args: object) -> None:
            nonlocal counted
            counted += 1

        sa.event.listen(db.engine, "before_cursor_execute", count)
        assert client.get("/berichten-vooruit").status_code == 200
        sa.event.remove(db.engine, "before_cursor_execute", count)
        return counted

    for number in range(2):
        learner(group, f"Mens{number}")
    statements()
    few = statements()
    for number in range(10):
        learner(group, f"Meer{number}")
    assert statements() == few
