"""What a coach's device is given for when there is no internet, and what it is not."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from academy.coaching.queries.offline import signed_in_for
from academy.coaching.services import plans
from academy.kernel import clock
from academy.kernel.db import unit_of_work
from academy.kernel.web.device import device_keys, device_lock
from academy.people.queries.actors import actor_for
from tests.coaching.builders import CANARY, an_action, set_the_table, write_entry

PAGE = "/begeleiding/zonder-internet"
WORKER = "/static/js/worker.js"


@pytest.fixture
def table(app):
    return set_the_table()


def test_the_form_that_a_device_keeps_has_first_names_and_no_more(table, sign_in):
    write_entry(table, actions=(an_action(text=f"{CANARY} bellen"),))
    page = sign_in(table.marije).get(PAGE).text
    assert f'data-plan="{table.plan_id}" data-name="Samira"' in page
    keys = device_keys(table.marije.id)
    assert keys.locks in page
    told = [table.samira.last_name, table.marije.last_name, "Marije", keys.opens, CANARY]
    assert [word for word in (*told, "csrf_token", "Log uit") if word and word in page] == []


def test_whose_guidance_stopped_is_not_on_the_device(table, sign_in):
    with unit_of_work():
        plans.stop(table.plan_id, by=actor_for(table.tineke.id))
    page = sign_in(table.marije).get(PAGE)
    assert "Samira" not in page.text


def test_everybody_has_keys_of_their_own_and_a_page_to_keep_does_not_open(table):
    mine, theirs = device_keys(table.marije.id), device_keys(table.tineke.id)
    assert len({mine.mark, theirs.mark, mine.locks, theirs.locks, mine.opens, theirs.opens}) == 6
    assert mine == device_keys(table.marije.id)
    lock = device_lock(table.marije.id)
    assert (lock.mark, lock.locks, lock.opens) == (mine.mark, mine.locks, "")


def test_the_form_is_good_for_as_long_as_the_sign_in(table, sign_in):
    page = sign_in(table.marije).get(PAGE).text
    seconds = int(re.findall(r'data-lasts="(\d+)"', page)[0])
    assert timedelta(0) < timedelta(seconds=seconds) <= timedelta(hours=12)
    assert signed_in_for(actor_for(table.marije.id), clock.real_now()) == timedelta(0)


@pytest.mark.trust("T15")
def test_only_the_worker_answers_for_pages_and_only_for_guidance(client):
    with client.get(WORKER) as answer:
        assert answer.headers["Service-Worker-Allowed"] == "/begeleiding"
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    with client.get("/static/js/kept.js") as other:
        assert "Service-Worker-Allowed" not in other.headers


def test_the_page_before_going_out_says_what_is_lost(table, sign_in):
    client = sign_in(table.marije)
    page = client.get("/uitloggen/wacht").text
    assert "Er staat nog iets op dit apparaat dat niet verstuurd is." in page
    assert f'data-throw-away="{device_keys(table.marije.id).mark}"' in page
    assert client.get("/vandaag").status_code == 200
