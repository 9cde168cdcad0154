"""The three steps of a plan wait on both lists, like what a talk agrees."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from academy.coaching.models import PlanStep
from academy.coaching.queries import due, told
from academy.coaching.queries.monday import monday_page
from academy.coaching.queries.overview import action_count, own_news
from academy.coaching.queries.plans import guided_rows
from academy.coaching.queries.promises import late_coach_actions
from academy.coaching.queries.sheets import open_steps
from academy.coaching.services import plans, sheets
from academy.coaching.services.sheets import NewSheet, NewStep
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.messages.declared import Window
from academy.people.queries.actors import actor_for
from tests.coaching.builders import an_action, make_plan, set_the_table, write_entry
from tests.factories import make_grant, make_person

PAST, NEXT = date(2026, 11, 10), date(2026, 12, 1)


@pytest.fixture
def table(app):
    return set_the_table()


def write(table, *steps: NewStep, agreed: bool = True) -> None:
    with unit_of_work():
        sheet = NewSheet("Een feest", steps=steps)
        number = sheets.write_sheet(table.plan_id, sheet, by=actor_for(table.marije.id)).number
        if agreed:
            sheets.agree_sheet(table.plan_id, number, by=actor_for(table.samira.id))


def own(text: str = "Vraag de buren", due_on: date = PAST) -> NewStep:
    return NewStep(text, due_on)


def of_coach(due_on: date = PAST) -> NewStep:
    return NewStep("Zoek een zaal", due_on, "coach")


def waiting() -> list[date]:
    found = sa.select(PlanStep.open_due_on).where(PlanStep.open_due_on.is_not(None))
    return list(db.session.scalars(found.order_by(PlanStep.open_due_on)))


def settle(who, *, is_done: bool) -> None:
    step_id = db.session.scalar(sa.select(sa.func.max(PlanStep.id)))
    db.session.rollback()
    with unit_of_work():
        sheets.settle_step(step_id, is_done=is_done, by=actor_for(who.id))


def test_a_step_waits_from_the_yes_until_it_is_done(table):
    write(table, own(), agreed=False)
    assert waiting() == []
    with unit_of_work():
        sheets.agree_sheet(table.plan_id, 1, by=actor_for(table.samira.id))
    assert waiting() == [PAST]
    settle(table.samira, is_done=True)
    assert waiting() == []
    settle(table.marije, is_done=False)
    assert waiting() == [PAST]


def test_only_the_steps_of_the_plan_that_counts_wait(table):
    write(table, own(), of_coach())
    write(table, own(due_on=NEXT))
    assert waiting() == [NEXT]
    old = db.session.scalar(sa.select(sa.func.min(PlanStep.id)))
    db.session.rollback()
    for is_done in (True, False):
        with unit_of_work():
            sheets.settle_step(old, is_done=is_done, by=actor_for(table.marije.id))
    assert waiting() == [NEXT]


def test_after_a_stop_no_step_waits(table):
    write(table, own(), of_coach())
    with unit_of_work():
        plans.stop(table.plan_id, by=actor_for(table.samira.id))
    assert waiting() == []


def test_a_late_step_is_on_the_list_of_the_participant_and_of_the_coach(table):
    write(table, own(), of_coach(), own(due_on=NEXT))
    write_entry(table, actions=(an_action(due_on=NEXT),))
    today = clock.today()
    news = own_news(table.plan_id, today=today, unread_since=clock.now())
    assert (news.open_actions, news.overdue_actions, news.first_due) == (3, 1, PAST)
    (row,) = guided_rows(actor_for(table.marije.id), today)
    assert (row.open_actions, row.late_actions) == (4, 2)
    (late,) = late_coach_actions(actor_for(table.marije.id), today)
    assert (late.plan_id, late.call_name, late.due_on) == (table.plan_id, "Samira", PAST)
    steps = open_steps(table.plan_id, today=today)
    assert [(one.due_on, one.is_overdue) for one in steps] == [
        (PAST, True),
        (PAST, True),
        (NEXT, False),
    ]


def test_the_coordinator_sees_that_it_is_late_and_whose_it_is(table):
    write(table, own(), of_coach(NEXT))
    today, tineke = clock.today(), actor_for(table.tineke.id)
    (row,) = monday_page(tineke, today, kinds=("step",)).rows
    assert (row.day, row.word, row.plan_id) == (PAST, "participant", table.plan_id)
    count = action_count(table.plan_id, today)
    assert (count.open, count.overdue, count.first_due) == (2, 1, PAST)
    settle(table.marije, is_done=True)  # the coach's, that is not late
    assert len(monday_page(tineke, today, kinds=("step",)).rows) == 1
    with unit_of_work():
        plans.stop(table.plan_id, by=tineke)
    assert monday_page(tineke, today, kinds=("step",)).rows == ()


@pytest.mark.parametrize(("until", "hears"), [(None, True), (date(2026, 12, 7), False)])
def test_who_takes_a_step_hears_it_on_its_day_unless_it_rests(table, until, hears):
    write(table, own(due_on=NEXT), of_coach(NEXT))
    if until is not None:
        with unit_of_work():
            plans.pause(table.plan_id, until, by=actor_for(table.samira.id))
    found = list(due.own_steps(Window(clock.local(NEXT, 0), clock.local(NEXT, 12))))
    assert [one.person_id for one in found] == [table.samira.id] * hears
    assert list(due.own_steps(Window(clock.local(PAST, 0), clock.local(PAST, 12)))) == []
    with clock.at(clock.local(NEXT, 9)):
        for one in found:
            assert told.step(**one.ids) == {"due_on": NEXT, "plan_id": table.plan_id}
    db.session.rollback()
    with unit_of_work():
        for step in open_steps(table.plan_id, today=NEXT):
            sheets.settle_step(step.id, is_done=True, by=actor_for(table.samira.id))
    assert [told.step(**one.ids) for one in found] == [None] * hears


def test_a_talk_ticks_off_steps_of_its_own_plan_only(table, sign_in):
    write(table, own(), of_coach(NEXT))
    with unit_of_work():
        joke = make_person("Joke", place_id=table.place.id)
        make_grant(table.marije, "coach", about=joke)
        other = make_plan(joke, table.marije, table.place).id
    steps = [one.id for one in open_steps(table.plan_id, today=PAST)]
    client = sign_in(table.marije)
    page = client.get(f"/begeleiding/{table.plan_id}/gesprek").text
    assert "Stappen uit het plan" in page
    assert "Vraag de buren" in page
    assert "Stappen uit het plan" not in client.get(f"/begeleiding/{other}/gesprek").text
    talk = {"kind": "phone", "happened_on": "23-11-2026", "discussed": "We belden."}
    done = {f"plan-step-{steps[0]}": "done", f"plan-step-{steps[1]}": "maybe"}
    wrong = client.post(f"/begeleiding/{table.plan_id}/gesprek", data=done)
    assert wrong.status_code == 422
    assert wrong.text.count('value="done" id="plan-step-') == 2
    assert f'id="plan-step-{steps[0]}" checked' in wrong.text
    assert client.post(f"/begeleiding/{other}/gesprek", data=talk | done).status_code == 303
    assert waiting() == [PAST, NEXT]
    address = f"/begeleiding/{table.plan_id}/gesprek"
    assert client.post(address, data=talk | done).status_code == 303
    assert waiting() == [NEXT]
