"""A log is opened in need by two people, with a reason, for a day, and the holder hears it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from academy.coaching.models import CoachingPlan, Opening
from academy.coaching.queries import openings as reads
from academy.coaching.rules.opening import may_hold_back_until, state_of
from academy.coaching.services import openings
from academy.coaching.tasks.openings import tell
from academy.kernel import audit, clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
)
from academy.kernel.messages.models import AnnouncedMessage
from academy.people.models import Place
from academy.people.queries.actors import actor_for
from tests.coaching.builders import set_the_table, write_entry
from tests.conftest import TODAY
from tests.factories import make_coordinator, make_grant, make_person, make_place

LINE = "Zij belde en durft niet naar huis."


@pytest.fixture
def table(app):
    table = set_the_table()
    write_entry(table)
    return table


@pytest.fixture
def others(table):
    """Who else is there, by what they are: a second coordinator, the privacy officer, others."""
    with unit_of_work():
        place = db.session.get_one(Place, table.place.id)
        people = {
            "second": make_coordinator(place),
            "elsewhere": make_coordinator(make_place("Elders")),
            "privacy_officer": make_person("Noor"),
            "admin": make_person("Beheer"),
            "board": make_person("Bestuur"),
        }
        for role in ("privacy_officer", "admin", "board"):
            make_grant(people[role], role)
        return {name: person.id for name, person in people.items()}


def asked(table, **values) -> int:
    values = {"reason": "safety", "line": LINE} | values
    with unit_of_work():
        return openings.ask(table.plan_id, by=actor_for(table.tineke.id), **values).id


def do(step, opening_id: int, person_id: int, *rest):
    with unit_of_work():
        step(opening_id, *rest, by=actor_for(person_id))


def state(opening_id: int) -> str:
    db.session.expire_all()
    return state_of(db.session.get_one(Opening, opening_id), clock.now())


def told() -> list[int]:
    found = db.session.scalars(
        sa.select(AnnouncedMessage.person_id).where(AnnouncedMessage.name == "coaching/opened")
    ).all()
    db.session.rollback()
    return list(found)


@pytest.mark.parametrize("who", ["second", "privacy_officer"])
def test_another_coordinator_or_the_privacy_officer_agrees_and_she_is_told(table, others, who):
    opening_id = asked(table)
    assert (state(opening_id), told()) == ("asked", [])
    do(openings.agree, opening_id, others[who])
    assert state(opening_id) == "open"
    assert told() == [table.samira.id]
    plan = reads.get_open_plan(opening_id, actor_for(table.tineke.id))
    assert plan.id == table.plan_id
    events = db.session.scalars(
        sa.select(AuditEvent.action).where(AuditEvent.object_kind == "coaching_opening")
    ).all()
    assert events == ["coaching:opening:asked", "coaching:opening:agreed"]
    assert list(audit.chain_faults()) == []


@pytest.mark.parametrize("who", ["elsewhere", "admin", "board"])
def test_nobody_else_finds_it(table, others, who):
    opening_id = asked(table)
    with pytest.raises(NotFoundError):
        do(openings.agree, opening_id, others[who])
    with pytest.raises(NotFoundError):
        openings.ask(table.plan_id, "safety", LINE, by=actor_for(others[who]))
    assert reads.openings(actor_for(others[who])) == ()


def test_who_asked_cannot_agree_nor_the_coach_nor_she_herself(table, others):
    opening_id = asked(table)
    with unit_of_work():
        make_grant(
            db.session.merge(table.marije), "coordinator", place=db.session.merge(table.place)
        )
        make_grant(
            db.session.merge(table.samira), "coordinator", place=db.session.merge(table.place)
        )
    for person_id, refusal in (
        (table.tineke.id, ForbiddenError),
        (table.marije.id, ForbiddenError),
        (table.samira.id, NotFoundError),
    ):
        with pytest.raises(refusal):
            do(openings.agree, opening_id, person_id)
    assert state(opening_id) == "asked"


def test_the_database_holds_two_people_too(table, others):
    opening_id = asked(table)
    with pytest.raises(sa.exc.IntegrityError), unit_of_work():
        db.session.execute(
            sa.update(Opening)
            .where(Opening.id == opening_id)
            .values(
                answer="agreed",
                answered_by_id=table.tineke.id,
                answered_at=clock.now(),
                open_until=clock.now(),
            )
        )


def test_only_who_asked_reads_and_only_for_a_day(table, others):
    opening_id = asked(table)
    tineke = actor_for(table.tineke.id)
    with pytest.raises(NotFoundError):
        reads.get_open_plan(opening_id, tineke)
    do(openings.agree, opening_id, others["second"])
    with pytest.raises(NotFoundError):
        reads.get_open_plan(opening_id, actor_for(others["second"]))
    with clock.at(TODAY + timedelta(hours=24)):
        assert state(opening_id) == "ended"
        with pytest.raises(NotFoundError):
            reads.get_open_plan(opening_id, tineke)


def test_it_can_be_closed_early_by_both_and_taken_back_before(table, others):
    first = asked(table)
    do(openings.agree, first, others["second"])
    do(openings.end, first, others["second"])
    assert state(first) == "ended"
    again = asked(table)
    do(openings.withdraw, again, table.tineke.id)
    assert state(again) == "withdrawn"
    third = asked(table)
    do(openings.refuse, third, others["second"])
    assert state(third) == "refused"
    with pytest.raises(ConflictError):
        do(openings.agree, third, others["second"])
    assert told() == [table.samira.id]


def test_without_an_answer_it_lapses_in_a_day(table, others):
    opening_id = asked(table)
    with pytest.raises(ConflictError):
        asked(table)
    with clock.at(TODAY + timedelta(hours=24)):
        assert state(opening_id) == "lapsed"
        with pytest.raises(ConflictError):
            do(openings.agree, opening_id, others["second"])
        asked(table)


def test_a_right_that_ended_opens_nothing(table, others):
    opening_id = asked(table)
    do(openings.agree, opening_id, others["second"])
    with unit_of_work():
        db.session.execute(sa.update(CoachingPlan).values(place_id=make_place("Ver weg").id))
    with pytest.raises(NotFoundError):
        reads.get_open_plan(opening_id, actor_for(table.tineke.id))


@pytest.mark.parametrize(
    "values",
    [{"reason": "nieuwsgierig"}, {"line": " "}, {"line": "x" * 201}],
    ids=["reason", "empty", "long"],
)
def test_a_reason_and_one_line_are_needed(table, values):
    with pytest.raises(InvalidInputError):
        asked(table, **values)


def test_holding_back_is_for_safety_only(table):
    with pytest.raises(InvalidInputError):
        asked(table, reason="complaint", held_back=True)


def test_what_is_held_back_is_told_on_its_day_and_not_before(table, others):
    opening_id = asked(table, held_back=True)
    do(openings.agree, opening_id, others["second"])
    tell()
    assert told() == []
    assert reads.own_openings(table.samira.id) == ()
    assert reads.opened(opening_id) is None
    with clock.at(TODAY + timedelta(days=30)):
        tell()
        tell()
        assert told() == [table.samira.id]
        assert [one.line for one in reads.own_openings(table.samira.id)] == [LINE]
        assert reads.opened(opening_id)["reason"] == "safety"


def test_somebody_else_looks_anew_at_what_is_held_back(table, others):
    opening_id = asked(table, held_back=True)
    do(openings.agree, opening_id, others["second"])
    later = date(2027, 1, 10)
    with pytest.raises(ForbiddenError):
        do(openings.hold_back, opening_id, table.tineke.id, later)
    with pytest.raises(InvalidInputError):
        do(openings.hold_back, opening_id, others["second"], later)
    with clock.at(TODAY + timedelta(days=28)):
        (row,) = reads.waiting_openings(actor_for(others["privacy_officer"]))
        assert row.id == opening_id
        do(openings.hold_back, opening_id, others["privacy_officer"], later)
        tell()
        assert told() == []
        do(openings.hold_back, opening_id, others["second"], clock.today())
        assert told() == [table.samira.id]
        with pytest.raises(ConflictError):
            do(openings.hold_back, opening_id, others["second"], later)


def test_a_day_to_tell_is_within_thirty_days():
    today = date(2026, 11, 23)
    days = [0, 1, 30, 31]
    assert [may_hold_back_until(today + timedelta(days=n), today) for n in days] == [
        False,
        True,
        True,
        False,
    ]


def test_the_coach_need_not_ask(table):
    with unit_of_work():
        make_grant(db.session.merge(table.tineke), "coach", about=db.session.merge(table.samira))
    with pytest.raises(ConflictError):
        asked(table)
