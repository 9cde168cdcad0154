"""Passkeys: our question, our address, this person's key, once (T14)."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import (
    ConflictError,
    NotFoundError,
    SecondFactorRequiredError,
    TooManyError,
)
from academy.kernel.settings import current
from academy.people.models import SecondFactor, SignIn
from academy.people.queries.second_factor import kinds_of
from academy.people.rules import passkey_host
from academy.people.services import passkeys
from academy.people.services.passkeys import PasskeyRefusedError
from tests.people.authenticator import Authenticator
from tests.people.second_steps import MOMENT, came_in, make_worker, set_up_app

pytestmark = pytest.mark.trust("T14")

ORIGIN, HOST = "https://academie.example", "academie.example"


@pytest.fixture(autouse=True)
def with_a_name(app, monkeypatch):
    """Let the academy have an address with a name, as passkeys need."""
    elsewhere = dataclasses.replace(current(), public_url=ORIGIN)
    monkeypatch.setitem(app.extensions, "academy.settings", elsewhere)
    with time_machine.travel(MOMENT, tick=False):
        yield


@pytest.fixture
def esra(app):
    return make_worker()


def device() -> Authenticator:
    return Authenticator(ORIGIN, HOST)


def ask(question, by) -> str:
    with unit_of_work():
        return question(by=by)


def add(by, made: Authenticator) -> Authenticator:
    answer = made.make(ask(passkeys.ask_to_add, by))
    with unit_of_work():
        passkeys.add(answer, device="Android", by=by)
    return made


def gives(answer: str, by) -> bool:
    try:
        with unit_of_work():
            passkeys.give(answer, by=by)
    except PasskeyRefusedError:
        return False
    return True


def was_given(by) -> bool:
    row = db.session.get_one(SignIn, by.sign_in_id)
    given = row.second_factor_at is not None
    db.session.rollback()
    return given


def test_a_passkey_counts_at_once_and_opens_another_device(esra):
    first, second = came_in(esra), came_in(esra)
    key = add(first, device())
    assert kinds_of(esra.id) == {"passkey"}
    assert was_given(first)
    assert not was_given(second)
    assert gives(key.sign(ask(passkeys.ask_to_give, second)), second)
    assert was_given(second)


def test_an_answer_works_once(esra):
    by = came_in(esra)
    key = add(by, device())
    answer = key.sign(ask(passkeys.ask_to_give, by))
    assert gives(answer, by)
    assert not gives(answer, by)


def test_an_answer_belongs_to_the_sign_in_that_was_asked(esra):
    here, there = came_in(esra), came_in(esra)
    key = add(here, device())
    answer = key.sign(ask(passkeys.ask_to_give, here))
    ask(passkeys.ask_to_give, there)
    assert not gives(answer, there)


def test_a_question_is_open_for_five_minutes(esra):
    by = came_in(esra)
    key = add(by, device())
    answer = key.sign(ask(passkeys.ask_to_give, by))
    with time_machine.travel(MOMENT + timedelta(minutes=5, seconds=1), tick=False):
        assert not gives(answer, by)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://academie.example.evil.example", HOST),
        ("http://academie.example", HOST),
        (ORIGIN, "evil.example"),
    ],
)
def test_another_site_gets_nothing(esra, origin, host):
    by = came_in(esra)
    key = add(by, device())
    key.origin, key.rp_id = origin, host
    assert not gives(key.sign(ask(passkeys.ask_to_give, by)), by)
    with pytest.raises(PasskeyRefusedError):
        add(by, Authenticator(origin, host, credential_id=b"another passkey"))


def test_another_key_does_not_fit(esra):
    by = came_in(esra)
    add(by, device())
    assert not gives(device().sign(ask(passkeys.ask_to_give, by)), by)


def test_a_copied_key_that_counts_back_is_refused(esra):
    by = came_in(esra)
    key = add(by, device())
    assert gives(key.sign(ask(passkeys.ask_to_give, by)), by)
    key.count = 0
    assert not gives(key.sign(ask(passkeys.ask_to_give, by)), by)


def test_making_one_is_no_proof_of_having_one(esra):
    by = came_in(esra)
    add(by, device())
    answer = device().make(ask(passkeys.ask_to_give, by))
    assert not gives(answer, by)


@pytest.mark.parametrize(
    "answer", ["", "{", "[]", "null", '{"id": 1}', "[" * 19_000, "x" * 30_000, '{"id":"é"}']
)
def test_what_is_no_answer_is_refused(esra, answer):
    by = came_in(esra)
    key = add(by, device())
    name = json.loads(key.sign(ask(passkeys.ask_to_give, by)))["id"]
    assert not gives(answer, by)
    assert not gives(answer + name, by)
    ask(passkeys.ask_to_add, by)
    with pytest.raises(PasskeyRefusedError), unit_of_work():
        passkeys.add(answer, device="x", by=by)


def test_guessing_stops_here_too(esra):
    by = came_in(esra)
    add(by, device())
    for _try in range(5):
        assert not gives("{}", by)
    with pytest.raises(TooManyError):
        gives("{}", by)


def test_who_has_a_second_factor_gives_it_before_adding_a_passkey(esra):
    set_up_app(esra)
    by = came_in(esra)
    with pytest.raises(SecondFactorRequiredError):
        ask(passkeys.ask_to_add, by)
    with pytest.raises(NotFoundError):
        ask(passkeys.ask_to_give, by)


def test_the_device_that_has_one_is_asked_for_no_second(esra):
    by = came_in(esra)
    key = add(by, device())
    known = json.loads(ask(passkeys.ask_to_add, by))["excludeCredentials"]
    assert [one["id"] for one in known] == [
        db.session.scalars(sa.select(SecondFactor.credential_id)).one()
    ]
    assert key


def test_five_passkeys_are_enough(esra):
    by = came_in(esra)
    for number in range(5):
        made = device()
        made.credential_id = f"passkey number {number}".encode()
        add(by, made)
    with pytest.raises(ConflictError):
        ask(passkeys.ask_to_add, by)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://academie.example", "academie.example"),
        ("http://localhost:8000", "localhost"),
        ("http://127.0.0.1:8000", ""),
        ("http://[::1]:8000", ""),
    ],
)
def test_passkeys_need_a_name(url, host):
    assert passkey_host(url) == host
