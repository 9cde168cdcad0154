"""Nobody learns at the door whether somebody has an account (T12)."""

from __future__ import annotations

import re
import statistics
import time
from typing import Any

import pytest
import sqlalchemy as sa

from academy.kernel.db import db, unit_of_work
from academy.kernel.limits import Attempt
from academy.people.adapters import passwords
from academy.people.services import sign_in
from academy.people.services.sign_in import make_account, set_password
from tests.factories import make_actor, make_person
from tests.trust.sizes import IS_FULL, size

pytestmark = pytest.mark.trust("T12")

KNOWN, UNKNOWN = "samira@test.example", "niemand@test.example"
ROUNDS = size(300, otherwise=10)


@pytest.fixture
def samira(app):
    with unit_of_work():
        person = make_person("Samira", email=KNOWN)
        by = make_actor(person)
        make_account(person.id, KNOWN, by=by)
        set_password(person.id, "een lang wachtwoord", by=by)
    return person


def forget_tries() -> None:
    with unit_of_work():
        db.session.execute(sa.delete(Attempt))


def said(answer: Any, mailbox: str) -> tuple[int, dict[str, str], str]:
    """Return status, headers and body, without what differs by nature."""
    changing = {"X-Request-ID", "Set-Cookie", "Date", "Content-Length"}
    headers = {k: v for k, v in answer.headers.items() if k not in changing}
    text = answer.text.replace(answer.headers.get("X-Request-ID", "\0"), "")
    text = re.sub(r'(name="csrf_token"[^>]*value=")[^"]*', r"\1", text)
    return answer.status_code, headers, text.replace(mailbox, "MAILBOX")


DOORS = {
    "/binnenkomen": {},
    "/binnenkomen/code": {"code": "000000"},
    "/binnenkomen/wachtwoord": {"password": "een ander wachtwoord"},
}


def differences(app: Any) -> list[str]:
    """Return the doors that answer a stranger otherwise than somebody with an account."""
    found = []
    for door, fields in DOORS.items():
        answers = []
        for mailbox in (KNOWN, UNKNOWN):
            forget_tries()
            client = app.test_client()
            answers.append(said(client.post(door, data={"mailbox": mailbox, **fields}), mailbox))
        if answers[0] != answers[1]:
            found.append(door)
    return found


def test_every_door_answers_alike(app, samira):
    assert differences(app) == []


@pytest.mark.trust("T12", planted=True)
def test_a_door_that_tells_is_found(app, samira, monkeypatch):
    real = sign_in.people_of_mailbox

    def telling(mailbox: str) -> Any:
        people = real(mailbox)
        if not people:
            raise sign_in.ConflictError("Dit e-mailadres kennen we niet.")
        return people

    monkeypatch.setattr(sign_in, "people_of_mailbox", telling)
    assert differences(app) == ["/binnenkomen/code", "/binnenkomen/wachtwoord"]


def hashes_of(app: Any, monkeypatch: Any, mailbox: str) -> int:
    """Return how often a password is hashed for one try."""
    counted = []
    real = sign_in.password_fits

    def counting(stored: str | None, typed: str) -> bool:
        counted.append(1)
        return real(stored, typed)

    with monkeypatch.context() as patch:
        patch.setattr(sign_in, "password_fits", counting)
        forget_tries()
        data = {"mailbox": mailbox, "password": "een ander wachtwoord"}
        app.test_client().post("/binnenkomen/wachtwoord", data=data)
    return len(counted)


def test_a_stranger_costs_as_many_hashes(app, samira, monkeypatch):
    assert [hashes_of(app, monkeypatch, one) for one in (KNOWN, UNKNOWN)] == [1, 1]


def seconds_of_a_try(mailbox: str) -> float:
    """Return how much processor time one wrong password takes."""
    started = time.process_time()
    people = sign_in.people_of_mailbox(mailbox)
    passwords.password_fits(people[0].password_hash if people else None, "een ander wachtwoord")
    return time.process_time() - started


def test_a_stranger_takes_as_long(app, samira):
    tries = [(seconds_of_a_try(KNOWN), seconds_of_a_try(UNKNOWN)) for _round in range(ROUNDS)]
    known, unknown = (statistics.median(column) for column in zip(*tries, strict=True))
    least, most = (0.67, 1.5) if IS_FULL else (0.4, 2.5)
    assert least <= known / unknown <= most


@pytest.mark.trust("T12", planted=True)
def test_a_stranger_who_is_sent_away_at_once_is_found(app, samira, monkeypatch):
    monkeypatch.setattr(
        passwords, "password_fits", lambda stored, _typed, real=passwords.password_fits:
        real(stored, _typed) if stored else False,
    )  # fmt: skip
    tries = [(seconds_of_a_try(KNOWN), seconds_of_a_try(UNKNOWN)) for _round in range(5)]
    known, unknown = (statistics.median(column) for column in zip(*tries, strict=True))
    assert known / unknown > 1.5
