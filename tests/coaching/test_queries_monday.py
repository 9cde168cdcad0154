"""The coordinator's Monday: every reason once, in order, a page at a time, in few statements."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from academy.coaching.models import CoachingPlan, CoachLoad, Cover
from academy.coaching.queries import due, told
from academy.coaching.queries.cover import coach_rows
from academy.coaching.queries.everybody import guidance_rows
from academy.coaching.queries.monday import KINDS, monday_page
from academy.coaching.services import load, plans, sheets, signals
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import InvalidInputError
from academy.kernel.messages.declared import Window
from academy.people.queries.actors import actor_for
from certificates.models import Certificate
from courses.models import Enrolment
from tests.bench.guidance import FIRST, build_guidance, grow
from tests.bench.measuring import counted_statements
from tests.bench.scale import MOST_RATIO
from tests.certificates.ready import commit_scene, issue
from tests.coaching.builders import an_action, make_plan, set_the_table, write_entry
from tests.factories import make_coordinator, make_grant, make_person, make_place

MOST_STATEMENTS = 12


@pytest.fixture
def table(app):
    return set_the_table(next_contact_due=date(2026, 11, 1))


def found(table, **values):
    return monday_page(actor_for(table.tineke.id), clock.today(), **values).rows


def kinds(table) -> list[str]:
    db.session.rollback()
    return [one.kind for one in found(table)]


def plan_of(table, name, coach=None, **values):
    person = make_person(name, place_id=table.place.id)
    return make_plan(person, coach or table.marije, table.place, **values)


def test_each_reason_gives_a_row(table):
    nothing = {"next_contact_due": date(2027, 1, 1)}
    with unit_of_work():
        waiting = {"started_on": None, "last_contact_on": None, "next_contact_due": None}
        plan_of(table, "Wacht", state="to_match", yearly_review_due=None, **waiting).coach_id = None
        plan_of(table, "Moe", is_energy_low=True, **nothing)
        plan_of(table, "Jaar", yearly_review_due=date(2026, 12, 20), **nothing)
        plan_of(table, "Planloos", sheet_due=date(2026, 11, 22), **nothing)
        plan_of(table, "Nog even", sheet_due=clock.today(), **nothing)
        back = {"paused_on": date(2026, 9, 1), "paused_until": date(2026, 11, 1)}
        plan_of(table, "Terug", state="paused", next_contact_due=date(2026, 11, 1), **back)
    signal(table)
    write_entry(
        table,
        actions=(an_action(due_on=date(2026, 11, 20)),),
        happened_on=date(2026, 10, 2),
    )
    with unit_of_work():
        quiet = make_person("Stil")
        plan_of(table, "Van stil", quiet, started_on=date(2026, 9, 1), **nothing)
        load.recount((quiet.id,))
    assert sorted(kinds(table)) == sorted(
        ["signal", "match", "contact", "plan", "action", "energy", "review", "silent", "silent"]
    )
    assert kinds(table)[0] == "signal"


PAUSED_UNTIL = date(2026, 12, 1)


@pytest.mark.parametrize(("day", "asks"), [(date(2026, 11, 30), False), (PAUSED_UNTIL, True)])
def test_a_pause_rests_everything_until_its_day(table, sign_in, day, asks):
    write_entry(table, actions=(an_action(due_on=date(2026, 11, 24), owner="coach"),), energy=None)
    with unit_of_work():
        plan = db.session.get_one(CoachingPlan, table.plan_id)
        plans.pause(plan.id, PAUSED_UNTIL, by=actor_for(table.samira.id))
        plan.is_energy_low, plan.sheet_due = True, date(2026, 11, 20)
        plan.yearly_review_due = date(2026, 12, 5)
    asked = ["action", "energy", "plan", "review"]
    found = monday_page(actor_for(table.tineke.id), day, kinds=asked).rows
    assert sorted(one.kind for one in found) == (asked if asks else [])
    with clock.at(clock.local(day, 10)):
        client = sign_in(table.marije)
        home, people = client.get("/vandaag").text, client.get("/begeleiding").text
        own = sign_in(table.samira).get("/logboek/begeleiding").text
    assert ("Je afspraak met Samira is te laat" in home) is asks
    assert ("nu bellen" in people, "pauze tot" in people) == (asks, not asks)
    assert ("Pauze tot" in own) is not asks


@pytest.mark.parametrize(("due_on", "hears"), [(date(2026, 11, 30), 0), (PAUSED_UNTIL, 1)])
def test_reminders_of_agreements_come_back_with_the_day_of_return(table, due_on, hears):
    write_entry(table, actions=(an_action(due_on=due_on, owner="coach"),))
    with unit_of_work():
        plans.pause(table.plan_id, PAUSED_UNTIL, by=actor_for(table.samira.id))
    found = list(due.coach_actions(Window(clock.local(due_on), clock.local(due_on, 12))))
    assert len(found) == hears
    with clock.at(clock.local(due_on, 9)):
        assert [told.action(**one.ids) is not None for one in found] == [True] * hears


def test_nobody_pauses_out_of_sight(table):
    with pytest.raises(InvalidInputError), unit_of_work():
        plans.pause(table.plan_id, date(2062, 12, 1), by=actor_for(table.samira.id))


def test_without_an_agreed_plan_after_thirty_days_the_coordinator_sees_it(table, sign_in):
    start = clock.today()
    with unit_of_work():
        joke = make_person("Joke", place_id=table.place.id)
        plan_id = plans.open_plan(joke.id).id
        plans.match(plan_id, table.marije.id, by=actor_for(table.tineke.id))
        plans.agree(plan_id, by=actor_for(table.marije.id))
        plans.agree(plan_id, by=actor_for(joke.id))
    late = start + timedelta(days=31)
    actor = actor_for(table.tineke.id)
    assert monday_page(actor, late - timedelta(days=1), kinds=("plan",)).rows == ()
    (row,) = monday_page(actor, late, kinds=("plan",)).rows
    assert (row.plan_id, row.day) == (plan_id, start + timedelta(days=30))
    with clock.at(clock.local(late, 10)):
        assert "Nog geen plan: Joke" in sign_in(table.tineke).get("/begeleiding/overzicht").text
        with unit_of_work():
            sheet = sheets.NewSheet("Een feest")
            sheets.write_sheet(plan_id, sheet, by=actor_for(table.marije.id))
        assert len(monday_page(actor, late, kinds=("plan",)).rows) == 1
        with unit_of_work():
            sheets.agree_sheet(plan_id, 1, by=actor_for(joke.id))
    assert monday_page(actor, late, kinds=("plan",)).rows == ()


def test_who_has_a_plan_needs_no_other_with_the_next_coach(table):
    with unit_of_work():
        sheets.write_sheet(
            table.plan_id, sheets.NewSheet("Een feest"), by=actor_for(table.marije.id)
        )
        sheets.agree_sheet(table.plan_id, 1, by=actor_for(table.samira.id))
        nieuw = make_person("Nieuw")
        plans.transfer(table.plan_id, nieuw.id, by=actor_for(table.tineke.id))
        plans.agree(table.plan_id, by=actor_for(nieuw.id))
        plans.agree(table.plan_id, by=actor_for(table.samira.id))
        assert db.session.get_one(CoachingPlan, table.plan_id).sheet_due is None


def signal(table, severity="middle"):
    with unit_of_work():
        signals.raise_signal(
            table.plan_id, "overload", by=actor_for(table.marije.id), severity=severity
        )


def test_a_coach_above_fifteen_is_shown_once(table):
    with unit_of_work():
        for number in range(15):
            plan_of(table, f"Buur {number}", next_contact_due=date(2027, 1, 1))
        load.recount((table.marije.id,))
        write_on(table)
    assert "full" in kinds(table)
    (row,) = [one for one in found(table) if one.kind == "full"]
    assert (row.who, row.figure) == ("Marije Dijkstra", 16)


def silent(table, day=None) -> list[str]:
    """Return who is silent too long, on Monday and among the coaches."""
    db.session.rollback()
    day = day or clock.today()
    actor = actor_for(table.tineke.id, day=day)
    names = [one.who for one in monday_page(actor, day, kinds=("silent",)).rows]
    assert names == [one.name for one in coach_rows(actor, day).rows if one.is_silent]
    return names


def guided_again(table, **values):
    """Let somebody who wrote long ago guide again, from today, by a plan with these values."""
    with unit_of_work():
        stil = make_person("Stil", "de Boer")
        row = CoachLoad(coach_id=stil.id, plans=0, last_entry_on=date(2025, 1, 1))
        db.session.add(row)
        db.session.flush()
        plan = plan_of(table, "Van stil", stil, next_contact_due=date(2027, 1, 1), **values)
        load.recount((stil.id,))
    return plan.id


def test_who_guides_again_has_45_days_to_write_something(table):
    plan_id = guided_again(table)
    assert silent(table) == []
    later = clock.today() + timedelta(days=46)
    assert silent(table, later) == ["Stil de Boer"]
    with clock.at(clock.local(later, 10)), unit_of_work():
        load.recount((db.session.get_one(CoachingPlan, plan_id).coach_id,))
    assert silent(table, later) == ["Stil de Boer"]


def test_who_took_over_somebody_is_not_silent_since_before(table):
    with unit_of_work():
        nieuw = make_person("Nieuw")
        yes = {"coach_yes_on": date(2026, 11, 1), "participant_yes_on": date(2026, 11, 20)}
        plan_of(table, "Over", nieuw, started_on=date(2024, 1, 1), **yes)
        load.recount((nieuw.id,))
        assert db.session.get_one(CoachLoad, nieuw.id).quiet_since == date(2026, 11, 20)


def test_only_people_with_a_pause_make_nobody_silent(table):
    pause = {"paused_on": date(2026, 6, 1), "paused_until": date(2027, 1, 1)}
    plan_id = guided_again(table, state="paused", **pause)
    far = clock.today() + timedelta(days=100)
    assert silent(table, far) == []
    with clock.at(clock.local(far, 10)), unit_of_work():
        plans.resume(plan_id, by=actor_for(table.tineke.id))
    assert silent(table, far) == []
    assert silent(table, far + timedelta(days=46)) == ["Stil de Boer"]


@pytest.mark.parametrize(("days", "is_silent"), [(0, False), (21, False), (22, True)])
def test_who_is_away_is_not_silent_nor_in_the_week_after(table, days, is_silent):
    with unit_of_work():
        stil = make_person("Stil", "de Boer")
        plan_of(table, "Van stil", stil, started_on=date(2026, 1, 1))
        load.recount((stil.id,))
        row = Cover(
            coach_id=stil.id,
            cover_id=table.marije.id,
            first_day=clock.today(),
            last_day=clock.today() + timedelta(days=14),
            arranged_by_id=table.tineke.id,
            arranged_at=clock.now(),
        )
        db.session.add(row)
    assert ("Stil de Boer" in silent(table, clock.today() + timedelta(days=days))) is is_silent


def write_on(table):
    write_entry(table)


def test_a_renewal_that_is_open_is_shown(table):
    ids = (table.marije.id, table.place.id, table.tineke.id)
    issue(commit_scene())
    with unit_of_work():
        certificate = db.session.scalars(sa.select(Certificate)).one()
        until = certificate.valid_until
        enrolment = db.session.get_one(Enrolment, certificate.enrolment_id)
        plan = db.session.scalars(
            sa.select(CoachingPlan).where(CoachingPlan.person_id == enrolment.person_id)
        ).one()
        plan.coach_id, plan.place_id, plan.state = ids[0], ids[1], "active"
        plan.next_contact_due = until
    actor = actor_for(ids[2])
    early = monday_page(actor, until - timedelta(days=200), kinds=("renewal",)).rows
    inside = monday_page(actor, until - timedelta(days=100), kinds=("renewal",)).rows
    assert (early, [one.day for one in inside]) == ((), [until])


def test_pages_follow_each_other_without_a_gap_or_a_double(table):
    with unit_of_work():
        for number in range(12):
            day = date(2026, 10, 1) + timedelta(days=number // 3)
            plan_of(table, f"Laat {number}", next_contact_due=day, is_energy_low=True)
            plan_of(
                table, f"Jaar {number}", yearly_review_due=day, next_contact_due=date(2027, 1, 1)
            )
    signal(table)
    signal(table, "low")
    actor, today = actor_for(table.tineke.id), clock.today()
    whole = [(one.kind, one.id) for one in monday_page(actor, today, limit=500).rows]
    assert len(whole) == len(set(whole)) == 2 + 1 + 36
    for limit in (1, 3, 7):
        seen, cursor = [], None
        while True:
            page = monday_page(actor, today, after=cursor, limit=limit)
            seen += [(one.kind, one.id) for one in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == whole


def test_another_region_and_ones_own_guidance_are_not_there(table):
    with unit_of_work():
        omar = make_coordinator(make_place("'t Zand"))
        make_grant(table.samira, "coordinator", place=table.place)
    today = clock.today()
    assert monday_page(actor_for(omar.id), today).rows == ()
    assert monday_page(actor_for(table.samira.id), today).rows == ()
    assert monday_page(actor_for(table.marije.id), today).rows == ()


def test_the_page_asks_at_most_twelve_statements_whatever_the_number(table, sign_in):
    client = sign_in(table.tineke)
    counts = []
    for _round in range(2):
        with unit_of_work():
            for number in range(30):
                plan_of(table, f"Buur {number}", next_contact_due=date(2026, 10, 1))
        with counted_statements() as asked:
            answer = client.get("/begeleiding/overzicht")
        assert answer.status_code == 200
        assert "na=" in answer.text
        counts.append(len(asked))
    assert counts[0] == counts[1] <= MOST_STATEMENTS


def test_every_kind_has_a_place_in_the_order():
    assert len(set(KINDS)) == len(KINDS) == 12


def database_steps(lists) -> list[int]:
    """Return how many hundred steps SQLite takes for one page of each list."""
    return [steps_of(one) for one in lists]


def steps_of(read) -> int:
    driver = db.session.connection().connection.driver_connection
    taken = [0]

    def count() -> int:
        taken[0] += 1
        return 0

    driver.set_progress_handler(count, 100)
    read()
    driver.set_progress_handler(None, 100)
    db.session.rollback()
    return taken[0]


def test_four_times_the_plans_cost_the_database_no_more(app):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite tells its steps; `make bench` measures both")
    made = build_guidance(2_600)  # every kind fills a page
    actor = actor_for(made.coordinator_id)
    place_id = db.session.scalars(sa.select(CoachingPlan.place_id).limit(1)).one()
    coaches = list(db.session.scalars(sa.select(CoachLoad.coach_id)))
    lists = (
        lambda: monday_page(actor, clock.today()),
        lambda: guidance_rows(actor, clock.today()),
    )
    small = database_steps(lists)
    grow(range(FIRST + 3_000, FIRST + 10_800), place_id, coaches)
    large = database_steps(lists)
    assert min(small) > 10
    for before, after in zip(small, large, strict=True):
        assert after <= MOST_RATIO * before
