"""`academy demo code`: the sign-in code on the command line."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.demo.cli import demo as demo_command
from academy.kernel import queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import current
from academy.people.models import Account
from academy.people.services.sign_in import Asker, ask_code, check_code

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


def test_without_a_code_it_says_so(demo: Flask) -> None:
    done = demo.test_cli_runner().invoke(demo_command, ["code", "nobody@voorbeeld.example"])
    assert done.exit_code == 1
    assert "is er geen code" in done.output


def test_it_tells_nothing_when_others_can_reach_the_academy(
    demo: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = dataclasses.replace(current(), public_url="https://academie.example")
    monkeypatch.setitem(demo.extensions, "academy.settings", elsewhere)
    done = demo.test_cli_runner().invoke(demo_command, ["code", "nobody@voorbeeld.example"])
    assert done.exit_code == 1
    assert "alleen in een demo op deze machine" in done.output
