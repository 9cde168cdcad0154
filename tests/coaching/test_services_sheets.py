"""The plan itself: written by the coach, agreed by the participant, versions that stay."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from academy.coaching.models import CoachingPlan, PlanSheet
from academy.coaching.queries.sheets import sheets_of
from academy.coaching.services import plans, sheets
from academy.coaching.services.sheets import NewSheet, NewStep
from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.people.queries.actors import actor_for
from tests.coaching.builders import CANARY, set_the_table


@pytest.fixture
def table(app):
    return set_the_table()


def a_sheet(goal: str = CANARY, **values) -> NewSheet:
    steps = (NewStep("Bel de huismeester", date(2026, 12, 1)),)
    return NewSheet(goal, **({"rhythm_days": 30, "channel": "visit", "steps": steps} | values))


def write(table, goal: str = CANARY, **values) -> int:
    with unit_of_work():
        by = actor_for(table.marije.id)
        return sheets.write_sheet(table.plan_id, a_sheet(goal, **values), by=by).number


def agree(table, number: int, **values) -> None:
    with unit_of_work():
        sheets.agree_sheet(table.plan_id, number, by=actor_for(table.samira.id), **values)


def get_plan(table):
    return db.session.get_one(CoachingPlan, table.plan_id)


def test_a_plan_counts_from_the_yes(table):
    number = write(table)
    assert get_plan(table).rhythm_days == 60
    found = sheets_of(table.plan_id, today=clock.today())
    assert (found.current, found.pending.goal) == (None, CANARY)
    db.session.rollback()
    agree(table, number)
    assert (get_plan(table).rhythm_days, get_plan(table).channel) == (30, "visit")
    assert get_plan(table).next_contact_due == date(2026, 11, 23)
    found = sheets_of(table.plan_id, today=clock.today())
    assert (found.current.goal, found.pending) == (CANARY, None)


def test_what_was_agreed_before_stays_readable(table):
    agree(table, write(table, "Eerste doel"))
    agree(table, write(table, "Tweede doel"))
    found = sheets_of(table.plan_id, today=clock.today())
    assert found.current.goal == "Tweede doel"
    assert [one.goal for one in found.earlier] == ["Eerste doel"]


def test_nobody_says_yes_to_a_plan_they_did_not_see(table):
    first = write(table, "Eerste doel")
    write(table, "Tweede doel")
    with pytest.raises(ConflictError):
        agree(table, first)


def test_who_guides_passes_the_yes_on_and_it_is_recorded(table):
    number = write(table)
    marije = actor_for(table.marije.id)
    with unit_of_work():
        sheets.agree_sheet(
            table.plan_id, number, by=marije, on_behalf_of=table.samira.id, read_aloud=True
        )
    sheet = db.session.scalars(sa.select(PlanSheet)).one()
    assert (sheet.agreed_by_id, sheet.was_read_aloud) == (table.marije.id, True)
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "coaching:sheet:agreed")
    ).one()
    assert event.data["on_behalf_of"] == table.samira.id


def test_a_coach_does_not_agree_as_herself_and_a_coordinator_not_at_all(table):
    number = write(table)
    for who, for_whom in (
        (table.marije, None),
        (table.tineke, None),
        (table.tineke, table.samira.id),
    ):
        by = actor_for(who.id)
        with pytest.raises(NotFoundError), unit_of_work():
            sheets.agree_sheet(table.plan_id, number, by=by, on_behalf_of=for_whom)


def test_only_who_guides_writes(table):
    for who in (table.samira, table.tineke):
        with pytest.raises(NotFoundError), unit_of_work():
            sheets.write_sheet(table.plan_id, a_sheet(), by=actor_for(who.id))


def test_a_stopped_plan_is_not_written(table):
    with unit_of_work():
        plans.stop(table.plan_id, by=actor_for(table.tineke.id))
    with pytest.raises(NotFoundError):
        write(table)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"goal": " "}, "goal"),
        ({"strengths": "a" * 301}, "strengths"),
        ({"rhythm_days": 6}, "rhythm_days"),
        ({"channel": "smoke"}, "channel"),
        ({"steps": (NewStep("a" * 161, date(2026, 12, 1)),)}, "step1"),
        ({"steps": (NewStep("a", date(2026, 12, 1), "neighbour"),)}, "owner1"),
        ({"steps": (NewStep("a", date(2026, 12, 1)),) * 4}, "goal"),
    ],
)
def test_what_does_not_fit_is_refused(table, values, field):
    with pytest.raises(InvalidInputError) as refused:
        write(table, **values)
    assert field in refused.value.fields


def test_the_words_are_encrypted_and_in_no_audit(table):
    agree(table, write(table))
    stored = db.session.execute(sa.text("select goal from coaching_plan_sheet")).scalar_one()
    assert CANARY not in stored
    assert get_plan(table).goal == ""
    events = db.session.scalars(sa.select(AuditEvent)).all()
    assert all(CANARY not in str(one.data) for one in events)


def test_a_step_is_ticked_off_by_both_and_by_nobody_else(table):
    agree(table, write(table))
    step = sheets_of(table.plan_id, today=clock.today()).current.steps[0]
    db.session.rollback()
    for who, is_done in ((table.samira, True), (table.marije, False)):
        with unit_of_work():
            row = sheets.settle_step(step.id, is_done=is_done, by=actor_for(who.id))
            assert (row.done_on is not None) is is_done
    with pytest.raises(NotFoundError), unit_of_work():
        sheets.settle_step(step.id, is_done=True, by=actor_for(table.tineke.id))
    with pytest.raises(NotFoundError), unit_of_work():
        sheets.settle_step(999, is_done=True, by=actor_for(table.samira.id))
