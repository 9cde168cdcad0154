"""The lists over the sample data say what the CSV files say, read straight from the files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from academy.coaching.models import CoachingPlan
from academy.coaching.queries.overdue import overdue_rows
from academy.demo.data import read_data
from academy.demo.loading import SAMPLE_DATA, _load
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import current
from academy.people.models import Person
from academy.people.queries.actors import actor_for
from academy.reporting.queries.groups import group_rows
from academy.reporting.queries.missing import missing_rows
from academy.reporting.queries.standing import everybody, judge
from academy.reporting.queries.unmarked import unmarked_rows
from academy.reporting.queries.waiting import tally
from certificates.adapters.keys import init_keys
from courses.models import Cohort, Enrolment, Session
from courses.rules import verdict
from courses.rules.risk import needs_a_call, risk_of
from tests.courses.sample_evidence import read_sample_data, rules_by_course
from tests.demo.academies import read_csv
from tests.demo.loaded import demo, loaded

__all__ = ["demo", "loaded"]
pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 23)
COORDINATORS = ("P307", "P308")
RUNNING = ("running", "finishing")
RULES = rules_by_course()
DATA = read_sample_data()


@pytest.fixture
def academy(request: pytest.FixtureRequest, server_url: str | None) -> Iterator[None]:
    """The sample data in a database; loading it, on PostgreSQL, takes most of a minute."""
    if server_url is None:
        request.getfixturevalue("demo")
    else:
        request.getfixturevalue("app")
        settings = current()
        if not settings.keys.exists():
            init_keys(settings.keys, settings.keys_passphrase, now=clock.real_now())
        with unit_of_work():
            _load(read_data(SAMPLE_DATA))
    with clock.at(clock.local(TODAY, 9)):
        yield


def actor(source_id):
    person_id = db.session.scalar(sa.select(Person.id).where(Person.source_id == source_id))
    return actor_for(person_id)


def cohorts_of(coordinator: str, *states: str) -> set[str]:
    """Return the cohorts in the region of a coordinator that stand so, by the files."""
    places = {
        row["scope_id"]
        for row in read_csv("grants")
        if (row["person_id"], row["role"], row["valid_to"]) == (coordinator, "coordinator", "")
    }
    return {
        row["cohort_id"]
        for row in read_csv("cohorts")
        if row["neighbourhood_id"] in places and row["status"] in states
    }


def active_in(cohorts: set[str]):
    rows = (row for row in DATA.enrolments if row["cohort_id"] in cohorts)
    return [row for row in rows if row["status"] == "active"]


def verdict_of(row):
    return verdict(RULES[DATA.course_of[row["cohort_id"]]], DATA.evidence(row))


def enrolments(found) -> set[str]:
    """Return the ids in the files of the people in a list."""
    ids = [one.enrolment_id for one in found]
    return set(db.session.scalars(sa.select(Enrolment.source_id).where(Enrolment.id.in_(ids))))


def test_every_list_and_the_overview_hold_what_the_files_say(academy):
    for coordinator in COORDINATORS:
        check_lists(coordinator)
        check_overview(coordinator)
    check_contacts()
    first = group_rows(actor("P308")).page.rows
    assert [(row.step, row.waiting) for row in first] == [("register", 1), ("practical", 11)]


def check_lists(coordinator: str) -> None:
    by = actor(coordinator)
    running = active_in(cohorts_of(coordinator, *RUNNING))
    found = judge(by)
    assert enrolments(found.at_risk) == ids(one for one in running if risk_of(verdict_of(one)))
    to_call = ids(one for one in running if needs_a_call(DATA.evidence(one)))
    assert enrolments(one for one in found.people if one.to_call) == to_call
    proposed = {row["enrolment_id"] for row in read_csv("decisions") if row["outcome"] != "refuse"}
    ready = ids(one for one in running if verdict_of(one).complete) - proposed
    assert enrolments(found.to_propose) == ready
    assert len(everybody(by)) == len(found.people)
    unmarked = {row.session_id: row.unmarked for row in unmarked_rows(by).rows}
    assert named_sessions(unmarked) == open_cells(cohorts_of(coordinator, *RUNNING))
    assert enrolments(missing_rows(by).rows) == incomplete(coordinator)
    counted = tally(by, TODAY, found)
    assert (counted.at_risk, counted.to_propose) == (len(found.at_risk), len(ready))
    assert (counted.unmarked, counted.missing) == (len(unmarked), len(incomplete(coordinator)))


def ids(rows) -> set[str]:
    return {row["enrolment_id"] for row in rows}


def named_sessions(found: dict[int, int]) -> dict[str, int]:
    rows = db.session.execute(sa.select(Session.id, Session.source_id).where(Session.id.in_(found)))
    return {row.source_id: found[row.id] for row in rows}


def open_cells(cohorts: set[str]) -> dict[str, int]:
    """Return how many cells of sessions that were held are empty, by session."""
    people = {
        (row["cohort_id"], row["person_id"])
        for row in DATA.enrolments
        if row["status"] in ("active", "paused", "completed", "not_passed")
    }
    marked = {(row["session_id"], row["person_id"]) for row in DATA.attendance}
    open_ = Counter(
        session["session_id"]
        for session in DATA.sessions
        if session["cohort_id"] in cohorts and session["status"] == "held"
        for cohort, person in people
        if cohort == session["cohort_id"] and (session["session_id"], person) not in marked
    )
    return dict(open_)


def incomplete(coordinator: str) -> set[str]:
    people = {row["person_id"]: row for row in read_csv("people")}
    current = cohorts_of(coordinator, "planned", *RUNNING)
    return ids(
        row
        for row in read_csv("enrolments")
        if row["cohort_id"] in current
        and row["status"] in ("applied", "waitlisted", "admitted", "active", "paused")
        and lacks(people[row["person_id"]], row)
    )


def lacks(person, row) -> bool:
    has_seat = row["status"] in ("admitted", "active", "paused")
    asked = row["intake_talk_by"] and row["agreed_to_code_of_conduct"] == "ja"
    return not (person["phone"] or person["email"]) or (
        has_seat and not (asked and person["name_on_certificate"])
    )


def check_contacts() -> None:
    last = defaultdict(str)
    for row in read_csv("coaching_log"):
        if row["status"] != "draft":
            last[row["plan_id"]] = max(last[row["plan_id"]], row["date"])
    late = {
        row["person_id"]
        for row in read_csv("coaching_plans")
        if row["status"] == "active"
        and date.fromisoformat(last[row["plan_id"]]) + timedelta(days=int(row["rhythm_days"]) + 7)
        < TODAY
    }
    found = [one for name in COORDINATORS for one in overdue_rows(actor(name), TODAY).rows]
    plans = sa.select(Person.source_id).join(CoachingPlan, CoachingPlan.person_id == Person.id)
    shown = db.session.scalars(plans.where(CoachingPlan.id.in_([one.plan_id for one in found])))
    assert sorted(shown) == sorted(late)
    assert late == {"P001", "P008", "P019", "P028"}


def check_overview(coordinator: str) -> None:
    by = actor(coordinator)
    rows = group_rows(by).page.rows
    names = {
        row["name"]
        for row in read_csv("cohorts")
        if row["cohort_id"] in cohorts_of(coordinator, "planned", *RUNNING)
    }
    assert {row.name for row in rows} == names
    for row in rows:
        source_id = db.session.scalar(sa.select(Cohort.source_id).where(Cohort.id == row.id))
        people = [
            one
            for one in DATA.enrolments
            if one["cohort_id"] == source_id and one["status"] in ("admitted", "active", "paused")
        ]
        assert row.taking_part == len(people)
    everything = {
        row.name
        for state in ("completed", "cancelled")
        for row in group_rows(by, state=state).page.rows
    }
    assert everything == {
        row["name"]
        for row in read_csv("cohorts")
        if row["cohort_id"] in cohorts_of(coordinator, "completed", "cancelled")
    }
