"""The coach writes and reads; others do not."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from academy.coaching.models import AgreedAction, CoachingPlan, LogEntry, ReadLog
from academy.coaching.queries.plans import guided_rows
from academy.coaching.services import log, plans
from academy.coaching.services.log import Contact
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.models import Grant
from academy.people.queries.actors import actor_for
from tests.coaching.builders import (
    CANARY,
    an_action,
    count_statements,
    make_plan,
    set_the_table,
    write_entry,
)
from tests.factories import make_grant, make_person

TALK = {
    "form_key": "a" * 32,
    "kind": "visit",
    "discussed": CANARY,
    "went_well": "Ze bleef rustig.",
    "energy": "2",
    "action": "Samira belt de huismeester",
    "happened_on": "20-11-2026",
    "minutes": "60",
    "action_owner": "participant",
    "action_due_on": "27-11-2026",
}


@pytest.fixture
def table(app):
    return set_the_table()


def test_the_list_shows_whom_to_call_with_a_link_to_call(table, sign_in):
    page = sign_in(table.marije).get("/begeleiding").get_data(as_text=True)
    assert "Samira El Haddou" in page
    assert "tel:+31600000001" in page
    assert "30 november 2026" in page


def test_a_talk_in_one_form_moves_the_next_contact_and_shows_it_to_the_participant(table, sign_in):
    client = sign_in(table.marije)
    form = client.get(f"/begeleiding/{table.plan_id}/gesprek").get_data(as_text=True)
    assert "Wie leest dit?" in form
    assert "Samira" in form
    answer = client.post(f"/begeleiding/{table.plan_id}/gesprek", data=TALK)
    assert answer.status_code == 303
    plan = db.session.get_one(CoachingPlan, table.plan_id)
    assert plan.last_contact_on == date(2026, 11, 20)
    assert plan.next_contact_due == date(2027, 1, 19)
    action = db.session.scalars(sa.select(AgreedAction)).one()
    assert (action.owner, action.due_on) == ("participant", date(2026, 11, 27))
    db.session.rollback()
    assert CANARY in sign_in(table.samira).get("/logboek").get_data(as_text=True)


def test_sending_twice_makes_one_entry(table, sign_in):
    client = sign_in(table.marije)
    for _ in range(2):
        assert client.post(f"/begeleiding/{table.plan_id}/gesprek", data=TALK).status_code == 303
    assert db.session.scalar(sa.select(sa.func.count(LogEntry.id))) == 1
    assert db.session.scalar(sa.select(sa.func.count(AgreedAction.id))) == 1


def test_a_draft_is_kept_on_the_server_and_only_the_coach_sees_it(table, sign_in):
    client = sign_in(table.marije)
    half = {"form_key": "b" * 32, "discussed": CANARY, "happened_on": "geen dag", "minutes": ""}
    answer = client.post(f"/begeleiding/{table.plan_id}/gesprek/bewaar", data=half)
    assert answer.get_json() == {"saved_at": "9.00"}
    again = half | {"discussed": CANARY + " verder", "action": "Bel de gemeente"}
    assert (
        client.post(f"/begeleiding/{table.plan_id}/gesprek/bewaar", data=again).status_code == 200
    )
    form = client.get(f"/begeleiding/{table.plan_id}/gesprek").get_data(as_text=True)
    assert CANARY + " verder" in form
    assert "Bel de gemeente" in form
    assert CANARY not in sign_in(table.samira).get("/logboek").get_data(as_text=True)
    sent = client.post(f"/begeleiding/{table.plan_id}/gesprek", data=TALK | {"form_key": "b" * 32})
    assert sent.status_code == 303
    assert db.session.scalar(sa.select(sa.func.count(LogEntry.id))) == 1


def test_all_is_well_is_one_tap_and_leaves_a_draft_alone(table, sign_in):
    client = sign_in(table.marije)
    half = {"form_key": "b" * 32, "discussed": CANARY}
    client.post(f"/begeleiding/{table.plan_id}/gesprek/bewaar", data=half)
    answer = client.post(f"/begeleiding/{table.plan_id}/kort", data={"form_key": "c" * 32})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    states = db.session.scalars(sa.select(LogEntry.state).order_by(LogEntry.id)).all()
    assert states == ["draft", "shared"]


def test_a_form_with_a_mistake_comes_back_with_what_was_typed(table, sign_in):
    answer = sign_in(table.marije).post(
        f"/begeleiding/{table.plan_id}/gesprek", data=TALK | {"happened_on": "24-11-2026"}
    )
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert CANARY in page
    assert "Deze dag moet nog komen" in page
    assert db.session.scalar(sa.select(sa.func.count(LogEntry.id))) == 0


def test_a_refused_talk_that_shows_agreements_is_noted_as_a_reading(table, sign_in):
    write_entry(table, actions=(an_action("Bel de huismeester"),))
    refused = sign_in(table.marije).post(f"/begeleiding/{table.plan_id}/gesprek", data={})
    assert refused.status_code == 422
    assert "Bel de huismeester" in refused.text
    found = db.session.execute(sa.select(ReadLog.kind, ReadLog.reader_id)).all()
    db.session.rollback()
    assert [tuple(one) for one in found] == [("draft", table.marije.id)]


def test_a_refused_correction_shows_nothing_of_the_entry(table, sign_in):
    entry_id = write_entry(table, went_well=CANARY)
    address = f"/begeleiding/gesprekken/{entry_id}/verbeter"
    refused = sign_in(table.marije).post(address, data={})
    assert refused.status_code == 422
    assert CANARY not in refused.text


def test_a_correction_stands_under_what_it_corrects(table, sign_in):
    entry_id = write_entry(table, "Er waren tien mensen.")
    client = sign_in(table.marije)
    address = f"/begeleiding/gesprekken/{entry_id}/verbeter"
    assert "Er waren tien mensen." in client.get(address).get_data(as_text=True)
    assert client.post(address, data=TALK | {"discussed": "Het waren er elf."}).status_code == 303
    page = client.get(f"/begeleiding/{table.plan_id}").get_data(as_text=True)
    assert page.index("Er waren tien mensen.") < page.index("Het waren er elf.")


def test_a_second_correction_starts_from_the_first_and_shows_what_changed(table, sign_in):
    entry_id = write_entry(table, "Er waren tien mensen.", energy=4)
    client = sign_in(table.marije)
    address = f"/begeleiding/gesprekken/{entry_id}/verbeter"
    better = {"discussed": "Het waren er elf.", "energy": "2", "happened_on": "20-11-2026"}
    assert client.post(address, data=TALK | better).status_code == 303
    assert "Het waren er elf." in client.get(address).text
    page = client.get(f"/begeleiding/{table.plan_id}").text
    assert "Dit was op 20 november 2026." in page
    assert "Energie: 2." in page
    own = sign_in(table.samira)
    own.post(f"/logboek/{entry_id}/gelezen")
    assert "Ik heb het gelezen" not in own.get("/logboek").text


def test_somebody_elses_coachee_is_not_there(table, sign_in):
    with unit_of_work():
        other, klaas = make_person("Fatma"), make_person("Klaas")
        make_grant(klaas, "coach", about=other)
        make_plan(other, klaas, table.place)
    entry_id = write_entry(table)
    client = sign_in(klaas)
    for address in (
        f"/begeleiding/{table.plan_id}",
        f"/begeleiding/{table.plan_id}/gesprek",
        f"/begeleiding/{table.plan_id}/pdf",
        f"/begeleiding/{table.plan_id}/doel",
        f"/begeleiding/{table.plan_id}/signaal",
        f"/begeleiding/gesprekken/{entry_id}/verbeter",
    ):
        assert client.get(address).status_code == 404, address
    for address in (
        f"/begeleiding/{table.plan_id}/gesprek",
        f"/begeleiding/{table.plan_id}/gesprek/bewaar",
        f"/begeleiding/{table.plan_id}/kort",
        f"/begeleiding/{table.plan_id}/ja",
        f"/begeleiding/gesprekken/{entry_id}/verbeter",
        f"/begeleiding/gesprekken/{entry_id}/voorgelezen",
        f"/begeleiding/gesprekken/{entry_id}/woorden",
        f"/logboek/{entry_id}/gelezen",
        f"/logboek/{entry_id}/woorden",
    ):
        data = TALK | {"words": "niet van mij", "form_key": "d" * 32}
        assert client.post(address, data=data).status_code == 404, address


def test_a_right_that_ended_opens_nothing(table, sign_in):
    client = sign_in(table.marije)
    assert client.get(f"/begeleiding/{table.plan_id}").status_code == 200
    with unit_of_work():
        grant = db.session.scalars(sa.select(Grant).where(Grant.role == "coach")).one()
        grant.valid_to = date(2026, 11, 22)
    assert client.get(f"/begeleiding/{table.plan_id}").status_code in (403, 404)


def test_a_coach_of_everybody_is_no_coach_of_anybody(table, sign_in):
    with unit_of_work():
        nosy = make_person("Nosy")
        make_grant(nosy, "coach")
    write_entry(table)
    assert sign_in(nosy).get(f"/begeleiding/{table.plan_id}").status_code == 404


def test_every_page_with_a_note_writes_the_reading_down(table, sign_in):
    entry_id = write_entry(table)
    client = sign_in(table.marije)
    client.get(f"/begeleiding/{table.plan_id}")
    client.get(f"/begeleiding/{table.plan_id}/gesprek")
    client.get(f"/begeleiding/gesprekken/{entry_id}/verbeter")
    sign_in(table.samira).get("/logboek")
    seen = db.session.execute(sa.select(ReadLog.kind, ReadLog.reader_id).order_by(ReadLog.id)).all()
    marije, samira = table.marije.id, table.samira.id
    assert [tuple(one) for one in seen] == [
        ("page", marije),
        ("draft", marije),
        ("page", marije),
        ("page", samira),
    ]


def test_without_a_read_log_no_note_is_shown(table, sign_in):
    write_entry(table)
    coach, participant = sign_in(table.marije), sign_in(table.samira)
    with db.engine.begin() as connection:
        connection.execute(sa.text("alter table coaching_read rename to away"))
    for client, address in (
        (coach, f"/begeleiding/{table.plan_id}"),
        (coach, f"/begeleiding/{table.plan_id}/gesprek"),
        (participant, "/logboek"),
        (participant, "/logboek/pdf"),
    ):
        answer = client.get(address)
        assert answer.status_code in (500, 503), address
        assert CANARY not in answer.get_data(as_text=True)


def test_notes_are_nowhere_in_the_open(table, sign_in, session_folder):
    client = sign_in(table.marije)
    client.post(f"/begeleiding/{table.plan_id}/gesprek", data=TALK)
    entry_id = db.session.scalar(sa.select(LogEntry.id))
    db.session.rollback()
    sign_in(table.samira).post(f"/logboek/{entry_id}/woorden", data={"words": CANARY})
    assert CANARY in client.get(f"/begeleiding/{table.plan_id}").get_data(as_text=True)
    db.session.remove()
    with db.engine.connect() as connection:
        for name in sa.inspect(connection).get_table_names():
            for row in connection.execute(sa.text(f'select * from "{name}"')):
                assert not any(CANARY in str(value) for value in row), name
                assert "huismeester" not in str(tuple(row)), name


def test_the_coach_marks_what_was_read_aloud_and_types_for_the_participant(table, sign_in):
    entry_id = write_entry(table)
    client = sign_in(table.marije)
    client.post(f"/begeleiding/gesprekken/{entry_id}/voorgelezen")
    client.post(f"/begeleiding/gesprekken/{entry_id}/woorden", data={"words": "Ik was moe."})
    entry = db.session.get_one(LogEntry, entry_id)
    assert entry.state == "final"
    assert entry.seen_at == clock.now()
    db.session.rollback()
    page = sign_in(table.samira).get("/logboek").get_data(as_text=True)
    assert "Ik was moe." in page
    assert "opgeschreven door Marije" in page


def test_the_plan_counts_when_the_participant_said_yes(table, sign_in):
    client = sign_in(table.marije)
    assert client.get(f"/begeleiding/{table.plan_id}/doel").status_code == 200
    new = {"goal": "Drie nieuwe mensen", "rhythm_days": "30", "channel": "visit"}
    assert client.post(f"/begeleiding/{table.plan_id}/doel", data=new).status_code == 303
    page = client.get(f"/begeleiding/{table.plan_id}/plan").get_data(as_text=True)
    assert "Nieuw plan: zegt Samira ja?" in page
    agreed = {"number": "1"}
    address = f"/begeleiding/{table.plan_id}/plan/akkoord"
    assert client.post(address, data=agreed | {"number": "x"}).status_code == 404
    assert client.post(address, data=agreed).status_code == 303
    own = sign_in(table.samira).get("/logboek/plan").get_data(as_text=True)
    assert "Voorgelezen en doorgegeven door Marije Dijkstra." in own
    assert "Drie nieuwe mensen" in own
    plan = db.session.get_one(CoachingPlan, table.plan_id)
    assert plan.next_contact_due == clock.today()
    db.session.rollback()
    wrong = client.post(f"/begeleiding/{table.plan_id}/doel", data=new | {"rhythm_days": "1"})
    assert wrong.status_code == 422


def test_a_worry_has_three_questions_and_no_details(table, sign_in):
    client = sign_in(table.marije)
    page = client.get(f"/begeleiding/{table.plan_id}/signaal").get_data(as_text=True)
    assert "Geen details" in page
    data = {"kind": "overload", "severity": "middle", "note": "Vast belmoment op dinsdag."}
    assert client.post(f"/begeleiding/{table.plan_id}/signaal", data=data).status_code == 303
    page = client.get(f"/begeleiding/{table.plan_id}").get_data(as_text=True)
    assert "Vast belmoment op dinsdag." in page
    done = {"outcome": "talk_held", "reported_back": "yes"}
    assert client.get("/begeleiding/signalen/1/afronden").status_code == 200
    assert client.post("/begeleiding/signalen/1/afronden", data=done).status_code == 303


def test_the_log_page_does_not_ask_more_of_the_database_with_more_entries(table, sign_in):
    client = sign_in(table.marije)
    counts = []
    for _round in range(2):
        for number in range(4):
            write_entry(table, f"gesprek {number}")
        counts.append(count_statements(client, f"/begeleiding/{table.plan_id}"))
    assert counts[0] == counts[1]
    assert counts[0] <= 12


def test_what_a_coach_does_for_a_participant_stands_with_the_participant(table, sign_in):
    entry_id = write_entry(table, actions=[an_action()])
    client = sign_in(table.marije)
    hub = client.get(f"/namens/{table.samira.id}").text
    assert f'href="/begeleiding/{table.plan_id}"' in hub
    action_id = db.session.scalars(sa.select(AgreedAction.id)).one()
    db.session.rollback()
    client.post(f"/begeleiding/gesprekken/{entry_id}/voorgelezen")
    client.post(f"/begeleiding/gesprekken/{entry_id}/woorden", data={"words": "Zo was het."})
    client.post(f"/begeleiding/afspraken/{action_id}/klaar")
    own = sign_in(table.samira).get("/gegevens").get_data(as_text=True)
    for act in ("aan je voorgelezen", "Jouw woorden bij een gesprek", "afspraak van jou afgevinkt"):
        assert act in own
    coordinator = sign_in(table.tineke).get(f"/namens/{table.samira.id}").get_data(as_text=True)
    assert "Logboek en afspraken" not in coordinator
    assert CANARY not in coordinator
    assert sign_in(make_stranger()).get(f"/namens/{table.samira.id}").status_code == 404


def make_stranger():
    with unit_of_work():
        stranger = make_person("Joke")
        make_grant(stranger, "coach", about=make_person("Ander"))
    return stranger


def test_a_yearly_review_is_written_on_its_own_page(table, sign_in):
    client = sign_in(table.marije)
    address = f"/begeleiding/{table.plan_id}/gesprek"
    assert 'value="yearly_review"' not in client.get(address).text
    refused = client.post(address, data=TALK | {"kind": "yearly_review"})
    assert refused.status_code == 422
    assert "Een jaargesprek schrijf je op bij het jaargesprek." in refused.text
    entry_id = write_entry(table, kind="yearly_review")
    page = client.get(f"/begeleiding/gesprekken/{entry_id}/verbeter").text
    assert 'value="yearly_review"' in page


def test_what_a_draft_agrees_counts_nowhere_and_goes_when_guidance_stops(table, sign_in):
    marije = actor_for(table.marije.id)
    draft = Contact("phone", date(2026, 11, 20), discussed="x", actions=(an_action(),))
    with unit_of_work():
        log.save_draft(table.plan_id, draft, by=marije)
    (row,) = guided_rows(marije, date(2027, 1, 1))
    assert (row.has_draft, row.open_actions, row.late_actions) == (True, 0, 0)
    with unit_of_work():
        plans.stop(table.plan_id, by=actor_for(table.tineke.id))
    assert db.session.scalar(sa.select(sa.func.count(LogEntry.id))) == 0
