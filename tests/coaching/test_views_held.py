"""A long note that meets an ended sign-in is not lost, and nobody else reads it."""

from __future__ import annotations

import sqlalchemy as sa

from academy.coaching.models import LogEntry
from academy.kernel.db import db, unit_of_work
from academy.people.models import Person
from tests.coaching.builders import CANARY, set_the_table
from tests.people.held_forms import come_in, held, runs_out, send, send_after_all, with_password
from tests.people.second_steps import code, set_up_app

LONG = f"{CANARY}\r\n\r\n" + "Zij vertelde rustig hoe het ging. " * 100


def test_a_long_talk_is_there_after_coming_in_again(app, sign_in, caplog):
    table = set_the_table()
    with unit_of_work():
        marije = db.session.get_one(Person, table.marije.id)
    mailbox, secret = with_password(marije), set_up_app(marije)
    client, path = sign_in(marije), f"/begeleiding/{table.plan_id}/gesprek"
    runs_out()
    talk = {
        "form_key": "a" * 32,
        "kind": "visit",
        "discussed": LONG,
        "energy": "2",
        "action": "Samira belt de huismeester",
        "happened_on": "20-11-2026",
        "minutes": "60",
        "action_owner": "participant",
        "action_due_on": "27-11-2026",
    }
    asked = send(client, path, talk)
    assert asked.location == f"/binnenkomen?next={path}"
    assert CANARY not in str(asked.headers) + asked.text + client.get(asked.location).text
    stored = db.session.execute(sa.text("select * from held_form")).one()
    db.session.rollback()
    assert CANARY not in str(stored)
    assert CANARY not in caplog.text
    assert CANARY in held().fields

    step = come_in(client, asked, mailbox)
    assert CANARY not in client.get(step.location).text
    given = client.post("/tweede-stap", data={"code": code(secret), "next": path})
    assert given.location == "/verder"
    assert CANARY in client.get("/verder").text
    assert send_after_all(client, path).status_code == 303
    entry = db.session.scalars(sa.select(LogEntry)).one()
    assert entry.discussed.split() == LONG.split()
