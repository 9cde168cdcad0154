"""`academy demo code`: the sign-in code on the command line."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.demo.cli import demo as demo_command
from academy.demo.today import DAY
from academy.kernel import queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import current
from academy.people.models import Account, SecondFactor, SignIn
from academy.people.queries.actors import actor_for, grants_of
from academy.people.queries.second_factor import is_needed
from academy.people.services import second_factor
from academy.people.services.sign_in import Asker, ask_code, check_code, open_sign_in

pytestmark = pytest.mark.slow


def test_the_newest_code_opens_the_door(demo: Flask) -> None:
    mailbox = db.session.scalars(sa.select(Account.mailbox).limit(1)).one()
    db.session.rollback()
    with unit_of_work():
        ask_code(mailbox, asker=Asker("192.0.2.7"))
    queue.run_pending()
    done = demo.test_cli_runner().invoke(demo_command, ["code", mailbox.upper()])
    assert done.exit_code == 0
    with unit_of_work():
        assert check_code(mailbox, done.output.strip(), asker=Asker("192.0.2.7"))


def test_who_came_in_for_others_reads_the_code_of_the_app(demo: Flask) -> None:
    found = sa.select(Account.mailbox, Account.person_id).join(
        SecondFactor, SecondFactor.person_id == Account.person_id
    )
    mailbox, person_id = db.session.execute(found.order_by(Account.person_id)).first()
    db.session.rollback()
    with unit_of_work():
        ask_code(mailbox, asker=Asker("192.0.2.7"))
    queue.run_pending()
    with unit_of_work():
        open_sign_in(person_id, device="test")
    for _time in range(2):  # the second is the one that comes next
        done = demo.test_cli_runner().invoke(demo_command, ["code", mailbox])
        sign_in_id = db.session.scalar(sa.select(sa.func.max(SignIn.id)))
        with unit_of_work():
            by = replace(actor_for(person_id), sign_in_id=sign_in_id)
            second_factor.give_code(done.output.strip(), by=by)
    assert db.session.get_one(SignIn, sign_in_id).second_factor_at is not None


def test_everybody_who_works_for_others_has_an_app_and_nobody_else(demo: Flask) -> None:
    people = set(db.session.scalars(sa.select(Account.person_id)))
    workers = {one for one in people if is_needed(grants_of(one, DAY))}
    assert workers
    assert set(db.session.scalars(sa.select(SecondFactor.person_id))) == workers


def test_without_a_code_it_says_so(demo: Flask) -> None:
    done = demo.test_cli_runner().invoke(demo_command, ["code", "nobody@voorbeeld.example"])
    assert done.exit_code == 1
    assert "is er geen code" in done.output


def test_it_tells_nothing_when_others_can_reach_the_academy(
    demo: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = replace(current(), public_url="https://academie.example")
    monkeypatch.setitem(demo.extensions, "academy.settings", elsewhere)
    done = demo.test_cli_runner().invoke(demo_command, ["code", "nobody@voorbeeld.example"])
    assert done.exit_code == 1
    assert "alleen in een demo op deze machine" in done.output
