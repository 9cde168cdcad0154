"""Who hears that a yes is asked, and who hears that somebody still waits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from academy.coaching.models import CoachingPlan, CoachProposal
from academy.coaching.queries import waiting
from academy.coaching.services import plans
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.messages.declared import Window
from academy.people.queries.actors import actor_for
from tests.coaching.builders import make_plan, set_the_table
from tests.coaching.test_views_matching import NOT_BEGUN
from tests.factories import make_person


@pytest.fixture
def table(app):
    return set_the_table()


def open_plan(table, **values) -> int:
    with unit_of_work():
        fatma = make_person("Fatma", place_id=table.place.id)
        return make_plan(fatma, None, table.place, **(NOT_BEGUN | values)).id


def around(day: date) -> Window:
    return Window(clock.local(day, 0), clock.local(day + timedelta(days=1), 0))


def test_the_coordinator_hears_it_by_name_the_day_after_the_fortnight(table):
    plan_id = open_plan(table)
    due = [one for one in waiting.unmatched(around(date(2026, 12, 1))) if one.ids]
    assert [(one.person_id, one.ids) for one in due] == [(table.tineke.id, {"plan_id": plan_id})]
    assert due[0].due_at == clock.local(date(2026, 12, 1), 9)
    assert list(waiting.unmatched(around(date(2026, 12, 4)))) == []
    told = waiting.told_unmatched(plan_id)
    assert told == {"name": "Fatma", "match_by": date(2026, 11, 30), "plan_id": plan_id}


def test_nothing_is_said_once_somebody_guides(table):
    plan_id = open_plan(table)
    with unit_of_work():
        plan = db.session.get_one(CoachingPlan, plan_id)
        plan.state, plan.coach_id = "active", table.marije.id
    assert list(waiting.unmatched(around(date(2026, 12, 1)))) == []
    assert waiting.told_unmatched(plan_id) is None


def test_nobody_is_told_where_nobody_coordinates(table):
    plan_id = open_plan(table)
    with unit_of_work():
        db.session.get_one(CoachingPlan, plan_id).place_id = None
    assert list(waiting.unmatched(around(date(2026, 12, 1)))) == []


def test_both_are_asked_and_an_answer_ends_it(table):
    plan_id = open_plan(table)
    with unit_of_work():
        plans.match(plan_id, table.marije.id, by=actor_for(table.tineke.id))
    tomorrow = around(date(2026, 11, 24))
    for found, person_id in (
        (waiting.asked_coaches(tomorrow), table.marije.id),
        (waiting.asked_participants(tomorrow), db.session.get_one(CoachingPlan, plan_id).person_id),
    ):
        assert [one.person_id for one in found] == [person_id]
    proposal = db.session.scalar(sa.select(CoachProposal.id))
    assert waiting.told_coach(proposal) == {"name": "Fatma", "plan_id": plan_id}
    assert waiting.told_participant(proposal) == {"name": "Marije Dijkstra"}
    db.session.rollback()
    with unit_of_work():
        plans.agree(plan_id, by=actor_for(table.marije.id))
    assert waiting.told_coach(proposal) is None
    assert waiting.told_participant(proposal) is not None
    with unit_of_work():
        plans.decline(plan_id, by=actor_for(table.marije.id), on_behalf_of=plan_person(plan_id))
    assert waiting.told_participant(proposal) is None


def plan_person(plan_id: int) -> int:
    return db.session.get_one(CoachingPlan, plan_id).person_id
