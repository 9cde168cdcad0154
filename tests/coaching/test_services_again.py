"""Beginning again after a stop: a new plan, matched like every other; the old log stays closed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from academy.coaching import rules
from academy.coaching.models import AgreedAction, CoachingPlan, CoachTransfer, Signal
from academy.coaching.queries.handover import earlier_guidance, horizon_for
from academy.coaching.queries.matching import known_coaches
from academy.coaching.queries.monday import monday_page
from academy.coaching.queries.plans import find_own_plan, find_plan_head
from academy.coaching.queries.waiting import told_unmatched, unmatched
from academy.coaching.services import actions, handover, log, matching, plans, signals
from academy.coaching.services.log import Contact
from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ConflictError, NotFoundError
from academy.kernel.messages.declared import Window
from academy.people.queries.actors import actor_for
from tests.coaching.builders import an_action, set_the_table, write_entry
from tests.factories import make_coordinator, make_person, make_place

LATER = timedelta(days=30)


@pytest.fixture
def table(app):
    return set_the_table(certificate_number="SLHZ-B-2026-00042-74", rhythm_days=90)


def stop(table):
    with unit_of_work():
        plans.stop(table.plan_id, by=actor_for(table.samira.id))


def begin(table, who=None, plan_id=None) -> int:
    with unit_of_work():
        by = actor_for((who or table.samira).id)
        return plans.begin_again(plan_id or table.plan_id, by=by).id


def guided_by(table, plan_id, coach) -> None:
    with unit_of_work():
        plans.match(plan_id, coach.id, by=actor_for(table.tineke.id))
    with unit_of_work():
        plans.agree(plan_id, by=actor_for(coach.id))
        plans.agree(plan_id, by=actor_for(table.samira.id))


def once_more(table, name="Ronald") -> tuple[int, int]:
    """Stop, begin again a month later with somebody else, both agreed; the plan and the coach."""
    stop(table)
    with clock.at(clock.now() + LATER):
        plan_id = begin(table)
        with unit_of_work():
            coach = make_person(name)
        guided_by(table, plan_id, coach)
        return plan_id, coach.id


def test_a_new_plan_points_to_the_one_before_and_waits_a_fortnight(table):
    stop(table)
    with clock.at(clock.now() + LATER):
        today = clock.today()
        plan = db.session.get_one(CoachingPlan, begin(table))
    assert plan.earlier_id == table.plan_id
    assert (plan.state, plan.coach_id) == ("to_match", None)
    assert (plan.opened_on, plan.match_by) == (today, rules.match_by(today))
    assert (plan.certificate_number, plan.rhythm_days) == ("SLHZ-B-2026-00042-74", 90)
    assert plan.place_id == table.place.id
    old = db.session.get_one(CoachingPlan, table.plan_id)
    assert (old.state, old.coach_id) == ("stopped", table.marije.id)


def test_the_coordinator_asks_for_somebody_and_it_is_recorded_so(table):
    stop(table)
    begin(table, table.tineke)
    event = db.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "coaching:plan:begun-again")
    ).one()
    assert event.data["on_behalf_of"] == table.samira.id


def test_nobody_else_begins_again_for_somebody(table):
    stop(table)
    with unit_of_work():
        elsewhere, stranger = make_coordinator(make_place("Elders")), make_person("Buur")
    for who in (elsewhere, stranger, table.marije):
        with pytest.raises(NotFoundError):
            begin(table, who)


def test_guidance_that_runs_is_not_begun_again(table):
    with pytest.raises(ConflictError):
        begin(table)
    stop(table)
    begin(table)
    with pytest.raises(ConflictError):
        begin(table)


def test_who_begins_again_stands_on_the_monday_list_and_is_missed_after_a_fortnight(table):
    stop(table)
    plan_id = begin(table)
    tineke = actor_for(table.tineke.id)
    rows = monday_page(tineke, clock.today(), kinds=("match",)).rows
    assert [(one.plan_id, one.day) for one in rows] == [(plan_id, clock.today() + timedelta(14))]
    window = Window(clock.now(), clock.now() + timedelta(days=20), None)
    assert [one.ids["plan_id"] for one in unmatched(window)] == [plan_id]
    assert told_unmatched(plan_id) is not None


def test_the_participant_finds_the_old_log_and_a_stranger_does_not(table):
    stop(table)
    begin(table)
    plan = find_own_plan(table.samira.id)
    (found,) = earlier_guidance(plan, actor_for(table.samira.id))
    assert (found.plan_id, found.coach_name) == (table.plan_id, "Marije Dijkstra")
    for who in (table.marije, table.tineke):
        assert earlier_guidance(plan, actor_for(who.id)) == ()


def test_the_new_coach_reads_nothing_old_without_a_yes_and_is_asked_about(table):
    write_entry(table)
    plan_id, coach_id = once_more(table)
    old, by = find_plan_head(table.plan_id), actor_for(coach_id, day=clock.today() + LATER)
    assert horizon_for(old, by).is_closed
    assert earlier_guidance(find_plan_head(plan_id), by) == ()
    transfer = db.session.scalars(sa.select(CoachTransfer)).one()
    assert (transfer.from_id, transfer.to_id, transfer.answer) == (table.marije.id, coach_id, None)
    db.session.rollback()
    with unit_of_work():
        handover.answer_handover(plan_id, "yes", by=actor_for(table.samira.id))
    assert horizon_for(old, by).day == clock.today() - timedelta(days=365)
    assert [one.plan_id for one in earlier_guidance(find_plan_head(plan_id), by)] == [table.plan_id]
    db.session.rollback()
    with unit_of_work():
        handover.answer_handover(plan_id, "no", by=actor_for(table.samira.id))
    assert horizon_for(old, by).is_closed


def test_the_same_coach_too_reads_the_old_log_only_after_a_yes(table):
    stop(table)
    plan_id = begin(table)
    guided_by(table, plan_id, table.marije)
    assert horizon_for(find_plan_head(table.plan_id), actor_for(table.marije.id)).is_closed


def test_the_new_plan_is_read_whole_by_its_coach(table):
    plan_id, coach_id = once_more(table)
    head = find_plan_head(plan_id)
    assert head.has_handover
    horizon = horizon_for(head, actor_for(coach_id))
    assert (horizon.day, horizon.moment, horizon.is_closed) == (None, None, False)


def test_after_a_plan_that_never_began_there_is_nothing_to_ask(app):
    table = set_the_table(started_on=None)
    stop(table)
    plan_id = begin(table)
    guided_by(table, plan_id, table.marije)
    assert db.session.scalar(sa.select(sa.func.count(CoachTransfer.id))) == 0
    assert not find_plan_head(plan_id).has_handover
    assert earlier_guidance(find_plan_head(plan_id), actor_for(table.samira.id)) == ()


def test_the_new_coach_changes_nothing_in_the_old_log(table):
    entry_id = write_entry(table, actions=(an_action(),))
    _plan_id, coach_id = once_more(table)
    action_id = db.session.scalar(sa.select(AgreedAction.id))
    by, samira = actor_for(coach_id), table.samira.id
    contact = Contact("phone", date(2026, 11, 1), discussed="x")
    for change in (
        lambda: log.correct(entry_id, contact, by=by),
        lambda: log.add_own_words(entry_id, "x", by=by, on_behalf_of=samira),
        lambda: log.mark_seen(entry_id, by=by, on_behalf_of=samira),
        lambda: log.log_contact(table.plan_id, contact, by=by),
        lambda: actions.complete_action(action_id, by=by),
        lambda: actions.move_action(action_id, date(2027, 3, 1), by=by),
    ):
        db.session.rollback()
        with pytest.raises(NotFoundError), unit_of_work():
            change()


def test_a_worry_about_who_stopped_goes_to_the_coordinator_not_to_who_guided(table):
    stop(table)
    with unit_of_work():
        by = actor_for(table.tineke.id)
        signals.raise_signal(table.plan_id, "overload", by=by, severity="low")
    assert db.session.scalars(sa.select(Signal)).one().assigned_to_id == table.tineke.id


def test_who_guided_before_can_be_asked_for_by_name(table):
    assert known_coaches(table.samira.id) == []
    stop(table)
    assert [one.name for one in known_coaches(table.samira.id)] == ["Marije Dijkstra"]
    db.session.rollback()
    with unit_of_work():
        wish = matching.NewWish(languages=("nl",), wished_coach_id=table.marije.id)
        matching.save_wish(table.samira.id, wish, by=actor_for(table.samira.id))
