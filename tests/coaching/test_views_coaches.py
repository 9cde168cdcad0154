"""Who guides in a large region: page by page, and everybody can be covered."""

from __future__ import annotations

import re
from datetime import date

import pytest
import sqlalchemy as sa

from academy.coaching.models import Cover
from academy.coaching.queries.cover import coach_rows
from academy.coaching.services import load
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.queries.actors import actor_for
from tests.coaching.builders import count_statements, make_plan, set_the_table
from tests.factories import make_coordinator, make_person, make_place

COACHES = "/begeleiding/begeleiders"


@pytest.fixture
def table(app):
    return set_the_table(next_contact_due=date(2027, 1, 1))


def make_coaches(table, number) -> list[int]:
    with unit_of_work():
        made = [make_person("Coach", f"Aa{one:02d}") for one in range(number)]
        for one in made:
            person = make_person("Bij", one.last_name, place_id=table.place.id)
            make_plan(person, one, table.place, next_contact_due=date(2027, 1, 1))
        load.recount([table.marije.id, *(one.id for one in made)])
    return [one.id for one in made]


def test_coaches_come_page_by_page_without_a_gap_or_a_double(table, sign_in):
    make_coaches(table, 44)
    actor, today = actor_for(table.tineke.id), clock.today()
    seen, after = [], None
    while True:
        page = coach_rows(actor, today, after=after)
        seen += [one.name for one in page.rows]
        after = page.next_cursor
        if after is None:
            break
    assert seen == [f"Coach Aa{one:02d}" for one in range(44)] + ["Marije Dijkstra"]
    client = sign_in(table.tineke)
    first = client.get(COACHES).text
    following = re.search(r'href="(/begeleiding/begeleiders\?na=[^"]+)"', first)
    assert "<strong>Marije Dijkstra</strong>" not in first
    assert following is not None
    assert "<strong>Coach Aa20</strong>" in client.get(following[1]).text


def test_who_is_on_no_page_yet_is_covered_too(table, sign_in):
    made = make_coaches(table, 44)
    client = sign_in(table.tineke)
    form = {
        "coach_id": str(table.marije.id),
        "cover_id": str(made[-1]),
        "first_day": "01-12-2026",
        "last_day": "14-12-2026",
    }
    assert client.post(f"{COACHES}/vervanging", data=form).status_code == 303
    cover = db.session.scalars(sa.select(Cover)).one()
    assert (cover.coach_id, cover.cover_id) == (table.marije.id, made[-1])


def test_another_region_sees_none_of_them_and_more_cost_no_statement(table, sign_in):
    make_coaches(table, 3)
    with unit_of_work():
        omar = make_coordinator(make_place("'t Zand"))
    assert coach_rows(actor_for(omar.id), clock.today()).rows == ()
    client = sign_in(table.tineke)
    few = count_statements(client, COACHES)
    make_coaches(table, 12)
    assert count_statements(client, COACHES) == few
