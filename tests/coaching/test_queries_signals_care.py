"""A signal that is not followed up in time reaches a coordinator by name, and the Monday mail."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from academy.coaching.models import CoachingPlan
from academy.coaching.queries import due, told
from academy.coaching.queries.signals_care import late_signals, lost_signals, told_late
from academy.coaching.services import signals
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.messages.declared import Window
from academy.people.models import Grant
from academy.people.queries.actors import actor_for
from tests.coaching.builders import an_action, set_the_table, write_entry
from tests.factories import make_coordinator, make_grant, make_person, make_place

TODAY = date(2026, 11, 23)


@pytest.fixture
def table(app):
    return set_the_table(next_contact_due=date(2027, 3, 1))


def raise_by(table, person, severity="middle") -> int:
    with unit_of_work():
        by = actor_for(person.id)
        return signals.raise_signal(table.plan_id, "overload", by=by, severity=severity).id


def heard(source, day, people=None) -> list[int]:
    db.session.rollback()
    chosen = None if people is None else sa.select(sa.literal(people))
    window = Window(clock.local(day, 0), clock.local(day, 23), chosen)
    return [one.person_id for one in source(window) if window.holds(one.due_at)]


@pytest.mark.parametrize(("severity", "days"), [("high", 1), ("middle", 8), ("low", 31)])
def test_the_day_after_a_coordinator_hears_it_once(table, severity, days):
    raise_by(table, table.marije, severity)
    day = TODAY + timedelta(days=days)
    assert heard(late_signals, day - timedelta(days=1)) == []
    assert heard(late_signals, day) == [table.tineke.id]
    assert heard(late_signals, day, people=table.marije.id) == []
    assert heard(late_signals, day + timedelta(days=1)) == []


def test_another_than_who_follows_it_up_hears_it_when_there_is_another(table):
    signal_id = raise_by(table, table.marije, "high")
    assert told_late(signal_id, table.tineke.id)["is_oneself"] is True
    with unit_of_work():
        overal = make_person("Overal")
        make_grant(overal, "coordinator")
    assert heard(late_signals, TODAY + timedelta(days=1)) == [overal.id]
    said = told_late(signal_id, overal.id)
    assert (said["name"], said["plan_id"]) == (table.tineke.display_name, table.plan_id)


def test_what_somebody_said_about_themselves_never_reaches_their_coach(table):
    raise_by(table, table.samira, "high")
    with unit_of_work():
        make_grant(table.marije, "coordinator", place=table.place)
    assert heard(late_signals, TODAY + timedelta(days=1)) == [table.tineke.id]


def test_what_is_closed_is_told_to_nobody(table):
    signal_id = raise_by(table, table.marije, "high")
    with unit_of_work():
        by = actor_for(table.tineke.id)
        signals.close_signal(signal_id, "talk_held", by=by, reported_back="yes")
    assert heard(late_signals, TODAY + timedelta(days=1)) == []
    assert told_late(signal_id, table.tineke.id) is None


def test_where_nobody_looks_after_it_nobody_is_named(table):
    signal_id = raise_by(table, table.marije, "high")
    with unit_of_work():
        db.session.execute(sa.delete(Grant).where(Grant.role == "coordinator"))
    assert lost_signals(TODAY) == (signal_id,)
    assert heard(late_signals, TODAY + timedelta(days=1)) == []


def test_the_monday_mail_counts_what_is_late_of_each(table):
    monday = date(2026, 12, 7)
    raise_by(table, table.marije)
    raise_by(table, table.marije, "low")
    write_entry(table, actions=(an_action(due_on=date(2026, 12, 1)),))
    with unit_of_work():
        db.session.get_one(CoachingPlan, table.plan_id).next_contact_due = date(2027, 3, 1)
        far = make_coordinator(make_place("'t Zand"))
    with clock.at(clock.local(monday, 8)):
        found = told.region(table.tineke.id)
        assert told.region(far.id) is None
    assert found == {"late": 0, "waiting": 0, "signals": 1, "actions": 1, "reviews": 0}
    assert heard(due.mondays, monday) == [table.tineke.id]
    assert heard(due.mondays, date(2026, 11, 30)) == []


def test_many_people_who_wait_are_counted_to_the_last(table):
    with unit_of_work():
        for number in range(60):
            person = make_person(f"Wacht {number}", place_id=table.place.id)
            db.session.add(
                CoachingPlan(
                    person_id=person.id,
                    place_id=table.place.id,
                    state="to_match",
                    opened_on=date(2026, 10, 1),
                    match_by=date(2026, 10, 15),
                )
            )
    assert told.region(table.tineke.id)["waiting"] == 60
