"""The coordinator finds everybody of the region by name, also who is late with nothing."""

from __future__ import annotations

import re
from datetime import date

import pytest

from academy.coaching.queries.everybody import guidance_rows
from academy.kernel import clock
from academy.kernel.db import unit_of_work
from academy.people.queries.actors import actor_for
from tests.coaching.builders import CANARY, count_statements, make_plan, set_the_table, write_entry
from tests.factories import make_coordinator, make_grant, make_person, make_place

LIST, FIND = "/begeleiding/iedereen", "/begeleiding/iedereen/zoek"
STOPPED = {"state": "stopped", "stopped_on": date(2026, 10, 1)}


@pytest.fixture
def table(app):
    return set_the_table()


def neighbours(table, number, **values):
    with unit_of_work():
        for one in range(number):
            person = make_person("Buur", f"Nr{one:02d}", place_id=table.place.id)
            make_plan(person, table.marije, table.place, **values)


def names(page) -> list[str]:
    return re.findall(r'class="line-title"[^>]*>([^<]+)<', page)


def test_who_is_late_with_nothing_stands_there_without_a_word_of_the_talk(table, sign_in):
    write_entry(table)
    client = sign_in(table.tineke)
    assert LIST in client.get("/begeleiding/overzicht").text
    assert LIST in client.get("/zorgen").text
    page = client.get(LIST).text
    assert names(page) == ["Samira El Haddou"]
    assert "Begeleider: Marije Dijkstra." in page
    assert f"/begeleiding/{table.plan_id}/stand" in page
    assert CANARY not in page
    assert "koffieochtend" not in page


def test_a_name_is_found_by_any_part_without_accents_and_is_in_no_address(table, sign_in):
    with unit_of_work():
        person = make_person("Sükrü", "Özdemir", place_id=table.place.id)
        make_plan(person, table.marije, table.place)
    client = sign_in(table.tineke)
    assert re.search(rf'<form[^>]*action="{FIND}"[^>]*method="post"', client.get(LIST).text)
    for words in ("haddou", "HADDOU samira", "Samira"):
        assert names(client.post(FIND, data={"name": words}).text) == ["Samira El Haddou"], words
    assert names(client.post(FIND, data={"name": "ozde"}).text) == ["Sükrü Özdemir"]
    assert "Niemand gevonden" in client.post(FIND, data={"name": "100%"}).text
    assert "minstens twee letters" in client.post(FIND, data={"name": " s "}).text


def test_pages_follow_each_other_also_of_what_was_found(table, sign_in):
    neighbours(table, 25)
    actor, today = actor_for(table.tineke.id), clock.today()
    first = guidance_rows(actor, today, words="buur")
    rest = guidance_rows(actor, today, words="buur", after=first.next_cursor)
    found = [one.person_name for one in (*first.rows, *rest.rows)]
    assert (len(first.rows), found) == (20, [f"Buur Nr{one:02d}" for one in range(25)])
    assert rest.next_cursor is None
    client = sign_in(table.tineke)
    second = re.search(r'href="(/begeleiding/iedereen\?na=[^"]+)"', client.get(LIST).text)
    assert second is not None
    assert names(client.get(second[1]).text) == found[19:]
    data = {"name": "buur", "na": first.next_cursor}
    assert names(client.post(FIND, data=data).text) == found[20:]


def test_who_began_again_stands_there_once_and_who_stopped_too(table):
    with unit_of_work():
        again = make_person("Weer", "Terug", place_id=table.place.id)
        make_plan(again, table.marije, table.place, **STOPPED)
        newest = make_plan(again, table.marije, table.place)
        gone = make_person("Klaar", "Weg", place_id=table.place.id)
        make_plan(gone, table.marije, table.place, **STOPPED)
        newest_id = newest.id
    rows = guidance_rows(actor_for(table.tineke.id), clock.today()).rows
    found = {one.person_name: (one.plan_id, one.stand) for one in rows}
    assert len(rows) == len(found) == 3
    assert found["Weer Terug"] == (newest_id, "active")
    assert found["Klaar Weg"][1] == "stopped"


@pytest.mark.parametrize(("day", "stand"), [(1, "paused"), (2, "active")])
def test_a_pause_shows_until_its_day(table, day, stand):
    with unit_of_work():
        person = make_person("Rust", place_id=table.place.id)
        pause = {"paused_on": date(2026, 11, 1), "paused_until": date(2026, 12, 2)}
        make_plan(person, table.marije, table.place, state="paused", **pause)
    rows = guidance_rows(actor_for(table.tineke.id), date(2026, 12, day), words="rust").rows
    assert [one.stand for one in rows] == [stand]


def test_another_region_and_ones_own_guidance_are_not_there(table):
    with unit_of_work():
        omar = make_coordinator(make_place("'t Zand"))
        make_grant(table.samira, "coordinator", place=table.place)
    for person in (omar, table.samira, table.marije):
        assert guidance_rows(actor_for(person.id), clock.today()).rows == ()


def test_more_people_take_no_more_statements(table, sign_in):
    client = sign_in(table.tineke)
    counts = []
    for _round in range(2):
        neighbours(table, 12)
        counts.append(count_statements(client, LIST))
    assert counts[0] == counts[1] <= 12
