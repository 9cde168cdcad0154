"""Pages of mentoring: offering, yes or no, days, and what the coordinator brings together."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from academy.community import services
from academy.community.models import MentorDay, MentorPair
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from tests.community.mentoring_street import make_beginning, offer, run_pair
from tests.community.street import certify
from tests.factories import make_actor, make_person


@pytest.fixture
def world(app):
    return make_beginning()


@pytest.fixture
def street(world):
    return world[0]


@pytest.fixture
def beginner(world):
    return world[1]


def test_a_graduate_offers_something_and_takes_it_back(street, sign_in):
    client = sign_in(street.certified)
    assert 'href="/meelopen"' in client.get("/terugkommiddagen").text
    page = client.get("/meelopen").text
    assert "Meelopen telt als één terugkommiddag" in page
    assert "word je betaald" in page
    answer = client.post("/meelopen", data={"kinds": ["walk_along", "assess"]})
    assert (answer.status_code, answer.location) == (303, "/meelopen")
    assert client.get("/meelopen").text.count(" checked") == 2
    assert client.post("/meelopen", data={"kinds": ["shout"]}).status_code == 422
    assert "Je aanbod is weg." in client.post("/meelopen", follow_redirects=True).text
    assert " checked" not in client.get("/meelopen").text


def test_who_has_no_certificate_offers_nothing(street, sign_in):
    client = sign_in(street.newcomer)
    assert "Heb je een geldig certificaat?" in client.get("/meelopen").text
    assert client.post("/meelopen", data={"kinds": "train"}).status_code == 404


def test_a_coordinator_finds_a_mentor_and_brings_two_people_together(street, beginner, sign_in):
    offer(street)
    mentor = f"/meelopen/mentor/{street.certified.id}"
    client = sign_in(street.coordinator)
    assert 'href="/meelopen/mentoren"' in client.get("/terugkommiddagen").text
    assert f'href="{mentor}"' in client.get("/meelopen/mentoren").text
    assert "Niemand gevonden" in client.post(f"{mentor}/zoek", data={"name": "Nieuw"}).text
    assert beginner.display_name in client.post(f"{mentor}/zoek", data={"name": "oma"}).text
    answer = client.post(f"{mentor}/koppel", data={"starter_id": beginner.id})
    assert (answer.status_code, answer.location) == (303, mentor)
    page = client.get(mentor).text
    assert "Bel wie niet vaak inlogt." in page
    assert f'href="/namens/{beginner.id}/meelopen"' in page
    assert "met je meeloopt?" in client.get(f"/namens/{beginner.id}/meelopen").text
    assert client.post(f"{mentor}/koppel").status_code == 404
    again = client.post(f"{mentor}/koppel", data={"starter_id": beginner.id})
    assert again.status_code == 404


def test_both_read_the_question_on_their_first_page_and_say_yes(street, beginner, sign_in):
    offer(street)
    with unit_of_work():
        pair_id = services.link(street.certified.id, beginner.id, by=street.by)
    mentor, newcomer = sign_in(street.certified), sign_in(beginner)
    assert "Loop jij mee met Omar?" in mentor.get("/vandaag").text
    assert "Wil je dat Fatma met je meeloopt?" in newcomer.get("/vandaag").text
    mine = {"person_id": street.certified.id}
    said = mentor.post(f"/meelopen/{pair_id}/ja", data=mine, follow_redirects=True)
    assert "We wachten nog op Omar." in said.text
    said = newcomer.post(
        f"/meelopen/{pair_id}/ja", data={"person_id": beginner.id}, follow_redirects=True
    )
    assert "Jullie zeiden allebei ja." in said.text
    assert "loopt met je mee" in said.text
    assert newcomer.post(f"/meelopen/{pair_id}/ja", data=mine).status_code == 404
    assert newcomer.post(f"/meelopen/{pair_id}/ja").status_code == 404
    stop = newcomer.post(
        f"/meelopen/{pair_id}/nee", data={"person_id": beginner.id}, follow_redirects=True
    )
    assert "Het is gestopt. Niemand vraagt waarom." in stop.text
    again = mentor.post(f"/meelopen/{pair_id}/ja", data=mine, follow_redirects=True)
    assert "Dit is al gestopt." in again.text


def test_a_mentor_notes_that_they_met_and_a_coordinator_lets_it_count(street, beginner, sign_in):
    pair_id = run_pair(street, beginner)
    mentor = sign_in(street.certified)
    field, who = f"p{pair_id}-happened_on", {"person_id": street.certified.id}
    met = f"/meelopen/{pair_id}/gezien"
    assert mentor.post(met, data=who).status_code == 422
    early = mentor.post(met, data=who | {field: "1-1-2026"})
    assert early.status_code == 422
    assert "Toen liepen jullie nog niet samen op." in early.text
    with clock.at(clock.local(date(2026, 11, 30), 12)):
        for day in ("23-11-2026", "26-11-2026", "30-11-2026"):
            assert mentor.post(met, data=who | {field: day}).status_code == 303
        page = mentor.get("/meelopen").text
        assert "Herfst 2026" in page
        assert "3 keer meegelopen" in page
        assert "De coördinator zegt nog dat het meetelt." in page
        coordinator = sign_in(street.coordinator)
        assert "1 mentor liep genoeg mee" in coordinator.get("/vandaag").text
        address = f"/meelopen/mentor/{street.certified.id}"
        assert "Laat het meetellen" in coordinator.get(address).text
        early = coordinator.post(f"{address}/seizoen", data={"season": "2026-summer"})
        assert early.status_code == 303
        coordinator.post(f"{address}/seizoen", data={"season": "2026-autumn"})
        assert "Laat het meetellen" not in coordinator.get(address).text
        assert "telt mee" in mentor.get("/meelopen").text
    assert sign_in(beginner).post(met, data=who).status_code == 404


def test_a_day_is_taken_away_by_who_noted_it(street, beginner, sign_in):
    pair_id = run_pair(street, beginner)
    client = sign_in(street.certified)
    data = {"person_id": street.certified.id, f"p{pair_id}-happened_on": "23-11-2026"}
    client.post(f"/meelopen/{pair_id}/gezien", data=data)
    day = db.session.scalars(sa.select(MentorDay.id)).one()
    assert f"/meelopen/dagen/{day}/weg" in client.get("/meelopen").text
    assert sign_in(beginner).post(f"/meelopen/dagen/{day}/weg").status_code == 404
    answer = client.post(f"/meelopen/dagen/{day}/weg")
    assert (answer.status_code, answer.location) == (303, "/meelopen")
    assert client.post(f"/meelopen/dagen/{day}/weg").status_code == 404


def test_a_coordinator_notes_a_day_of_help_and_takes_it_away(street, sign_in):
    offer(street, "train", "assess")
    address = f"/meelopen/mentor/{street.certified.id}"
    client = sign_in(street.coordinator)
    assert "Breng twee mensen bij elkaar" not in client.get(address).text
    assert client.post(f"{address}/geholpen", data={}).status_code == 422
    late = client.post(
        f"{address}/geholpen", data={"helped_with": "train", "happened_on": "1-12-2026"}
    )
    assert "Deze dag moet nog komen." in late.text
    answer = client.post(
        f"{address}/geholpen", data={"helped_with": "train", "happened_on": "20-11-2026"}
    )
    assert (answer.status_code, answer.location) == (303, address)
    assert "1 dag meegeholpen" in client.get(address).text
    day = db.session.scalars(sa.select(MentorDay.id)).one()
    gone = client.post(f"/meelopen/dagen/{day}/weg", data={"back": "mentor"})
    assert (gone.status_code, gone.location) == (303, address)


def test_who_helps_passes_an_offer_and_an_answer_on(street, beginner, sign_in):
    hub, address = f"/namens/{street.certified.id}", f"/namens/{street.certified.id}/meelopen"
    for helper in (street.coach, street.coordinator):
        client = sign_in(helper)
        assert f'href="{address}"' in client.get(hub).text
        answer = client.post(address, data={"kinds": "walk_along"})
        assert (answer.status_code, answer.location) == (303, address)
    with unit_of_work():
        pair_id = services.link(street.certified.id, beginner.id, by=street.by)
    answer = client.post(f"/meelopen/{pair_id}/ja", data={"person_id": street.certified.id})
    assert (answer.status_code, answer.location) == (303, address)
    pair = db.session.get_one(MentorPair, pair_id)
    assert pair.mentor_yes_on is not None
    assert pair.person_yes_on is None
    own = sign_in(street.certified).get("/gegevens").text
    assert "Ja gezegd tegen meelopen" in own
    for stranger in (street.newcomer, street.far_coordinator, street.certified):
        assert sign_in(stranger).get(address).status_code == 404
    assert client.get(f"/namens/{street.newcomer.id}/meelopen").status_code == 404


def test_a_coordinator_of_elsewhere_finds_nothing(street, beginner, sign_in):
    pair_id = run_pair(street, beginner)
    client = sign_in(street.far_coordinator)
    address = f"/meelopen/mentor/{street.certified.id}"
    assert "Nog niemand in jouw regio" in client.get("/meelopen/mentoren").text
    assert client.get(address).status_code == 404
    for step in ("zoek", "koppel", "geholpen", "seizoen"):
        assert client.post(f"{address}/{step}").status_code == 404
    who = {"person_id": street.certified.id}
    assert client.post(f"/meelopen/{pair_id}/nee", data=who).status_code == 404


def test_mentors_are_paged_by_name_with_as_many_statements(street, sign_in):
    def mentor(name):
        with unit_of_work():
            person = make_person(name, place_id=street.place.id)
            certify(person, street.cohort)
            services.save_offer(person.id, ("train",), by=make_actor(person))

    client = sign_in(street.coordinator)
    mentor("Aafke")
    few = statements(client, "/meelopen/mentoren")
    for number in range(22):
        mentor(f"Mentor {number:02d}")
    assert statements(client, "/meelopen/mentoren") == few <= 12
    first = client.get("/meelopen/mentoren").text
    assert "Aafke" in first
    assert "Mentor 21" not in first
    following = first.split("?na=")[1].split('"')[0]
    assert "Mentor 21" in client.get(f"/meelopen/mentoren?na={following}").text


def statements(client, address):
    seen = []

    def count(*_args):
        seen.append(1)

    sa.event.listen(db.engine, "before_cursor_execute", count)
    try:
        assert client.get(address).status_code == 200
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", count)
    return len(seen)
