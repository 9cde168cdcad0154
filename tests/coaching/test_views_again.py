"""Beginning again: one tap, the old log to read, and only what somebody let be read."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from academy.coaching.models import CoachingPlan, ReadLog
from academy.coaching.services import log, plans, sheets
from academy.coaching.services.sheets import NewSheet, NewStep
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.models import Person
from academy.people.queries.actors import actor_for
from tests.coaching.builders import CANARY, an_action, set_the_table, write_entry
from tests.factories import make_coordinator, make_person, make_place

OWN_WORDS = "mijn-eigen-woorden"


@pytest.fixture
def table(app):
    return set_the_table()


def text(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def newest() -> int:
    found = db.session.scalar(sa.select(sa.func.max(CoachingPlan.id)))
    db.session.rollback()
    return found


def stop_and_begin(table, sign_in) -> int:
    own = sign_in(table.samira)
    assert own.post("/logboek/stop").status_code == 303
    assert own.post("/logboek/opnieuw").status_code == 303
    return newest()


def guided_anew(table, sign_in, name: str = "Ronald") -> tuple[int, Person]:
    """Let Samira stop and begin again; another coach guides her now."""
    plan_id = stop_and_begin(table, sign_in)
    with unit_of_work():
        coach = make_person(name, "Kartosen")
        plans.match(plan_id, coach.id, by=actor_for(table.tineke.id))
    with unit_of_work():
        plans.agree(plan_id, by=actor_for(coach.id))
        plans.agree(plan_id, by=actor_for(table.samira.id))
    return plan_id, coach


def test_who_stopped_begins_again_in_one_tap(table, sign_in):
    own = sign_in(table.samira)
    assert "Ik wil weer een begeleider" not in text(own, "/logboek")
    own.post("/logboek/stop")
    for address in ("/logboek", "/logboek/begeleiding"):
        assert 'action="/logboek/opnieuw"' in text(own, address)
    assert own.post("/logboek/opnieuw").status_code == 303
    page = text(own, "/logboek")
    assert "We zoeken een begeleider voor je." in page
    assert "7 december 2026" in page
    assert own.post("/logboek/opnieuw").status_code == 409


def test_without_any_guidance_there_is_nothing_to_begin_again(table, sign_in):
    with unit_of_work():
        buur = make_person("Buur")
    assert sign_in(buur).post("/logboek/opnieuw").status_code == 404


def test_the_coordinator_begins_again_for_somebody_and_chooses_a_coach(table, sign_in):
    client = sign_in(table.tineke)
    address = f"/begeleiding/{table.plan_id}"
    assert f"{address}/opnieuw" not in text(client, f"{address}/stand")
    client.post(f"{address}/stop")
    assert f'action="{address}/opnieuw"' in text(client, f"{address}/stand")
    answer = client.post(f"{address}/opnieuw")
    assert answer.status_code == 303
    assert answer.location.endswith(f"/begeleiding/{newest()}/stand")
    page = text(client, answer.location)
    assert "Kies een begeleider" in page
    assert f'href="{address}/stand"' in page
    old = text(client, f"{address}/stand")
    assert f'href="/begeleiding/{newest()}/stand"' in old
    assert f"{address}/opnieuw" not in old
    assert "zoekt een begeleider" in text(client, "/begeleiding/overzicht")


def test_a_coordinator_from_elsewhere_finds_nothing(table, sign_in):
    sign_in(table.samira).post("/logboek/stop")
    with unit_of_work():
        elsewhere = make_coordinator(make_place("Elders"))
    assert sign_in(elsewhere).post(f"/begeleiding/{table.plan_id}/opnieuw").status_code == 404
    assert sign_in(table.marije).post(f"/begeleiding/{table.plan_id}/opnieuw").status_code == 403


def test_the_old_log_stays_to_read_with_the_own_words_and_who_read_it(table, sign_in):
    entry_id = write_entry(table, actions=(an_action("Oude afspraak"),))
    with unit_of_work():
        log.add_own_words(entry_id, OWN_WORDS, by=actor_for(table.samira.id))
    text(sign_in(table.marije), f"/begeleiding/{table.plan_id}")
    stop_and_begin(table, sign_in)
    own = sign_in(table.samira)
    address = f"/logboek/eerder/{table.plan_id}"
    assert f'href="{address}"' in text(own, "/logboek")
    page = text(own, address)
    for shown in (CANARY, OWN_WORDS, "Oude afspraak", "Marije Dijkstra", "Deze gesprekken blijven"):
        assert shown in page
    assert "<textarea" not in page
    assert 'action="/logboek' not in page
    assert "data-read-aloud" in page


def test_nobody_else_opens_the_old_log_as_their_own(table, sign_in):
    write_entry(table)
    own = sign_in(table.samira)
    assert own.get(f"/logboek/eerder/{table.plan_id}").status_code == 404  # it runs still
    stop_and_begin(table, sign_in)
    for who in (table.marije, table.tineke):
        assert sign_in(who).get(f"/logboek/eerder/{table.plan_id}").status_code == 404
        assert sign_in(who).get(f"/logboek/eerder/{table.plan_id}/pdf").status_code == 404
    assert own.get(f"/logboek/eerder/{newest()}").status_code == 404


def test_the_new_coach_reads_the_old_log_after_a_yes_and_no_longer_after_a_no(table, sign_in):
    entry_id = write_entry(table)
    plan_id, ronald = guided_anew(table, sign_in)
    new, own = sign_in(ronald), sign_in(table.samira)
    old = f"/begeleiding/{table.plan_id}"
    assert new.get(f"{old}/eerder").status_code == 404
    for address in ("/gesprek", "/plan", "/pdf", "/plan/pdf", "/doel", "/jaargesprek", "/papier"):
        answer = new.get(f"{old}{address}")
        assert CANARY not in answer.get_data(as_text=True), address
    assert CANARY not in text(new, old)
    assert "Eerdere begeleiding" not in text(new, f"/begeleiding/{plan_id}")
    assert "Mag Ronald Kartosen" in text(own, "/logboek/begeleiding")
    assert own.post("/logboek/overdracht/ja").status_code == 303
    assert f'href="{old}/eerder"' in text(new, f"/begeleiding/{plan_id}")
    page = text(new, f"{old}/eerder")
    assert CANARY in page
    assert "<textarea" not in page
    assert new.get(f"/begeleiding/gesprekken/{entry_id}/verbeter").status_code == 404
    assert "Ronald Kartosen" in text(own, f"/logboek/eerder/{table.plan_id}")
    own.post("/logboek/overdracht/nee")
    assert new.get(f"{old}/eerder").status_code == 404


def test_the_old_coach_opens_nothing_of_old_or_new(table, sign_in):
    write_entry(table)
    plan_id, _ronald = guided_anew(table, sign_in)
    sign_in(table.samira).post("/logboek/overdracht/ja")
    client = sign_in(table.marije)
    for address in (f"/begeleiding/{table.plan_id}/eerder", f"/begeleiding/{plan_id}"):
        assert client.get(address).status_code in (403, 404)


def test_a_yes_opens_the_last_year_before_the_stop_and_no_more(table, sign_in):
    write_entry(table, "lang geleden", happened_on=clock.today() - timedelta(days=400))
    write_entry(table, "dit voorjaar", happened_on=clock.today() - timedelta(days=200))
    _plan_id, ronald = guided_anew(table, sign_in)
    sign_in(table.samira).post("/logboek/overdracht/ja")
    page = text(sign_in(ronald), f"/begeleiding/{table.plan_id}/eerder")
    assert "dit voorjaar" in page
    assert "lang geleden" not in page


def test_every_reading_of_the_old_log_is_noted(table, sign_in):
    write_entry(table)
    _plan_id, ronald = guided_anew(table, sign_in)
    sign_in(table.samira).post("/logboek/overdracht/ja")
    ronald_id = ronald.id
    text(sign_in(ronald), f"/begeleiding/{table.plan_id}/eerder")
    read = db.session.scalars(sa.select(ReadLog).order_by(ReadLog.id.desc()).limit(1)).one()
    assert (read.reader_id, read.plan_id, read.kind) == (ronald_id, table.plan_id, "page")


def test_saying_goodbye_tells_how_long_the_log_stays(table, sign_in):
    stop_and_begin(table, sign_in)
    page = text(sign_in(table.tineke), f"/begeleiding/{table.plan_id}/afscheid")
    assert "blijft het logboek staan" in page
    assert "23 november 2027" not in page


def test_talks_whose_words_are_gone_say_so(table, sign_in):
    write_entry(table)
    stop_and_begin(table, sign_in)
    with unit_of_work():
        db.session.execute(sa.text("update coaching_log_entry set discussed = ''"))
    page = text(sign_in(table.samira), f"/logboek/eerder/{table.plan_id}")
    assert "De woorden van dit gesprek zijn gewist." in page


def test_a_plan_and_a_talk_can_be_read_aloud_before_the_yes(table, sign_in):
    write_entry(table)
    with unit_of_work():
        steps = (NewStep("Bel de buren", clock.today() - timedelta(days=3)),)
        by = actor_for(table.marije.id)
        sheets.write_sheet(table.plan_id, NewSheet("Een feest", steps=steps), by=by)
    own = sign_in(table.samira)
    page = text(own, "/logboek/plan")
    assert page.index('data-read-aloud="plan-new"') < page.index("Ja, dit is ons plan")
    assert 'id="plan-new"' in page
    assert "js/read.js" in page
    own.post("/logboek/plan/akkoord", data={"number": "1"})
    page = text(own, "/logboek")
    assert 'data-read-aloud="gesprek-1-tekst"' in page
    assert 'id="gesprek-1-tekst"' in page


def test_a_late_step_is_ticked_off_where_the_agreements_are(table, sign_in):
    with unit_of_work():
        steps = (NewStep("Bel de buren", clock.today() - timedelta(days=3)),)
        by = actor_for(table.marije.id)
        sheets.write_sheet(table.plan_id, NewSheet("Een feest", steps=steps), by=by)
        sheets.agree_sheet(table.plan_id, 1, by=actor_for(table.samira.id))
    for who, address, tap in (
        (table.marije, f"/begeleiding/{table.plan_id}", "/begeleiding/plan-stappen/1/klaar"),
        (table.samira, "/logboek", "/logboek/plan-stappen/1/klaar"),
    ):
        page = text(sign_in(who), address)
        assert "Bel de buren" in page
        assert f'action="{tap}"' in page
    today = text(sign_in(table.tineke), "/begeleiding/overzicht")
    assert "Stap uit het plan van Samira" in today
    assert "Bel de buren" not in today
    sign_in(table.samira).post("/logboek/plan-stappen/1/klaar")
    assert "Bel de buren" not in text(sign_in(table.samira), "/logboek")
