"""Who hears that contact is due or late: the coach first, then a coordinator by name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from academy.coaching.models import CoachingPlan
from academy.coaching.queries import due, told
from academy.coaching.queries.checks import faults
from academy.coaching.services import cover, plans
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.messages.declared import Window
from academy.people.models import Grant
from academy.people.queries.actors import actor_for
from tests.coaching.builders import set_the_table, write_entry
from tests.factories import make_coordinator, make_person

DUE = date(2026, 11, 30)
LATE_ON, ESCALATED_ON = date(2026, 12, 8), date(2026, 12, 14)


@pytest.fixture
def table(app):
    return set_the_table(next_contact_due=DUE)


def heard(source, day):
    """Return who hears it on a day."""
    db.session.rollback()
    window = Window(clock.local(day, 0), clock.local(day, 23))
    found = [one for one in source(window) if window.holds(one.due_at)]
    return [one.person_id for one in found]


def test_the_coach_hears_it_first_and_a_week_later_one_coordinator(table):
    with unit_of_work():
        make_coordinator()  # of everything: not the one around it
    assert heard(due.late_contacts, LATE_ON) == [table.marije.id]
    assert heard(due.escalations, LATE_ON) == []
    assert heard(due.escalations, ESCALATED_ON) == [table.tineke.id]


def test_it_says_who_and_since_when_and_nothing_after_the_talk(table):
    said = told.escalated(table.plan_id, DUE.isoformat())
    assert (said["name"], said["coach"], said["due_on"]) == ("Samira", "Marije Dijkstra", DUE)
    write_entry(table)
    assert told.escalated(table.plan_id, DUE.isoformat()) is None


@pytest.mark.parametrize(
    ("first_day", "warned"), [(date(2026, 12, 1), "Ronald"), (date(2026, 12, 10), "Marije")]
)
def test_who_is_away_is_not_blamed(table, first_day, warned):
    with unit_of_work():
        ronald = make_person("Ronald", phone="06-00000099")
        by = actor_for(table.tineke.id)
        days = {"first_day": first_day, "last_day": date(2026, 12, 31)}
        cover.arrange_cover(table.marije.id, ronald.id, by=by, **days)
    with clock.at(clock.local(ESCALATED_ON, 8)):
        said = told.escalated(table.plan_id, DUE.isoformat())
    assert (said["coach"].split()[0], said["coach_phone"]) == ("Ronald", "06-00000099")
    assert said["warned"].startswith(warned)


@pytest.mark.parametrize(("until", "hears"), [(DUE, True), (date(2027, 3, 1), False)])
def test_a_pause_keeps_silent_until_its_end(table, until, hears):
    with unit_of_work():
        plan = db.session.get_one(CoachingPlan, table.plan_id)
        plan.state, plan.paused_on, plan.paused_until = "paused", date(2026, 10, 1), until
        plan.next_contact_due = until
    assert (heard(due.contacts, DUE) == [table.marije.id]) is hears
    assert (heard(due.escalations, ESCALATED_ON) == [table.tineke.id]) is hears


def test_a_new_coach_is_late_with_nothing_on_the_first_days(table):
    today = date(2027, 2, 1)
    with clock.at(clock.local(today, 10)), unit_of_work():
        ronald = make_person("Ronald")
        plans.transfer(table.plan_id, ronald.id, by=actor_for(table.tineke.id))
        plans.agree(table.plan_id, by=actor_for(ronald.id))
        plans.agree(table.plan_id, by=actor_for(table.samira.id))
    first = today + timedelta(days=14)
    db.session.rollback()
    assert db.session.get_one(CoachingPlan, table.plan_id).next_contact_due == first
    for number in range(14):
        day = today + timedelta(days=number)
        assert (heard(due.late_contacts, day), heard(due.escalations, day)) == ([], [])
    assert heard(due.contacts, first) == [ronald.id]


def test_a_faster_rhythm_makes_nothing_late_by_itself(table):
    with unit_of_work():
        plan = db.session.get_one(CoachingPlan, table.plan_id)
        plans.set_rhythm(plan, 7, "phone")
        assert plan.next_contact_due == clock.today()


@pytest.mark.parametrize("is_alone", [True, False])
def test_a_coach_who_is_the_only_coordinator_hears_it_all_the_same(table, is_alone):
    with unit_of_work():
        other = None if is_alone else make_coordinator()
        plan = db.session.get_one(CoachingPlan, table.plan_id)
        plan.coach_id = table.tineke.id
    assert heard(due.escalations, ESCALATED_ON) == [other.id if other else table.tineke.id]


def test_nobody_is_told_about_their_own_guidance(table):
    with unit_of_work():
        for grant in db.session.scalars(sa.select(Grant).where(Grant.role == "coordinator")):
            grant.person_id = table.samira.id
    assert heard(due.escalations, ESCALATED_ON) == []
    assert "no coordinator looks after it" in " ".join(faults())


def test_a_plan_that_a_coordinator_looks_after_is_no_fault(table):
    assert "no coordinator" not in " ".join(faults())


REVIEW = date(2026, 11, 29)
"""A Sunday: late from Monday on."""


@pytest.mark.parametrize(
    ("until", "first_told"),
    [
        (None, date(2026, 11, 30)),
        (date(2026, 11, 20), date(2026, 11, 30)),
        (date(2026, 12, 7), date(2026, 12, 7)),
    ],
)
def test_a_late_yearly_review_is_in_the_monday_mail_from_when_nothing_rests(
    table, until, first_told
):
    with unit_of_work():
        plan = db.session.get_one(CoachingPlan, table.plan_id)
        plan.yearly_review_due, plan.next_contact_due = REVIEW, date(2027, 3, 1)
        if until is not None:
            plan.state, plan.paused_on, plan.paused_until = "paused", date(2026, 11, 1), until
    for week in range(3):
        monday = date(2026, 11, 23) + timedelta(weeks=week)
        is_late = monday >= first_told
        assert heard(due.mondays, monday) == [table.tineke.id] * is_late
        with clock.at(clock.local(monday, 8)):
            said = told.region(table.tineke.id)
        assert (said or {}).get("reviews", 0) == is_late
