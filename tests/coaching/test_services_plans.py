"""The life of a plan and of its notes, on the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from academy.coaching.models import AgreedAction, CoachingPlan, LogEntry
from academy.coaching.queries.checks import faults
from academy.coaching.queries.log import entry_page
from academy.coaching.queries.overview import own_news
from academy.coaching.queries.standing import energy_line
from academy.coaching.rules import HOLD_BACK_REASONS
from academy.coaching.services import actions, log, plans, signals
from academy.coaching.services.log import Contact
from academy.kernel import clock, rekeying, settings
from academy.kernel.audit import AuditEvent, chain_faults
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from academy.people.models import Grant
from academy.people.queries.actors import actor_for
from certificates.models import RenewalEvidence
from tests.coaching.builders import CANARY, set_the_table, write_entry
from tests.factories import make_grant, make_person


@pytest.fixture
def table(app):
    return set_the_table()


def get_plan(table):
    return db.session.get_one(CoachingPlan, table.plan_id)


def test_nobody_gets_a_second_plan_while_one_runs(table):
    assert plans.open_plan(table.samira.id) is None
    with unit_of_work():
        plans.stop(table.plan_id, by=actor_for(table.tineke.id))
    with unit_of_work():
        assert plans.open_plan(table.samira.id) is not None


def test_nobody_guides_themselves_and_no_coordinator_names_herself(table):
    with unit_of_work():
        fatma = make_person("Fatma", place_id=table.place.id)
        plan_id = plans.open_plan(fatma.id).id
        fatma_id = fatma.id
    tineke = actor_for(table.tineke.id)
    for coach_id in (fatma_id, table.tineke.id):
        with pytest.raises(ForbiddenError), unit_of_work():
            plans.match(plan_id, coach_id, by=tineke)


def test_a_yearly_review_moves_the_next_one_and_counts_for_renewal(table):
    write_entry(table, kind="yearly_review", happened_on=date(2026, 11, 20))
    assert get_plan(table).yearly_review_due == date(2027, 11, 20)
    evidence = db.session.scalars(sa.select(RenewalEvidence)).one()
    assert (evidence.requirement, evidence.source_kind) == ("yearly_reviews", "log_entry")


def test_an_older_talk_written_down_later_does_not_move_contact_back(table):
    write_entry(table, happened_on=date(2026, 11, 20))
    write_entry(table, happened_on=date(2026, 9, 1))
    assert get_plan(table).last_contact_on == date(2026, 11, 20)


def test_low_energy_twice_shows_and_goes_with_a_correction(table):
    write_entry(table, energy=2, happened_on=date(2026, 11, 1))
    entry_id = write_entry(table, energy=1, happened_on=date(2026, 11, 10))
    assert get_plan(table).is_energy_low
    with unit_of_work():
        better = Contact("phone", date(2026, 11, 10), discussed="Ik vergiste me.", energy=4)
        log.correct(entry_id, better, by=actor_for(table.marije.id))
    assert not get_plan(table).is_energy_low


def test_contact_during_a_pause_waits_for_the_return_and_ends_it_after(table):
    with unit_of_work():
        plans.pause(table.plan_id, date(2027, 1, 25), by=actor_for(table.tineke.id))
    write_entry(table)
    assert get_plan(table).next_contact_due == date(2027, 1, 25)
    assert get_plan(table).state == "paused"
    db.session.rollback()
    with clock.at(clock.local(date(2027, 2, 1), 12)):
        write_entry(table)
    assert (get_plan(table).state, get_plan(table).paused_until) == ("active", None)


def test_entries_become_final_after_a_week(table):
    entry_id = write_entry(table)
    with clock.at(clock.now() + timedelta(days=7)), unit_of_work():
        assert log.finalise_due() == 1
    assert db.session.get_one(LogEntry, entry_id).state == "final"


def test_a_stopped_plan_takes_no_entries(table):
    with unit_of_work():
        plans.stop(table.plan_id, by=actor_for(table.tineke.id))
        make_grant(table.marije, "coach", about=table.samira)
    with pytest.raises(NotFoundError):
        write_entry(table)


def test_a_draft_can_be_shown_as_it_is(table):
    marije = actor_for(table.marije.id)
    with unit_of_work():
        draft = log.save_draft(
            table.plan_id, Contact("phone", clock.today(), discussed="Kort."), by=marije
        )
        assert draft.state == "draft"
        log.share(draft.id, by=marije)
    with pytest.raises(NotFoundError), unit_of_work():
        log.share(draft.id, by=marije)


def test_the_coordinator_ticks_off_only_what_is_not_personal(table):
    entry_id = write_entry(
        table,
        actions=(
            log.NewAction("Bel terug", date(2026, 12, 1), "client"),
            log.NewAction("Nodig buren uit", date(2026, 12, 1), "participant"),
        ),
    )
    tineke = actor_for(table.tineke.id)
    by_client, own = db.session.scalars(
        sa.select(AgreedAction.id)
        .where(AgreedAction.entry_id == entry_id)
        .order_by(AgreedAction.id)
    ).all()
    with unit_of_work():
        actions.complete_action(by_client, by=tineke)
    with pytest.raises(NotFoundError), unit_of_work():
        actions.complete_action(own, by=tineke)


def test_a_signal_cannot_be_held_back_for_long(table):
    with unit_of_work():
        signal = signals.raise_signal(
            table.plan_id, "conflict", by=actor_for(table.marije.id), severity="low"
        )
        signal_id = signal.id
    too_long = clock.today() + timedelta(days=31)
    by = actor_for(table.tineke.id)
    with pytest.raises(InvalidInputError), unit_of_work():
        signals.hold_back(signal_id, too_long, because=HOLD_BACK_REASONS[0], by=by)


def test_notes_open_with_the_older_key_and_the_check_says_when_none_fits(table, app, monkeypatch):
    write_entry(table)
    assert rekeying.faults() == []
    old = settings.current()
    new = Fernet.generate_key().decode()
    for keys, found in (((new, *old.notes_key), False), ((new,), True)):
        db.session.rollback()
        db.session.expunge_all()
        changed = replace(old, notes_key=keys)
        monkeypatch.setitem(app.extensions, "academy.settings", changed)
        assert bool(rekeying.faults()) is found


def test_the_check_names_a_plan_whose_coach_holds_no_right(table):
    with unit_of_work():
        db.session.execute(sa.delete(Grant).where(Grant.role == "coach"))
    assert faults() == [f"coaching plan {table.plan_id}: its coach holds no right today"]


def test_the_audit_holds_no_words(table):
    write_entry(table)
    events = db.session.scalars(sa.select(AuditEvent)).all()
    assert any(one.action == "coaching:entry:shared" for one in events)
    assert all(CANARY not in str(one.data) for one in events)
    assert list(chain_faults()) == []


def correct(table, entry_id, day, **values):
    contact = Contact(**({"kind": "phone", "happened_on": day, "discussed": "Beter."} | values))
    with unit_of_work():
        return log.correct(entry_id, contact, by=actor_for(table.marije.id)).id


def test_one_talk_corrected_twice_is_one_figure(table):
    write_entry(table, energy=4, happened_on=date(2026, 11, 1))
    entry_id = write_entry(table, energy=2, happened_on=date(2026, 11, 10))
    for _time in range(2):
        correct(table, entry_id, date(2026, 11, 10), energy=2)
    assert not get_plan(table).is_energy_low


def test_a_corrected_day_moves_last_and_next_contact(table):
    write_entry(table, happened_on=date(2026, 10, 1))
    entry_id = write_entry(table, happened_on=date(2026, 11, 20))
    rhythm = timedelta(days=get_plan(table).rhythm_days)
    for day in (date(2026, 10, 20), date(2026, 9, 1)):
        correct(table, entry_id, day)
        last = max(day, date(2026, 10, 1))
        assert get_plan(table).last_contact_on == last
        assert get_plan(table).next_contact_due == last + rhythm


def test_a_corrected_day_in_a_pause_leaves_the_return(table):
    entry_id = write_entry(table, happened_on=date(2026, 11, 20))
    with unit_of_work():
        plans.pause(table.plan_id, date(2027, 3, 1), by=actor_for(table.tineke.id))
    correct(table, entry_id, date(2026, 11, 2))
    found = get_plan(table)
    assert (found.state, found.next_contact_due) == ("paused", date(2027, 3, 1))


def test_a_corrected_review_moves_along_or_counts_no_more(table):
    entry_id = write_entry(table, kind="yearly_review", happened_on=date(2026, 11, 20))
    correct(table, entry_id, date(2026, 11, 2), kind="yearly_review")
    assert get_plan(table).yearly_review_due == date(2027, 11, 2)
    assert db.session.scalars(sa.select(RenewalEvidence.on)).all() == [date(2026, 11, 2)]
    correct(table, entry_id, date(2026, 11, 2))
    assert get_plan(table).yearly_review_due == date(2027, 1, 10)
    assert db.session.scalars(sa.select(RenewalEvidence.on)).all() == []
    with pytest.raises(InvalidInputError):
        correct(table, entry_id, date(2026, 11, 2), kind="yearly_review")


def test_who_reads_a_talk_reads_its_corrections(table):
    entry_id = write_entry(table)
    samira = actor_for(table.samira.id)
    with unit_of_work():
        log.mark_seen(entry_id, by=samira)
    correct(table, entry_id, clock.today())
    plan_id, since = table.plan_id, clock.now() - timedelta(days=7)
    assert own_news(plan_id, today=clock.today(), unread_since=since).unread == 1
    assert not entry_page(plan_id, now=clock.now()).rows[0].is_all_seen
    with unit_of_work():
        log.mark_seen(entry_id, by=samira)
    assert own_news(plan_id, today=clock.today(), unread_since=since).unread == 0
    assert entry_page(plan_id, now=clock.now()).rows[0].is_all_seen


def test_the_line_of_energy_shows_each_talk_as_it_stands(table):
    write_entry(table, energy=3, happened_on=date(2026, 11, 1))
    entry_id = write_entry(table, energy=1, happened_on=date(2026, 11, 10))
    correct(table, entry_id, date(2026, 10, 5), energy=5)
    gone = write_entry(table, energy=2, happened_on=date(2026, 11, 12))
    correct(table, gone, date(2026, 11, 12), energy=None)
    assert energy_line(table.plan_id, within=sa.true()) == [
        (date(2026, 10, 5), 5),
        (date(2026, 11, 1), 3),
    ]
