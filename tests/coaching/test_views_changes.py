"""Pause, stop, going over and goodbye: the participant decides, nobody asks why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from academy.coaching.models import CoachingPlan, CoachTransfer
from academy.coaching.services import log, plans, sheets
from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import current
from academy.people.models import Grant
from academy.people.queries.actors import actor_for
from tests.coaching.builders import CANARY, an_action, set_the_table, write_entry
from tests.factories import make_grant, make_person


@pytest.fixture
def table(app):
    return set_the_table()


def text(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def plan_of(table) -> CoachingPlan:
    db.session.rollback()
    return db.session.get_one(CoachingPlan, table.plan_id)


def hand_over(table) -> int:
    """Let Ronald take over from Marije, both agreed; return who he is."""
    with unit_of_work():
        ronald = make_person("Ronald", "Kartosen")
        make_grant(ronald, "coach", about=make_person("Iemand", place_id=table.place.id))
        ronald_id = ronald.id
    with clock.at(clock.now() + timedelta(minutes=5)), unit_of_work():
        plans.transfer(table.plan_id, ronald_id, by=actor_for(table.tineke.id))
    with unit_of_work():
        plans.agree(table.plan_id, by=actor_for(ronald_id))
        plans.agree(table.plan_id, by=actor_for(table.samira.id))
    return ronald_id


def test_a_yes_for_one_coach_opens_nothing_for_the_next(table, sign_in):
    write_entry(table)
    with unit_of_work():
        ronald, joke = make_person("Ronald"), make_person("Joke", "Bakker")
        ronald_id = ronald.id
    with clock.at(clock.now() + timedelta(minutes=5)):
        with unit_of_work():
            plans.transfer(table.plan_id, ronald_id, by=actor_for(table.tineke.id))
        own = sign_in(table.samira)
        assert own.post("/logboek/overdracht/ja").status_code == 303
        with unit_of_work():
            plans.decline(table.plan_id, by=actor_for(ronald_id))
        with unit_of_work():
            plans.match(table.plan_id, joke.id, by=actor_for(table.tineke.id))
            plans.agree(table.plan_id, by=actor_for(joke.id))
            plans.agree(table.plan_id, by=actor_for(table.samira.id))
        coach = sign_in(joke)
        assert CANARY not in text(coach, f"/begeleiding/{table.plan_id}")
        assert coach.get(f"/begeleiding/{table.plan_id}/pdf/overdracht").status_code == 409
        assert "Joke Bakker" in text(own, "/logboek/begeleiding")
        assert own.post("/logboek/overdracht/ja").status_code == 303
        assert CANARY in text(coach, f"/begeleiding/{table.plan_id}")


def test_after_a_no_to_the_next_coach_the_own_log_still_opens(table, sign_in):
    write_entry(table)
    with unit_of_work():
        plans.transfer(table.plan_id, make_person("Ronald").id, by=actor_for(table.tineke.id))
        plans.decline(table.plan_id, by=actor_for(table.samira.id))
    page = text(sign_in(table.samira), "/logboek")
    assert CANARY in page
    assert "We zoeken een begeleider voor je." in page


def test_somebody_pauses_their_own_guidance_and_comes_back(table, sign_in):
    client = sign_in(table.samira)
    assert client.post("/logboek/pauze", data={"until": "23-11-2026"}).status_code == 422
    assert client.post("/logboek/pauze", data={"until": "11-01-2027"}).status_code == 303
    assert plan_of(table).next_contact_due == date(2027, 1, 11)
    assert "11 januari 2027" in text(client, "/logboek/begeleiding")
    assert client.post("/logboek/hervat").status_code == 303
    assert plan_of(table).state == "active"


def test_somebody_reads_what_stopping_does_before_it_is_done(table, sign_in):
    own = sign_in(table.samira)
    page = text(own, "/logboek/begeleiding")
    assert 'action="/logboek/stop"' not in page
    assert 'href="/logboek/stop"' in page
    page = text(own, "/logboek/stop")
    assert "Wil je later weer een begeleider? Dat kan altijd." in page
    assert "<textarea" not in page
    assert plan_of(table).state == "active"
    assert 'action="/logboek/stop"' in page
    assert own.post("/logboek/stop").status_code == 303
    assert own.get("/logboek/stop").status_code == 409


def test_somebody_stops_in_one_step_and_the_coach_reads_nothing_more(table, sign_in):
    write_entry(table)
    coach, own = sign_in(table.marije), sign_in(table.samira)
    assert CANARY in text(coach, f"/begeleiding/{table.plan_id}")
    assert own.post("/logboek/stop").status_code == 303
    for address in ("", "/plan", "/gesprek", "/pdf", "/plan/pdf", "/doel", "/jaargesprek"):
        answer = coach.get(f"/begeleiding/{table.plan_id}{address}")
        assert answer.status_code in (403, 404), address
    assert CANARY in text(own, "/logboek")
    page = text(own, "/logboek/begeleiding")
    assert "23 november 2027" in page
    assert "eerder" in page
    assert own.post("/logboek/stop").status_code == 409


def test_what_the_coordinator_passes_on_is_recorded_as_done_for_somebody(table, sign_in):
    client = sign_in(table.tineke)
    client.post(f"/begeleiding/{table.plan_id}/pauze", data={"until": "11-01-2027"})
    client.post(f"/begeleiding/{table.plan_id}/stop")
    for action in ("coaching:plan:paused", "coaching:plan:stopped"):
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == action)).one()
        assert event.data["on_behalf_of"] == table.samira.id


def test_a_new_coach_reads_nothing_old_until_the_participant_says_so(table, sign_in):
    old = write_entry(table, actions=(an_action("Oude afspraak"),))
    new = sign_in(db.session.get_one(type(table.samira), hand_over(table)))
    address = f"/begeleiding/{table.plan_id}"
    for hidden in (address, f"{address}/gesprek", f"{address}/plan"):
        page = text(new, hidden)
        assert CANARY not in page
        assert "Oude afspraak" not in page
    assert "koffieochtend" not in text(new, address)
    assert new.get(f"/begeleiding/gesprekken/{old}/verbeter").status_code == 404
    for step in ("voorgelezen", "woorden", "verbeter"):
        sent = {"words": "x", "kind": "phone", "discussed": "x", "happened_on": "23-11-2026"}
        assert new.post(f"/begeleiding/gesprekken/{old}/{step}", data=sent).status_code == 404
    own = sign_in(table.samira)
    assert "Mag Ronald Kartosen" in text(own, "/logboek/begeleiding")
    assert own.post("/logboek/overdracht/ja").status_code == 303
    page = text(new, address)
    assert CANARY in page
    assert "Oude afspraak" in page
    own.post("/logboek/overdracht/nee")
    assert CANARY not in text(new, address)


def test_a_new_coach_reads_what_they_write_without_any_consent(table, sign_in):
    ronald_id = hand_over(table)
    with clock.at(clock.now() + timedelta(hours=1)), unit_of_work():
        contact = log.Contact("phone", clock.today(), discussed="Nieuw begin")
        log.log_contact(table.plan_id, contact, by=actor_for(ronald_id))
    new = sign_in(db.session.get_one(type(table.samira), ronald_id))
    assert "Nieuw begin" in text(new, f"/begeleiding/{table.plan_id}")


def test_consent_reaches_back_twelve_months_and_no_further(table, sign_in):
    write_entry(table, "lang geleden", happened_on=date(2025, 11, 1))
    write_entry(table, "dit voorjaar", happened_on=date(2026, 4, 1))
    new = sign_in(db.session.get_one(type(table.samira), hand_over(table)))
    sign_in(table.samira).post("/logboek/overdracht/ja")
    page = text(new, f"/begeleiding/{table.plan_id}")
    assert "dit voorjaar" in page
    assert "lang geleden" not in page


def test_the_coordinator_passes_the_consent_on_and_the_new_coach_does_not(table, sign_in):
    new = sign_in(db.session.get_one(type(table.samira), hand_over(table)))
    address = f"/begeleiding/{table.plan_id}/overdracht"
    assert new.post(f"{address}/ja").status_code == 403
    assert sign_in(table.tineke).post(f"{address}/ja").status_code == 303
    transfer = db.session.scalars(sa.select(CoachTransfer)).one()
    assert (transfer.answer, transfer.answered_by_id) == ("yes", table.tineke.id)


def test_the_talk_about_going_over_gets_a_day(table, sign_in):
    new = sign_in(db.session.get_one(type(table.samira), hand_over(table)))
    address = f"/begeleiding/{table.plan_id}/overdracht"
    assert new.post(address, data={"talk_on": "01-11-2026"}).status_code == 422
    assert new.post(address, data={"talk_on": "01-12-2026"}).status_code == 303
    for who, where in ((table.tineke, address), (table.samira, "/logboek/begeleiding")):
        assert "1 december 2026" in text(sign_in(who), where)
    db.session.rollback()


def test_guidance_that_never_went_over_has_no_handover(table, sign_in):
    assert sign_in(table.tineke).get(f"/begeleiding/{table.plan_id}/overdracht").status_code == 404
    assert sign_in(table.samira).post("/logboek/overdracht/ja").status_code == 404


def test_the_day_of_clearing_follows_the_setting_on_both_pages(table, sign_in, app, monkeypatch):
    monkeypatch.setitem(app.extensions, "academy.settings", replace(current(), keep="coaching=6m"))
    client = sign_in(table.tineke)
    client.post(f"/begeleiding/{table.plan_id}/stop")
    assert "23 mei 2027" in text(client, f"/begeleiding/{table.plan_id}/afscheid")
    assert "23 mei 2027" in text(sign_in(table.samira), "/logboek/begeleiding")


def test_a_goodbye_has_a_day_a_card_and_a_clock(table, sign_in):
    client = sign_in(table.tineke)
    address = f"/begeleiding/{table.plan_id}/afscheid"
    assert client.get(address).status_code == 404
    assert client.post(address, data={"goodbye_on": "01-12-2026"}).status_code == 409
    client.post(f"/begeleiding/{table.plan_id}/stop")
    assert "23 november 2027" in text(client, address)
    assert client.post(address, data={"goodbye_on": "01-12-2025"}).status_code == 422
    assert client.post(address, data={"goodbye_on": "01-12-2026"}).status_code == 303
    assert "1 december 2026" in text(sign_in(table.samira), "/logboek/begeleiding")


def test_no_column_has_room_for_a_reason(table):
    tables = ("coaching_plan", "coaching_transfer", "coach_proposal", "coaching_yearly_review")
    columns = [one for name in tables for one in db.metadata.tables[name].columns]
    assert not [one.name for one in columns if "reason" in one.name or "why" in one.name]


@pytest.mark.parametrize("state", ["to_match", "proposed"])
def test_who_wants_no_coach_at_all_says_so_before_it_begins(table, sign_in, state):
    with unit_of_work():
        plan = db.session.get_one(CoachingPlan, table.plan_id)
        plan.state, plan.started_on = state, None
        if state == "to_match":
            plan.coach_id = None
    own = sign_in(table.samira)
    assert 'href="/logboek/stop"' in text(own, "/logboek")
    assert "Ja, stop mijn begeleiding" in text(own, "/logboek/stop")
    stop = f"/begeleiding/{table.plan_id}/stop"
    assert stop in text(sign_in(table.tineke), f"/begeleiding/{table.plan_id}/stand")
    assert own.post("/logboek/stop").status_code == 303
    assert plan_of(table).state == "stopped"


@pytest.mark.parametrize(("months", "is_shown"), [(8, True), (14, False)])
@pytest.mark.parametrize("has_sheet", [True, False])
def test_a_goal_from_before_the_last_year_stays_hidden_after_a_yes(
    table, sign_in, months, is_shown, has_sheet
):
    goal, then = "Een feest in de portiek", clock.now() - timedelta(days=30 * months)
    with unit_of_work():
        plan = db.session.get_one(CoachingPlan, table.plan_id)
        plan.goal, plan.opened_on = goal, then.date()
        plan.started_on = date(2024, 1, 10) if has_sheet else then.date()
    if has_sheet:
        with clock.at(then), unit_of_work():
            db.session.execute(sa.update(Grant).values(valid_from=date(2024, 1, 1)))
            marije, samira = actor_for(table.marije.id), actor_for(table.samira.id)
            sheets.write_sheet(table.plan_id, sheets.NewSheet(goal), by=marije)
            sheets.agree_sheet(table.plan_id, 1, by=samira)
    ronald_id = hand_over(table)
    address = f"/begeleiding/{table.plan_id}"
    assert goal not in text(sign_in(ronald_id), address)
    assert sign_in(table.samira).post("/logboek/overdracht/ja").status_code == 303
    assert (goal in text(sign_in(ronald_id), address)) is is_shown
