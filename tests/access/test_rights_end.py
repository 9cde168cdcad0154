"""A right that ends, ends with the next request (T03)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from academy.coaching.services import plans
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.models import Account, Grant, Person
from academy.people.queries import actors
from academy.people.services.grants import end_grant
from courses.models import Cohort
from tests.access.asking import guard_said, marks_in
from tests.access.sight import ENTRY_TEXT
from tests.conftest import TODAY
from tests.factories import make_actor, make_place

pytestmark = pytest.mark.trust("T03")


def grant_of(academy, principal: str) -> Grant:
    person_id = academy.world.people[principal]
    return db.session.scalars(sa.select(Grant).where(Grant.person_id == person_id)).one()


def change(academy, principal: str, **values: object) -> None:
    with unit_of_work():
        grant = grant_of(academy, principal)
        for name, value in values.items():
            setattr(grant, name, value)


def pages(academy) -> dict[str, str]:
    ids = academy.world.ledger.ids
    return {
        "trainer": f"/groepen/{ids('cohort', cell='A1')[0]}",
        "assessor": f"/deelname/{ids('enrolment', cell='A1p1')[0]}",
        "coordinator": f"/berichten/{ids('contact_request', cell='A1p1')[0]}",
        "board": f"/certificaten/voorstel/{ids('certification_decision', cell='A1p1')[0]}",
        "admin": "/rechten",
    }


def test_a_right_that_was_taken_back_is_gone_at_the_next_request(academy, browsers):
    for principal, path in pages(academy).items():
        assert browsers(principal).get(path).status_code == 200, principal
        yesterday = clock.today() - timedelta(days=1)
        change(academy, principal, valid_to=yesterday)
        assert browsers(principal).get(path).status_code == 403, principal


def test_a_right_ends_by_the_clock(academy, browsers):
    for principal, path in pages(academy).items():
        change(academy, principal, valid_to=clock.today())
        with clock.at(clock.local(clock.today(), 23, 59)):
            assert browsers(principal).get(path).status_code == 200, principal
        with clock.at(clock.local(clock.today() + timedelta(days=1), 0, 0)):
            assert browsers(principal).get(path).status_code == 403, principal


def test_a_right_does_not_begin_before_its_day(academy, browsers):
    for principal, path in pages(academy).items():
        change(academy, principal, valid_from=date(2026, 11, 24))
        assert browsers(principal).get(path).status_code == 403, principal
        with clock.at(TODAY + timedelta(days=1)):
            assert browsers(principal).get(path).status_code == 200, principal


def test_taking_a_right_back_closes_every_device(academy, browsers):
    admin = db.session.get_one(Person, academy.world.people["admin"])
    with unit_of_work():
        end_grant(grant_of(academy, "trainer").id, by=make_actor(admin))

    assert guard_said(browsers("trainer").get("/groepen")) == "door"


def test_a_coach_who_was_replaced_finds_nothing(academy, browsers):
    plan_id = academy.world.ledger.ids("coaching_plan", cell="A1p1")[0]
    entry_id = academy.world.ledger.ids("coaching_log_entry", cell="A1p1")[0]
    paths = (f"/begeleiding/{plan_id}", f"/begeleiding/gesprekken/{entry_id}/verbeter")
    coordinator = db.session.get_one(Person, academy.world.people["coordinator"])
    other = academy.world.ledger.ids("person", cell="Ak2")[0]
    for path in paths:
        assert browsers("coach").get(path).status_code == 200

    with unit_of_work():
        plans.transfer(plan_id, other, by=make_actor(coordinator))

    for path in paths:
        answer = browsers("coach").get(path)
        assert answer.status_code == 404
    write = {"words": "nog iets"}
    posted = browsers("coach").post(f"/begeleiding/gesprekken/{entry_id}/woorden", data=write)
    assert posted.status_code == 404


def test_a_stopped_guidance_closes_the_log_to_the_coach(academy, browsers):
    plan_id = academy.world.ledger.ids("coaching_plan", cell="A1p1")[0]
    coordinator = db.session.get_one(Person, academy.world.people["coordinator"])
    with unit_of_work():
        plans.stop(plan_id, by=make_actor(coordinator))

    assert browsers("coach").get(f"/begeleiding/{plan_id}").status_code == 404


def test_a_cohort_that_moved_to_another_region_leaves_the_coordinator(academy, browsers):
    cohort_id = academy.world.ledger.ids("cohort", cell="A1")[0]
    path = f"/groepen/{cohort_id}"
    assert browsers("coordinator").get(path).status_code == 200
    with unit_of_work():
        db.session.get_one(Cohort, cohort_id).place_id = make_place("Elders").id

    assert browsers("coordinator").get(path).status_code == 404
    assert browsers("trainer").get(path).status_code == 200


def test_a_place_that_moved_out_of_the_region_takes_its_cohorts_along(academy, browsers):
    """A region is a place and everything below it, as the tree stands now."""
    cohort_id = academy.world.ledger.ids("cohort", cell="A1")[0]
    with unit_of_work():
        cohort = db.session.get_one(Cohort, cohort_id)
        inside = make_place("Straat", parent_id=cohort.place_id)
        cohort.place_id = inside.id
        inside_id = inside.id
    assert browsers("coordinator").get(f"/groepen/{cohort_id}").status_code == 200
    with unit_of_work():
        db.session.execute(
            sa.text("update place set parent_id = null where id = :id"), {"id": inside_id}
        )

    assert browsers("coordinator").get(f"/groepen/{cohort_id}").status_code == 404


def test_a_disabled_account_is_at_the_door(academy, browsers):
    person_id = academy.world.people["coordinator"]
    with unit_of_work():
        db.session.get_one(Account, person_id).disabled_at = clock.real_now()

    assert guard_said(browsers("coordinator").get("/groepen")) == "door"


def test_step_up_wears_off_after_ten_minutes(academy, browsers):
    earlier = clock.real_now() - timedelta(minutes=11)
    db.session.execute(sa.text("update sign_in set stepped_up_at = :then"), {"then": earlier})
    db.session.commit()
    answer = browsers("admin").get("/rechten")

    assert (answer.status_code, guard_said(answer)) == (303, "deny")
    assert answer.location.startswith("/bevestig")


@pytest.mark.trust("T03", planted=True)
def test_a_right_that_outlives_its_day_is_found(academy, browsers, monkeypatch):
    """The checks above bite: with grants that never end, every page still opens."""
    monkeypatch.setattr(Grant, "holds_on", classmethod(lambda cls, _day: sa.true()))
    person = Grant.person_id == sa.bindparam("person")
    ever = sa.select(Grant.role, Grant.scope_kind, Grant.scope_id).where(person)
    monkeypatch.setattr(actors, "_HELD", ever)
    yesterday = clock.today() - timedelta(days=1)
    for principal, path in pages(academy).items():
        change(academy, principal, valid_to=yesterday)
        assert browsers(principal).get(path).status_code == 200, principal


def test_who_stops_their_own_guidance_closes_the_log_to_the_coach(academy, browsers):
    plan_id = academy.world.ledger.ids("coaching_plan", cell="A1p1")[0]
    assert browsers("coach").get(f"/begeleiding/{plan_id}").status_code == 200
    assert browsers("participant").post("/logboek/stop").status_code == 303

    for address in ("", "/plan", "/gesprek", "/jaargesprek"):
        assert browsers("coach").get(f"/begeleiding/{plan_id}{address}").status_code == 404
    step = academy.world.ledger.ids("coaching_plan_step", cell="A1p1")[0]
    assert browsers("coach").post(f"/begeleiding/plan-stappen/{step}/klaar").status_code == 404


def test_who_takes_over_reads_nothing_from_before_until_the_participant_says_so(academy, browsers):
    """Both said yes; the old coach's notes stay closed, on every page of the new one."""
    ids = academy.world.ledger.ids
    plan_id = ids("coaching_plan", cell="A1p1")[0]
    before = {
        mark
        for mark, where in academy.world.ledger.marks.items()
        if where.cell == "A1p1" and where.table in ENTRY_TEXT
    }
    coach, away = academy.world.people["coach"], ids("person", cell="Ak2")[0]
    by = make_actor(db.session.get_one(Person, academy.world.people["coordinator"]))
    for coach_id in (away, coach):
        with unit_of_work():
            plans.transfer(plan_id, coach_id, by=by)
            for person_id in (coach_id, academy.world.people["participant"]):
                plans.agree(plan_id, by=make_actor(db.session.get_one(Person, person_id)))

    paths = [f"/begeleiding/{plan_id}{end}" for end in ("", "/plan", "/doel", "/jaargesprek")]
    for path in paths:
        answer = browsers("coach").get(path)
        assert (answer.status_code, before & marks_in(answer)) == (200, set()), path
    assert browsers("participant").post("/logboek/overdracht/ja").status_code == 303
    for path in paths:
        assert before & marks_in(browsers("coach").get(path)), path
