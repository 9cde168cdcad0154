"""What a stand-in did not finish goes with the right: nobody could read or finish it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from academy.coaching.models import AgreedAction, LogEntry
from academy.coaching.services import cover, load, log
from academy.coaching.services.log import Contact
from academy.coaching.tasks.openings import drop_lost
from academy.kernel import clock
from academy.kernel.audit import AuditEvent
from academy.kernel.db import db, unit_of_work
from academy.people.queries.actors import actor_for
from tests.coaching.builders import CANARY, an_action, make_plan, set_the_table, write_entry
from tests.factories import make_grant, make_person

LAST = date(2026, 12, 14)


@pytest.fixture
def table(app):
    return set_the_table()


@pytest.fixture
def ronald(table):
    with unit_of_work():
        ronald = make_person("Ronald", "de Wit")
        other = make_person("Iemand", place_id=table.place.id)
        make_grant(ronald, "coach", about=other)
        make_plan(other, ronald, table.place)
        load.recount((ronald.id, table.marije.id))
    return ronald


def stand_in(table, ronald) -> int:
    with unit_of_work():
        by = actor_for(table.tineke.id)
        days = {"first_day": clock.today(), "last_day": LAST}
        return cover.arrange_cover(table.marije.id, ronald.id, by=by, **days).id


def begin_to_write(table, person) -> None:
    with unit_of_work():
        contact = Contact("phone", clock.today(), discussed=CANARY, actions=(an_action(),))
        log.save_draft(table.plan_id, contact, by=actor_for(person.id), form_key=f"k{person.id}")


def drafts() -> list[int]:
    db.session.rollback()
    found = sa.select(LogEntry.coach_id).where(LogEntry.state == "draft").order_by(LogEntry.id)
    return list(db.session.scalars(found))


@pytest.mark.parametrize("is_over", [False, True])
def test_the_day_after_a_cover_what_is_not_finished_is_gone(table, ronald, is_over):
    stand_in(table, ronald)
    write_entry(table, actions=(an_action(),))
    begin_to_write(table, table.marije)
    begin_to_write(table, ronald)
    with clock.at(clock.local(LAST + timedelta(days=is_over), 1)):
        drop_lost()
        drop_lost()
    assert drafts() == [table.marije.id] + [ronald.id] * (not is_over)
    assert db.session.scalar(sa.select(sa.func.count(AgreedAction.id))) == 3 - is_over
    noted = db.session.scalars(
        sa.select(AuditEvent.subject_id).where(AuditEvent.action == "coaching:entry:draft-dropped")
    ).all()
    assert noted == [table.samira.id] * is_over


def test_a_cover_that_ends_early_takes_it_along(table, ronald):
    cover_id = stand_in(table, ronald)
    begin_to_write(table, table.marije)
    begin_to_write(table, ronald)
    with unit_of_work():
        cover.end_cover(cover_id, by=actor_for(table.tineke.id))
    assert drafts() == [table.marije.id]


def test_who_stands_in_reads_until_when_and_the_coach_does_not(table, ronald, sign_in):
    stand_in(table, ronald)
    address = f"/begeleiding/{table.plan_id}/gesprek"
    sentence = "tot en met 14 december 2026. Wat daarna niet af is, gaat weg."
    assert sentence in sign_in(ronald).get(address).text
    assert "zolang je begeleider bent" in sign_in(table.marije).get(address).text
