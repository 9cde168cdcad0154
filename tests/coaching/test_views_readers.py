"""Who will read it stands by name on every form on which something about somebody is written."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from academy.coaching.services import openings
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.models import Place
from academy.people.queries.actors import actor_for
from tests.coaching.builders import set_the_table, write_entry
from tests.factories import make_coordinator, make_grant, make_person

FORMS = ("gesprek", "jaargesprek", "doel")
READERS = re.compile(r'class="who-reads".*?</div>', re.DOTALL)
BOTTOM = re.compile(r'class="bottom-count"[^>]*>([^<]*)<')
UNDER = re.compile(r'<p class="minor">([^<]* le(?:zen|est) dit\.)</p>')


@pytest.fixture
def table(app):
    return set_the_table()


def readers(page: str) -> str:
    """Return who reads it as the form shows it, one text."""
    found = READERS.search(page)
    assert found is not None
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def said(page: str) -> str:
    """Return the sentence that stays in sight while somebody writes."""
    found = BOTTOM.search(page)
    assert found is not None
    return html.unescape(found[1])


def open_log(table, **values) -> int:
    """Open the log in need, for the coordinator; return the opening."""
    with unit_of_work():
        second = make_coordinator(db.session.get_one(Place, table.place.id))
        made = openings.ask(
            table.plan_id, "safety", "Zij belde.", by=actor_for(table.tineke.id), **values
        )
        openings.agree(made.id, by=actor_for(second.id))
        return made.id


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_coach_names_who_will_read_it(table, sign_in, form):
    with unit_of_work():
        make_grant(make_person("Ronald", "Pinas"), "coach", about=table.samira)
    page = sign_in(table.marije).get(f"/begeleiding/{table.plan_id}/{form}").text
    shown = readers(page)
    assert "Samira , altijd" in shown
    assert "Jij , zolang je begeleider bent" in shown
    assert "Ronald Pinas , ook begeleider" in shown
    assert "Verder niemand. De coördinator ziet alleen" in shown
    assert said(page) == "Jij, Samira en Ronald Pinas lezen dit."


@pytest.mark.parametrize("form", ["jaargesprek", "doel"])
def test_a_form_that_comes_back_names_them_too(table, sign_in, form):
    answer = sign_in(table.marije).post(f"/begeleiding/{table.plan_id}/{form}", data={})
    assert answer.status_code == 422
    assert "Samira , altijd" in readers(answer.text)
    assert said(answer.text) == "Jij en Samira lezen dit."


@pytest.mark.parametrize(
    ("form", "reads_along"), [("gesprek", True), ("jaargesprek", True), ("doel", False)]
)
def test_who_opened_the_log_in_need_is_named_as_long_as_it_lasts(table, sign_in, form, reads_along):
    """The plan is no part of what is opened."""
    name = table.tineke.display_name
    address = f"/begeleiding/{table.plan_id}/{form}"
    assert name not in readers(sign_in(table.marije).get(address).text)
    open_log(table)
    page = sign_in(table.marije).get(address).text
    assert (f"{name} , bij nood, tot" in readers(page)) is reads_along
    assert (f"Jij, Samira en {name} lezen dit." == said(page)) is reads_along
    with clock.at(clock.now() + timedelta(hours=25)):
        page = sign_in(table.marije).get(address).text
        assert name not in readers(page)
        assert said(page) == "Jij en Samira lezen dit."


def test_an_opening_that_is_closed_or_held_back_is_not_named(table, sign_in):
    address = f"/begeleiding/{table.plan_id}/gesprek"
    open_log(table, held_back=True)
    assert "bij nood" not in readers(sign_in(table.marije).get(address).text)


def test_a_log_that_was_closed_early_has_no_other_reader(table, sign_in):
    opening_id = open_log(table)
    with unit_of_work():
        openings.end(opening_id, by=actor_for(table.tineke.id))
    address = f"/begeleiding/{table.plan_id}/gesprek"
    assert "bij nood" not in readers(sign_in(table.marije).get(address).text)


def test_own_words_are_written_with_the_readers_in_sight(table, sign_in):
    entry_id = write_entry(table)
    open_log(table)
    own = sign_in(table.samira)
    sentence = f"Jij, Marije Dijkstra en {table.tineke.display_name} lezen dit."
    assert UNDER.findall(own.get("/logboek").text) == [sentence]
    answer = own.post(f"/logboek/{entry_id}/woorden", data={"words": " "})
    assert answer.status_code == 422
    assert "Marije Dijkstra , zolang die jouw begeleider is" in readers(answer.text)
    assert said(answer.text) == sentence


def test_the_energy_figure_is_the_participants_own(table, sign_in):
    """The coach asks for it and may leave it out; the participant reads it with the talk."""
    coach, own = sign_in(table.marije), sign_in(table.samira)
    page = coach.get(f"/begeleiding/{table.plan_id}/gesprek").text
    assert "Hoeveel energie heeft Samira?" in page
    assert "Vraag het zelf. 1 is leeg, 5 is vol." in page
    assert not re.search(r'name="energy"[^>]*checked', page)
    talk = {"kind": "phone", "discussed": "Koffie.", "happened_on": "20-11-2026", "minutes": "20"}
    address = f"/begeleiding/{table.plan_id}/gesprek"
    assert coach.post(address, data=talk | {"form_key": "a" * 32}).status_code == 303
    assert "van 5" not in own.get("/logboek").text
    coach.post(address, data=talk | {"form_key": "b" * 32, "energy": "2"})
    assert "energie 2 van 5" in own.get("/logboek").text
    review = coach.get(f"/begeleiding/{table.plan_id}/jaargesprek").text
    assert "Hoeveel energie heeft Samira?" in review
    assert "Samira gaf het zelf aan." in review
