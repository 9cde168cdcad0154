"""The coordinator sees what is due and no text; matching, pausing, stopping."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from academy.coaching.models import CoachingPlan, Signal
from academy.coaching.services import signals
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
from tests.factories import (
    make_cohort,
    make_coordinator,
    make_grant,
    make_person,
    make_place,
    make_trainer,
)


@pytest.fixture
def table(app):
    return set_the_table(next_contact_due=date(2026, 11, 1))


def raise_one(table, **values):
    values = {"severity": "high", "note": "Iemand belt vandaag."} | values
    with unit_of_work():
        signal = signals.raise_signal(
            table.plan_id, "safety", by=actor_for(table.marije.id), **values
        )
        return signal.id


def test_the_overview_names_who_is_late_and_shows_no_text(table, sign_in):
    client = sign_in(table.tineke)
    page = client.get("/begeleiding/overzicht").get_data(as_text=True)
    assert "Te lang geen gesprek" in page
    write_entry(table, actions=(an_action(CANARY, due_on=date(2026, 11, 20)),))
    raise_one(table)
    for address in (
        "/begeleiding/overzicht",
        f"/begeleiding/{table.plan_id}/stand",
        f"/begeleiding/{table.plan_id}/koppelen",
        "/vandaag",
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert CANARY not in answer.get_data(as_text=True), address
    page = client.get("/begeleiding/overzicht").get_data(as_text=True)
    assert "Afspraak met Samira El Haddou" in page
    assert "Te lang geen gesprek" not in page


def test_the_coordinator_opens_no_log(table, sign_in):
    entry_id = write_entry(table)
    client = sign_in(table.tineke)
    for address in (
        f"/begeleiding/{table.plan_id}",
        f"/begeleiding/{table.plan_id}/gesprek",
        f"/begeleiding/{table.plan_id}/pdf",
        f"/begeleiding/gesprekken/{entry_id}/verbeter",
    ):
        assert client.get(address).status_code in (403, 404), address


def test_another_region_is_not_there(table, sign_in):
    with unit_of_work():
        omar = make_coordinator(make_place("'t Zand"))
    signal_id = raise_one(table)
    client = sign_in(omar)
    assert "Samira" not in client.get("/begeleiding/overzicht").get_data(as_text=True)
    for address in (
        f"/begeleiding/{table.plan_id}/stand",
        f"/begeleiding/{table.plan_id}/koppelen",
        f"/begeleiding/{table.plan_id}/signaal",
        f"/begeleiding/signalen/{signal_id}/afronden",
    ):
        assert client.get(address).status_code == 404, address
    for step in ("pauze", "hervat", "stop", "ja", "nee", "signaal", "koppelen"):
        data = {"until": "01-12-2026", "kind": "safety", "severity": "low"}
        answer = client.post(f"/begeleiding/{table.plan_id}/{step}", data=data)
        assert answer.status_code == 404, step
    assert client.post(f"/begeleiding/signalen/{signal_id}/overnemen").status_code == 404


def test_match_both_say_yes_and_it_begins(table, sign_in):
    with unit_of_work():
        fatma = make_person("Fatma", place_id=table.place.id)
        plan = make_plan(
            fatma,
            None,
            table.place,
            state="to_match",
            started_on=None,
            last_contact_on=None,
            next_contact_due=None,
            yearly_review_due=None,
        )
        plan_id = plan.id
    coordinator = sign_in(table.tineke)
    page = coordinator.get(f"/begeleiding/{plan_id}/koppelen").get_data(as_text=True)
    assert "Marije Dijkstra" in page
    chosen = {"coach_id": str(table.marije.id)}
    assert coordinator.post(f"/begeleiding/{plan_id}/koppelen", data=chosen).status_code == 303
    coach = sign_in(table.marije)
    assert "Fatma" in coach.get("/vandaag").get_data(as_text=True)
    assert "Ja, ik doe het" in coach.get(f"/begeleiding/{plan_id}").get_data(as_text=True)
    assert coach.post(f"/begeleiding/{plan_id}/ja").status_code == 303
    participant = sign_in(fatma)
    assert "Marije Dijkstra" in participant.get("/logboek").get_data(as_text=True)
    assert participant.post("/logboek/ja").status_code == 303
    plan = db.session.get_one(CoachingPlan, plan_id)
    assert (plan.state, plan.started_on) == ("active", date(2026, 11, 23))
    assert plan.next_contact_due == date(2026, 12, 7)


def test_only_coaches_of_the_own_region_are_there_to_choose(table, sign_in):
    with unit_of_work():
        elsewhere = make_place("Havenbuurt")
        guided = make_person("Iemand", place_id=elsewhere.id)
        far = make_person("Verre", "Begeleider", place_id=elsewhere.id)
        make_grant(far, "coach", about=guided)
        neighbour = make_person("Nabije", "Begeleider", place_id=table.place.id)
        make_grant(neighbour, "coach", about=guided)
        asked = make_person("Gevraagde", "Begeleider")
        make_grant(asked, "coach", place=table.place)
        trainer = make_trainer(make_cohort(place=table.place), last_name="Trainer")
        plan_id = make_plan(make_person("Fatma"), None, table.place, state="to_match").id
    client = sign_in(table.tineke)
    page = client.get(f"/begeleiding/{plan_id}/koppelen").get_data(as_text=True)
    for name in ("Nabije Begeleider", "Gevraagde Begeleider", trainer.display_name):
        assert name in page
    assert "Verre Begeleider" not in page
    chosen = {"coach_id": str(far.id)}
    assert client.post(f"/begeleiding/{plan_id}/koppelen", data=chosen).status_code == 422


def test_a_no_ends_the_right_and_asks_no_reason(table, sign_in):
    with unit_of_work():
        fatma = make_person("Fatma", place_id=table.place.id)
        plan_id = make_plan(fatma, None, table.place, state="to_match").id
    sign_in(table.tineke).post(
        f"/begeleiding/{plan_id}/koppelen", data={"coach_id": str(table.marije.id)}
    )
    assert sign_in(fatma).post("/logboek/nee").status_code == 303
    plan = db.session.get_one(CoachingPlan, plan_id)
    assert (plan.state, plan.coach_id) == ("to_match", None)
    left = sa.select(Grant).where(Grant.role == "coach", Grant.scope_id == fatma.id)
    assert db.session.scalars(left).all() == []


def test_a_transfer_ends_access_at_once_and_the_new_coach_waits_for_yes(table, sign_in):
    entry_id = write_entry(table)
    with unit_of_work():
        ronald = make_person("Ronald")
        make_grant(ronald, "coach", about=make_person("Iemand", place_id=table.place.id))
    old = sign_in(table.marije)
    assert old.get(f"/begeleiding/{table.plan_id}").status_code == 200
    chosen = {"coach_id": str(ronald.id)}
    answer = sign_in(table.tineke).post(f"/begeleiding/{table.plan_id}/koppelen", data=chosen)
    assert answer.status_code == 303
    assert old.get(f"/begeleiding/{table.plan_id}").status_code in (403, 404)
    new = sign_in(ronald)
    assert CANARY not in new.get(f"/begeleiding/{table.plan_id}").get_data(as_text=True)
    new.post(f"/begeleiding/{table.plan_id}/ja")
    assert CANARY not in new.get(f"/begeleiding/{table.plan_id}").get_data(as_text=True)
    assert new.post(f"/begeleiding/gesprekken/{entry_id}/verbeter", data={}).status_code != 303
    own = sign_in(table.samira)
    own.post("/logboek/ja")
    assert CANARY not in new.get(f"/begeleiding/{table.plan_id}").get_data(as_text=True)
    own.post("/logboek/overdracht/ja")
    assert CANARY in new.get(f"/begeleiding/{table.plan_id}").get_data(as_text=True)


def test_a_new_coach_reads_twelve_months_back(table, sign_in):
    write_entry(table, "lang geleden", happened_on=date(2025, 11, 1))
    write_entry(table, "dit voorjaar", happened_on=date(2026, 4, 1))
    with unit_of_work():
        plan = db.session.get_one(CoachingPlan, table.plan_id)
        plan.transferred_on = date(2026, 11, 20)
    page = sign_in(table.marije).get(f"/begeleiding/{table.plan_id}").get_data(as_text=True)
    assert "dit voorjaar" in page
    assert "lang geleden" not in page


def test_pause_rest_and_return(table, sign_in):
    client = sign_in(table.tineke)
    page = f"/begeleiding/{table.plan_id}"
    assert client.post(f"{page}/pauze", data={"until": "23-11-2026"}).status_code == 422
    assert client.post(f"{page}/pauze", data={"until": "11-01-2027"}).status_code == 303
    plan = db.session.get_one(CoachingPlan, table.plan_id)
    assert (plan.state, plan.next_contact_due) == ("paused", date(2027, 1, 11))
    db.session.rollback()
    assert "11 januari 2027" in client.get(f"{page}/stand").get_data(as_text=True)
    assert client.post(f"{page}/hervat").status_code == 303


def test_stop_ends_the_right_that_day_and_keeps_no_reason(table, sign_in):
    assert sign_in(table.tineke).post(f"/begeleiding/{table.plan_id}/stop").status_code == 303
    assert sign_in(table.marije).get(f"/begeleiding/{table.plan_id}").status_code in (403, 404)
    assert sign_in(table.samira).get("/logboek").status_code == 200
    assert not any("reason" in column.name for column in CoachingPlan.__table__.columns)


def test_a_high_signal_is_taken_over_by_a_named_coordinator(table, sign_in):
    signal_id = raise_one(table)
    assert (
        sign_in(table.marije).post(f"/begeleiding/signalen/{signal_id}/overnemen").status_code
        == 404
    )
    client = sign_in(table.tineke)
    assert "Vandaag nog" in client.get("/vandaag").get_data(as_text=True)
    assert client.post(f"/begeleiding/signalen/{signal_id}/overnemen").status_code == 303
    signal = db.session.get_one(Signal, signal_id)
    assert (signal.state, signal.assigned_to_id) == ("taken_over", table.tineke.id)


def test_a_signal_held_back_is_not_on_the_participants_page(table, sign_in):
    signal_id = raise_one(table, severity="middle")
    participant = sign_in(table.samira)
    with clock.at(clock.local(date(2026, 11, 24), 10)):
        assert "Veiligheid" in participant.get("/logboek").get_data(as_text=True)
    assert "Iemand belt vandaag." not in participant.get("/logboek").get_data(as_text=True)
    address = f"/begeleiding/signalen/{signal_id}/niet-tonen"
    client = sign_in(table.tineke)
    assert "Wanneer kijk je er opnieuw naar?" in client.get(address).get_data(as_text=True)
    assert client.post(address, data={"until": "01-12-2026"}).status_code == 422
    held = {"because": "at_home", "until": "01-12-2026"}
    assert client.post(address, data=held | {"until": "01-03-2027"}).status_code == 422
    assert client.post(address, data=held).status_code == 303
    assert "Veiligheid" not in participant.get("/logboek").get_data(as_text=True)


def test_nobody_oversees_the_own_guidance(table, sign_in):
    with unit_of_work():
        make_grant(table.samira, "coordinator", place=table.place)
    client = sign_in(table.samira)
    assert client.get(f"/begeleiding/{table.plan_id}/stand").status_code == 404
    assert client.post(f"/begeleiding/{table.plan_id}/stop").status_code == 404


def test_the_overview_does_not_ask_more_of_the_database_with_more_people(table, sign_in):
    client = sign_in(table.tineke)
    counts = []
    for _round in range(2):
        with unit_of_work():
            for number in range(3):
                person = make_person(f"Buur {number}", place_id=table.place.id)
                make_plan(person, table.marije, table.place, next_contact_due=date(2026, 10, 1))
        counts.append(count_statements(client, "/begeleiding/overzicht"))
    assert counts[0] == counts[1] <= 12
