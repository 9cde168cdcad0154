"""The sample data give the coordinator exactly what rule 7 of its README says."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.coaching.models import AgreedAction, CoachingPlan, LogEntry, Signal
from academy.coaching.queries.checks import faults
from academy.coaching.queries.monday import monday_page
from academy.coaching.services.log import finalise_due
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from tests.coaching.sample import Sample, day, rows


@pytest.fixture
def sample(app):
    with unit_of_work():
        return Sample().load()


def monday(sample, kind):
    """Return whom the rows of one kind are about, by the ids of the files."""
    plans = {plan_id: source_id for source_id, plan_id in sample.plans.items()}
    people = {row["plan_id"]: row["person_id"] for row in rows("coaching_plans")}
    found = monday_page(sample.actor("P307"), clock.today(), kinds=(kind,), limit=50).rows
    return sorted(people[plans[one.plan_id]] for one in found)


def test_monday_shows_what_the_sample_data_say(sample):
    assert monday(sample, "contact") == ["P001", "P008", "P019", "P028"]
    assert monday(sample, "energy") == ["P022"]
    assert monday(sample, "review") == ["P013", "P016"]
    assert len(monday(sample, "action")) == 6
    today = clock.today()
    actor = sample.actor("P307")
    found = monday_page(actor, today, kinds=("signal", "match", "silent", "full")).rows
    assert [one.kind for one in found if one.kind != "signal"] == ["silent"]
    assert [one.person_name for one in found if one.kind == "signal" and one.day < today] == [
        sample.people["P022"].display_name
    ]
    assert [one.who_id for one in found if one.kind == "silent"] == [sample.people["P303"].id]


def test_every_row_of_the_sample_data_is_there_as_it_says(sample):
    with unit_of_work():
        finalise_due()
    plans = {row.source_id: row for row in db.session.scalars(sa.select(CoachingPlan))}
    for row in rows("coaching_plans"):
        plan = plans[row["plan_id"]]
        for field in (
            "started_on",
            "yearly_review_due",
            "transferred_on",
            "paused_on",
            "paused_until",
            "stopped_on",
        ):
            assert getattr(plan, field) == day(row[field]), (row["plan_id"], field)
        assert plan.state == row["status"]
        assert plan.coach_id == sample.people[row["coach_id"]].id
    states = dict(db.session.execute(sa.select(LogEntry.source_id, LogEntry.state)).all())
    assert states == {row["entry_id"]: row["status"] for row in rows("coaching_log")}
    actions = {row.source_id: row for row in db.session.scalars(sa.select(AgreedAction))}
    assert {key: (one.state, one.done_on) for key, one in actions.items()} == {
        row["action_id"]: (
            row["status"],
            day(row["done_on"] or (row["due_on"] if row["status"] == "dropped" else "")),
        )
        for row in rows("actions")
    }
    signals = {row.source_id: row for row in db.session.scalars(sa.select(Signal))}
    for row in rows("signals"):
        signal = signals[row["signal_id"]]
        assert (signal.state, signal.closed_on) == (row["status"], day(row["closed_on"]))
        assert signal.assigned_to_id == sample.people[row["assigned_to"]].id
    assert faults() == []
