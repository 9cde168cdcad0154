"""Agreements go along to the next talk, are ticked off and taken back, and show a pattern."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from academy.coaching.models import AgreedAction, CoachTransfer, PlanStep
from academy.coaching.queries.promises import promise_patterns
from academy.coaching.services import actions, log, sheets
from academy.coaching.services.actions import Settling
from academy.coaching.services.log import Contact
from academy.coaching.services.plans import get_plan
from academy.coaching.services.sheets import NewSheet, NewStep
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.people.models import Place
from academy.people.queries.actors import actor_for
from tests.bench.measuring import counted_statements
from tests.coaching.builders import CANARY, an_action, set_the_table, write_entry
from tests.coaching.test_views_coach import TALK
from tests.factories import make_coordinator, make_organisation, make_place


@pytest.fixture
def table(app):
    return set_the_table()


def agree(table, **values) -> int:
    write_entry(table, actions=(an_action(**values),))
    with unit_of_work():
        return db.session.scalars(sa.select(sa.func.max(AgreedAction.id))).one()


def action_of(action_id) -> AgreedAction:
    db.session.rollback()
    return db.session.get_one(AgreedAction, action_id)


def locks(act) -> list[str]:
    """Return the tables in which `act` locked a row, in that order."""
    found = []

    def note(state):
        if state.is_select and state.statement._for_update_arg is not None:
            found.append(state.bind_mapper.local_table.name)

    sa.event.listen(db.session, "do_orm_execute", note)
    try:
        with unit_of_work():
            act()
    finally:
        sa.event.remove(db.session, "do_orm_execute", note)
    return list(dict.fromkeys(found))


def test_whoever_settles_something_locks_the_plan_first(table):
    """As whoever writes a talk does: two at once wait for each other, and none is refused."""
    action_id = agree(table)
    by = actor_for(table.marije.id)
    contact = Contact("phone", clock.today(), discussed="Kort.")
    steps = (NewStep("Bel de huismeester", date(2026, 12, 1)),)
    with unit_of_work():
        entry_id = log.save_draft(table.plan_id, contact, by=by).id
        new = NewSheet("Een koffieochtend", rhythm_days=30, channel="visit", steps=steps)
        sheet = sheets.write_sheet(table.plan_id, new, by=by)
        sheets.agree_sheet(table.plan_id, sheet.number, by=by, on_behalf_of=table.samira.id)
        step_id = db.session.scalars(sa.select(PlanStep.id)).first()
    for act, then in (
        (lambda: actions.complete_action(action_id, by=by), "agreed_action"),
        (lambda: actions.reopen_action(action_id, by=by), "agreed_action"),
        (lambda: actions.move_action(action_id, date(2026, 12, 8), by=by), "agreed_action"),
        (lambda: sheets.settle_step(step_id, is_done=True, by=by), "coaching_plan_step"),
        (lambda: log.share(entry_id, by=by), "coaching_log_entry"),
        (lambda: log.correct(entry_id, contact, by=by), "coaching_log_entry"),
    ):
        assert locks(act)[:2] == ["coaching_plan", then]


def test_the_next_talk_asks_what_became_of_it(table, sign_in):
    done, moved, dropped, kept = (agree(table, text=f"Afspraak {n}") for n in range(4))
    client = sign_in(table.marije)
    address = f"/begeleiding/{table.plan_id}/gesprek"
    page = client.get(address).text
    assert "Afspraken van eerder" in page
    assert page.count('value="moved"') == 4
    said = {
        f"was-{done}-step": "done",
        f"was-{moved}-step": "moved",
        f"was-{moved}-until": "15-12-2026",
        f"was-{dropped}-step": "dropped",
    }
    wrong = client.post(address, data=TALK | said | {f"was-{moved}-until": ""})
    assert wrong.status_code == 422
    assert "Kies een nieuwe dag voor de afspraak." in wrong.text
    assert client.post(address, data=TALK | said).status_code == 303
    states = [action_of(one).state for one in (done, moved, dropped, kept)]
    assert states == ["done", "open", "dropped", "open"]
    one = action_of(moved)
    assert (one.due_on, one.first_due_on) == (date(2026, 12, 15), date(2026, 12, 1))


def test_sent_twice_it_is_settled_once_and_nothing_of_others(table, sign_in):
    action_id = agree(table)
    client = sign_in(table.marije)
    address = f"/begeleiding/{table.plan_id}/gesprek"
    said = {f"was-{action_id}-step": "done", "was-999-step": "done"}
    assert client.post(address, data=TALK | said).status_code == 303
    client.post(f"/begeleiding/afspraken/{action_id}/open")
    assert client.post(address, data=TALK | said).status_code == 303
    assert action_of(action_id).state == "open"


def test_saving_a_talk_asks_no_more_of_the_database_when_more_is_agreed(table, sign_in):
    client = sign_in(table.marije)
    address = f"/begeleiding/{table.plan_id}/gesprek"
    client.post(address, data=TALK)
    counts = []
    for more in (1, 5):
        for number in range(more):
            agree(table, text=f"Afspraak {number}")
        with counted_statements() as statements:
            assert client.post(address, data=TALK | {"form_key": f"k{more}"}).status_code == 303
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_what_a_talk_says_of_agreements_before_the_handover_is_left_alone(table):
    action_id = agree(table)
    with unit_of_work():
        plan = get_plan(table.plan_id)
        plan.transferred_on = clock.today()
        db.session.add(
            CoachTransfer(
                plan_id=plan.id,
                person_id=table.samira.id,
                from_id=table.tineke.id,
                to_id=table.marije.id,
                at=clock.now(),
            )
        )
    by = actor_for(table.marije.id)
    with unit_of_work():
        actions.settle_carried(get_plan(table.plan_id), (Settling(action_id, "done"),), by=by)
    assert action_of(action_id).state == "open"


def test_a_new_day_keeps_the_first_and_is_not_in_the_past(table):
    action_id = agree(table)
    by = actor_for(table.marije.id)
    with unit_of_work():
        actions.move_action(action_id, date(2026, 12, 8), by=by)
        actions.move_action(action_id, date(2026, 12, 20), by=by)
    one = action_of(action_id)
    assert (one.first_due_on, one.due_on) == (date(2026, 12, 1), date(2026, 12, 20))
    with pytest.raises(InvalidInputError), unit_of_work():
        actions.move_action(action_id, date(2026, 11, 1), by=by)
    with unit_of_work():
        actions.complete_action(action_id, by=by)
    with pytest.raises(ConflictError), unit_of_work():
        actions.move_action(action_id, date(2026, 12, 8), by=by)


def test_the_participant_ticks_off_in_one_tap_and_takes_it_back_in_one(table, sign_in):
    action_id = agree(table)
    client = sign_in(table.samira)
    assert "Zet terug" not in client.get("/logboek").text
    client.post(f"/logboek/afspraken/{action_id}/klaar")
    page = client.get("/logboek").text
    assert "Deze week afgerond" in page
    assert "Zet terug" in page
    client.post(f"/logboek/afspraken/{action_id}/open")
    assert action_of(action_id).state == "open"


def test_what_is_late_is_on_both_lists(table, sign_in):
    agree(table, due_on=date(2026, 11, 20), owner="coach")
    agree(table, due_on=date(2026, 11, 20), owner="participant")
    assert "Je afspraak met Samira is te laat" in sign_in(table.marije).get("/vandaag").text
    assert "Je hebt 1 afspraak" in sign_in(table.samira).get("/vandaag").text


def promise_of_client(table, **values) -> int:
    return agree(table, owner="client", **values)


def test_the_organisation_around_a_place_is_the_one_that_promised(table):
    with unit_of_work():
        place = db.session.get_one(Place, table.place.id)
        around = make_place("Wijk", client_organisation_id=make_organisation().id)
        place.parent_id = around.id
    action_id = promise_of_client(table)
    assert action_of(action_id).organisation_id == db.session.scalar(
        sa.select(Place.client_organisation_id).where(Place.name == "Wijk")
    )


def test_broken_promises_show_as_a_pattern_in_the_region_only(table, sign_in):
    with unit_of_work():
        db.session.get_one(Place, table.place.id).client_organisation_id = make_organisation().id
        omar = make_coordinator(make_place("'t Zand"))
    promise_of_client(table, text="Wij bellen terug", due_on=date(2026, 11, 20))
    promise_of_client(table, due_on=date(2026, 12, 20))
    kept = promise_of_client(table, due_on=date(2026, 12, 20))
    write_entry(table, actions=(an_action(CANARY, due_on=date(2026, 11, 20)),))
    with unit_of_work():
        actions.complete_action(kept, by=actor_for(table.marije.id))
    today = clock.today()
    (found,) = promise_patterns(actor_for(table.tineke.id), today, date(2025, 11, 23))
    assert (found.name, found.made, found.broken, found.open_late) == ("De Goede Haard", 3, 1, 1)
    assert promise_patterns(actor_for(omar.id), today, date(2025, 11, 23)) == ()
    page = sign_in(table.tineke).get("/begeleiding/beloften").text
    assert "Wij bellen terug" in page
    assert CANARY not in page
    assert "Wij bellen terug" not in sign_in(omar).get("/begeleiding/beloften").text


def test_the_coordinator_settles_what_organisations_promised_and_nothing_else(table, sign_in):
    promised = promise_of_client(table)
    own = agree(table)
    with unit_of_work():
        omar = make_coordinator(make_place("'t Zand"))
    client = sign_in(table.tineke)
    assert client.post(f"/begeleiding/beloften/{own}/klaar").status_code == 404
    assert sign_in(omar).post(f"/begeleiding/beloften/{promised}/klaar").status_code == 404
    assert client.post(f"/begeleiding/beloften/{promised}/klaar").status_code == 303
    assert f"/begeleiding/beloften/{promised}/open" in client.get("/begeleiding/beloften").text
    assert client.post(f"/begeleiding/beloften/{promised}/open").status_code == 303
    db.session.rollback()
    assert db.session.get_one(AgreedAction, promised).state == "open"
    client.post(f"/begeleiding/beloften/{promised}/klaar")
    db.session.rollback()
    assert action_of(promised).state == "done"
    with pytest.raises(NotFoundError), unit_of_work():
        actions.complete_action(own, by=actor_for(table.tineke.id))
