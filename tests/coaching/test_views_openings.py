"""Pages of opening a log in need, and that no note is shown when the reading cannot be noted."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from academy.coaching.models import Opening, ReadLog
from academy.coaching.services import openings
from academy.kernel import clock, mail
from academy.kernel.db import db, unit_of_work
from academy.kernel.mail import OutgoingMail
from academy.kernel.messages import engine
from academy.kernel.settings import current
from academy.people.models import Person, Place, SignIn
from academy.people.queries.actors import actor_for
from academy.privacy.queries.collected import collect
from tests.coaching.builders import CANARY, set_the_table, write_entry
from tests.conftest import TODAY
from tests.factories import make_coordinator, make_grant, make_person

LINE = "Zij belde en durft niet naar huis."
ASKED = {"reason": "safety", "line": LINE}


@pytest.fixture
def table(app):
    table = set_the_table()
    write_entry(table)
    return table


@pytest.fixture
def second(table):
    with unit_of_work():
        return make_coordinator(db.session.get_one(Place, table.place.id)).id


def ask(table, sign_in, **values) -> str:
    """Ask as the coordinator; returns the address of the opening."""
    answer = sign_in(table.tineke).post(f"/begeleiding/{table.plan_id}/openen", data=ASKED | values)
    assert answer.status_code == 303
    return answer.location


def open_it(table, second, **values) -> int:
    with unit_of_work():
        by = actor_for(table.tineke.id)
        made = openings.ask(table.plan_id, "safety", LINE, by=by, **values)
        openings.agree(made.id, by=actor_for(second))
        return made.id


def reads() -> list[tuple[int, int | None]]:
    rows = db.session.execute(
        sa.select(ReadLog.reader_id, ReadLog.opening_id).order_by(ReadLog.id)
    ).all()
    db.session.rollback()
    return [tuple(row) for row in rows]


def test_from_asking_to_reading_to_closing(table, second, sign_in):
    tineke, other = sign_in(table.tineke), sign_in(second)
    standing = tineke.get(f"/begeleiding/{table.plan_id}/stand").text
    assert f"/begeleiding/{table.plan_id}/openen" in standing
    assert "Alleen bij nood" in tineke.get(f"/begeleiding/{table.plan_id}/openen").text
    opening = ask(table, sign_in)
    assert "Trek je vraag in" in tineke.get(opening).text
    assert tineke.get(f"{opening}/logboek").status_code == 404
    assert "mag een logboek open?" in other.get("/vandaag").text
    page = other.get(f"{opening}/beslis").text
    assert LINE in page
    assert CANARY not in page
    assert other.post(f"{opening}/ja").status_code == 303
    assert other.get(f"{opening}/logboek").status_code == 404
    assert CANARY not in other.get(opening).text
    assert reads() == []
    page = tineke.get(f"{opening}/logboek").text
    assert CANARY in page
    assert "We schreven op dat je dit nu leest." in page
    assert reads() == [(table.tineke.id, db.session.scalars(sa.select(Opening.id)).one())]
    assert tineke.post(f"{opening}/sluit").status_code == 303
    assert tineke.get(f"{opening}/logboek").status_code == 404


def test_she_reads_on_her_own_page_who_why_and_when(table, second, sign_in):
    opening_id = open_it(table, second)
    samira = sign_in(table.samira)
    page = samira.get("/logboek").text
    assert f"Je logboek is nu open voor {table.tineke.display_name}." in page
    assert "De reden: er is gevaar voor iemand." in page
    assert LINE in page
    sign_in(table.tineke).get(f"/begeleiding/openingen/{opening_id}/logboek")
    assert "(bij nood geopend)" in samira.get("/logboek").text
    with clock.at(TODAY + timedelta(hours=25)):
        page = samira.get("/logboek").text
    assert f"Je logboek was open voor {table.tineke.display_name}." in page


def test_what_is_held_back_shows_nowhere_yet(table, second, sign_in):
    opening_id = open_it(table, second, held_back=True)
    sign_in(table.tineke).get(f"/begeleiding/openingen/{opening_id}/logboek")
    samira = sign_in(table.samira)
    for address in ("/logboek", "/vandaag", "/mijn-berichten"):
        page = samira.get(address).text
        assert "bij nood" not in page.lower(), address
        assert "mag je logboek lezen" not in page, address
        assert table.tineke.last_name not in page or address != "/logboek", address


def test_a_copy_of_all_data_tells_nothing_of_it_yet_either(table, second, sign_in):
    opening_id = open_it(table, second, held_back=True)
    sign_in(table.tineke).get(f"/begeleiding/openingen/{opening_id}/logboek")
    assert len(reads()) == 1

    def told() -> dict[str, int]:
        kinds = {one.name: one.rows for one in collect(table.samira.id).kinds}
        acts = [one["action"] for one in kinds.get("audit_event", ())]
        return {
            "openings": len(kinds.get("coaching_opening", ())),
            "reads": len(kinds.get("coaching_read", ())),
            "acts": sum(one.startswith("coaching:opening:") for one in acts),
        }

    assert told() == {"openings": 0, "reads": 0, "acts": 0}
    with clock.at(TODAY + timedelta(days=31)):
        assert told() == {"openings": 1, "reads": 1, "acts": 2}


def test_the_mail_names_people_and_the_reason_and_no_words(table, second, sign_in):
    sign_in(table.samira)  # she has a mailbox now
    with unit_of_work():
        db.session.execute(sa.update(Person).values(preferred_channel="email"))
    open_it(table, second)
    with clock.at(TODAY + timedelta(minutes=11)):
        engine.run_due(clock.now())
        (waiting,) = db.session.scalars(
            sa.select(OutgoingMail).where(OutgoingMail.template == "coaching/opened")
        )
        message = mail._compose(waiting, current())
    assert message["Subject"] == "Iemand mag je logboek lezen"
    text = " ".join(message.get_content().split())
    assert "De reden: er is gevaar voor iemand." in text
    assert table.tineke.display_name in text
    assert LINE not in text
    assert CANARY not in text


def test_asking_and_answering_ask_to_show_again_who_you_are(table, second, sign_in):
    clients = {"asker": sign_in(table.tineke), "second": sign_in(second)}
    opening = ask(table, sign_in)
    with unit_of_work():
        db.session.execute(sa.update(SignIn).values(stepped_up_at=None))
    for client, address in (
        (clients["asker"], f"/begeleiding/{table.plan_id}/openen"),
        (clients["asker"], f"{opening}/logboek"),
        (clients["second"], f"{opening}/beslis"),
    ):
        answer = client.get(address)
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/bevestig")
    assert clients["second"].post(f"{opening}/ja").status_code == 303
    assert db.session.scalars(sa.select(Opening.answer)).one() is None


def test_the_privacy_officer_sees_what_waits_and_decides(table, sign_in):
    opening = ask(table, sign_in)
    with unit_of_work():
        noor = make_person("Noor")
        make_grant(noor, "privacy_officer")
    client = sign_in(noor)
    assert opening in client.get("/vandaag").text
    assert opening in client.get("/begeleiding/openingen").text
    assert client.get(f"/begeleiding/{table.plan_id}/openen").status_code == 403
    assert client.post(f"{opening}/nee").status_code == 303
    assert "nee gezegd" in client.get(opening).text


def test_the_second_moves_the_day_on_which_she_hears_it(table, second, sign_in):
    opening_id = open_it(table, second, held_back=True)
    client, address = sign_in(second), f"/begeleiding/openingen/{opening_id}"
    assert "weet dit nog niet" in client.get(f"{address}/beslis").text
    assert client.post(f"{address}/later", data={"until": "01-03-2027"}).status_code == 422
    assert client.post(f"{address}/later", data={"until": ""}).status_code == 422
    assert client.post(f"{address}/later", data={"until": "01-12-2026"}).status_code == 303
    assert "1 december 2026" in client.get(address).text


def test_a_form_with_mistakes_says_so_and_keeps_what_was_typed(table, sign_in):
    client = sign_in(table.tineke)
    address = f"/begeleiding/{table.plan_id}/openen"
    answer = client.post(address, data={"reason": "complaint", "line": LINE, "held_back": "y"})
    assert answer.status_code == 422
    assert "Later vertellen mag alleen voor de veiligheid." in answer.text
    assert LINE in answer.text
    assert client.post(address, data={}).status_code == 422


@pytest.fixture
def no_read_log(app, monkeypatch):
    """The planted fault: nothing can be written into the read-log any more."""
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    def break_it() -> None:
        db.session.rollback()
        with db.engine.begin() as connection:
            connection.execute(sa.text("alter table coaching_read rename to away"))

    return break_it


@pytest.mark.trust("T31", planted=True)
def test_when_the_reading_cannot_be_noted_the_page_says_so_and_shows_no_note(
    table, second, sign_in, no_read_log
):
    opening_id = open_it(table, second)
    pages = {
        table.samira: ["/logboek", "/logboek/pdf", "/logboek/pdf/dossier"],
        table.marije: [
            f"/begeleiding/{table.plan_id}",
            f"/begeleiding/{table.plan_id}/gesprek",
            f"/begeleiding/{table.plan_id}/pdf",
            f"/begeleiding/{table.plan_id}/plan/pdf",
        ],
        table.tineke: [f"/begeleiding/openingen/{opening_id}/logboek"],
    }
    clients = {person: sign_in(person) for person in pages}
    no_read_log()
    for person, addresses in pages.items():
        for address in addresses:
            answer = clients[person].get(address)
            assert answer.status_code == 503, address
            assert "We kunnen nu niet opschrijven wie leest." in answer.text, address
            assert CANARY not in answer.text, address
