"""Pages of research, by role."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from academy.kernel.db import db, unit_of_work
from academy.research import services
from academy.research.models import Confirmation, Talk
from academy.research.services import NewObservation
from tests.research.neighbourhood import confirm, load_sample, make_neighbourhood


@pytest.fixture
def there(app):
    return make_neighbourhood()


def observe(there, count, *, sense="see", text="Zes bankjes op het plein, nummer"):
    with unit_of_work():
        for number in range(count):
            services.add_observation(
                there.project_id,
                NewObservation(sense, f"{text} {number}.", "evening", "trainer", "plein"),
                by=there.by,
            )


def statements(client, address):
    seen = []

    def count(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", count)
    try:
        assert client.get(address).status_code == 200
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", count)
    return len(seen)


def test_the_lead_and_the_coordinator_see_the_project(there, sign_in):
    observe(there, 8)
    for person in (there.lead, there.coordinator):
        client = sign_in(person)
        assert "Proeven in de Bloemenbuurt" in client.get("/onderzoek").text
        page = client.get(f"/onderzoek/{there.project_id}").text
        assert "Niemand kent elkaar hier" in page
        assert "Zien: 8" in page
        everything = client.get(f"/onderzoek/{there.project_id}/zien").text
        assert everything.count("Zes bankjes op het plein") == 8


def test_others_find_nothing(there, sign_in):
    (no,) = confirm(there, "no/no")
    addresses = (
        f"/onderzoek/{there.project_id}",
        f"/onderzoek/{there.project_id}/zien",
        f"/onderzoek/probleem/{there.problem_id}",
        f"/onderzoek/bevestiging/{no}/gesprek",
    )
    for person in (there.stranger, there.far_coordinator):
        client = sign_in(person)
        assert "Bloemenbuurt" not in client.get("/onderzoek").text
        assert [client.get(one).status_code for one in addresses] == [404] * 4
        data = {"experience": "yes", "took_part": "yes", "on": "23-11-2026"}
        address = f"/onderzoek/probleem/{there.problem_id}/bevestiging"
        assert client.post(address, data=data).status_code == 404
        talk = {"on": "23-11-2026", "what_changed": "Iets."}
        assert client.post(addresses[3], data=talk).status_code == 404
    client = sign_in(there.participant)
    assert client.get("/onderzoek").status_code == 403
    assert [client.get(one).status_code for one in addresses] == [403] * 4
    assert sign_in(there.lead).get(f"/onderzoek/{there.project_id}/hart").status_code == 404


def test_the_door_comes_first(there, client):
    assert client.get("/onderzoek").location.startswith("/binnenkomen")


def test_a_withdrawn_quote_is_on_no_page(there, sign_in):
    with unit_of_work():
        new = NewObservation(
            "hear", "Ik ken de naam van niemand.", "evening", "resident", "", True, True
        )
        made = services.add_observation(there.project_id, new, by=there.by)
    client = sign_in(there.lead)
    assert "Ik ken de naam" in client.get(f"/onderzoek/{there.project_id}").text
    with unit_of_work():
        services.withdraw_consent(made, by=there.by)
    for address in (f"/onderzoek/{there.project_id}", f"/onderzoek/{there.project_id}/horen"):
        assert "Ik ken de naam" not in client.get(address).text


def test_a_coordinator_records_what_a_resident_says_until_it_is_solved(there, sign_in):
    client = sign_in(there.coordinator)
    address = f"/onderzoek/probleem/{there.problem_id}"
    assert "Nog geen bewoner zei" in client.get(address).text
    data = {"experience": "yes", "took_part": "yes", "note": "", "on": "20-11-2026"}
    for _number in range(3):
        answer = client.post(f"{address}/bevestiging", data=data)
        assert answer.status_code == 303
        assert answer.location == address
    page = client.get(address).text
    assert "Bewoners zeggen dat het is opgelost" in page
    assert "opgelost" in client.get(f"/onderzoek/{there.project_id}").text
    assert db.session.scalar(sa.select(sa.func.count(Confirmation.id))) == 3


def test_mistakes_come_back_with_what_was_typed(there, sign_in):
    client = sign_in(there.lead)
    address = f"/onderzoek/probleem/{there.problem_id}/bevestiging"
    for data in (
        {},
        {"experience": "yes", "took_part": "yes", "note": "Lekker", "on": "morgen"},
        {"experience": "yes", "took_part": "yes", "note": "Lekker", "on": "24-11-2026"},
        {"experience": "yes", "took_part": "yes", "note": "Bel 06-00000307", "on": "23-11-2026"},
    ):
        answer = client.post(address, data=data)
        assert answer.status_code == 422
        assert data.get("note", "") in answer.text
    assert db.session.scalar(sa.select(sa.func.count(Confirmation.id))) == 0


def test_a_talk_is_recorded_at_the_no(there, sign_in):
    no, yes = confirm(there, "no/no", "yes/yes")
    client = sign_in(there.coordinator)
    address = f"/onderzoek/bevestiging/{no}/gesprek"
    assert address in client.get(f"/onderzoek/probleem/{there.problem_id}").text
    assert client.get(f"/onderzoek/bevestiging/{yes}/gesprek").status_code == 404
    assert client.get("/onderzoek/bevestiging/999/gesprek").status_code == 404
    assert "2 april 2026" in client.get(address).text
    assert client.post(address, data={"on": "23-11-2026"}).status_code == 422
    wrong = {"on": "01-01-2026", "what_changed": "De koffie staat nu boven."}
    assert client.post(address, data=wrong).status_code == 422
    answer = client.post(address, data=wrong | {"on": "23-11-2026"})
    assert answer.status_code == 303
    page = client.get(f"/onderzoek/probleem/{there.problem_id}").text
    assert "De koffie staat nu boven." in page
    assert address not in page
    talk = db.session.scalars(sa.select(Talk)).one()
    assert (talk.talked_on, talk.recorded_by_id) == (date(2026, 11, 23), there.coordinator.id)


def test_the_pages_take_as_many_statements_with_more_rows(there, sign_in):
    client = sign_in(there.lead)
    addresses = (
        "/onderzoek",
        f"/onderzoek/{there.project_id}",
        f"/onderzoek/{there.project_id}/zien",
        f"/onderzoek/probleem/{there.problem_id}",
    )
    observe(there, 1)
    confirm(there, "yes/yes")
    few = [statements(client, one) for one in addresses]
    observe(there, 25)
    confirm(there, *["no/no"] * 20)
    load_sample()
    with unit_of_work():
        for _number in range(15):
            services.name_problem(
                there.project_id, services.NewProblem("De tunnel is eng", "rules", 3), by=there.by
            )
    assert [statements(client, one) for one in addresses] == few
    assert max(few) <= 12


def test_the_list_is_paged_by_key(there, sign_in):
    with unit_of_work():
        for number in range(24):
            services.start_project(
                services.NewProject(f"Onderzoek {number}", there.place.id, there.lead.id),
                by=there.by,
            )
    observe(there, 45)
    client = sign_in(there.lead)
    for address in ("/onderzoek", f"/onderzoek/{there.project_id}/zien"):
        first = client.get(address).text
        following = first.split("?na=")[1].split('"')[0]
        assert client.get(f"{address}?na={following}").status_code == 200
    assert "Proeven in de Bloemenbuurt" not in client.get("/onderzoek").text
