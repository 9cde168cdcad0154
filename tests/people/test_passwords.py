"""Passwords and codes: which ones are taken, how they are asked, and that they stay as typed."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from academy.kernel import clock, ids
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import InvalidInputError
from academy.people import rules
from academy.people.models import Account, SignIn, SignInCode
from academy.people.services.sign_in import code_text, make_account, set_password
from tests.factories import make_actor, make_person

MAILBOX = "samira.elidrissi@test.example"
SENTENCE = "de kat van de buren slaapt"


@pytest.fixture
def samira(app):
    with unit_of_work():
        person = make_person("Samira", email=MAILBOX)
        make_account(person.id, MAILBOX, by=make_actor(person))
    return person


def choose(person, password: str) -> None:
    with unit_of_work():
        set_password(person.id, password, by=make_actor(person))


def comes_in(client, password: str) -> bool:
    data = {"mailbox": MAILBOX, "password": password}
    return client.post("/binnenkomen/wachtwoord", data=data).status_code == 303


def refused(person, passwords) -> list[str]:
    found = []
    for one in passwords:
        try:
            choose(person, one)
        except InvalidInputError as error:
            found += [one] if "password" in error.fields else []
        db.session.rollback()
    return found


KINDS = (
    "kurkentrekkerij zoekt",
    "83619405271946",
    "GRIJPSTUIVERBLAD",
    "ボタンを押して進む道",
    "ё№;ъёшйцукенщ",
    "a1!a-Zq~ }x|",
)


def test_ten_signs_at_least_and_no_rule_about_their_kind(samira):
    assert refused(samira, ["kort 83-x", "x7!pQ"]) == ["kort 83-x", "x7!pQ"]
    assert refused(samira, KINDS) == []


COMMON = (
    *("1234567890", "0123456789", "qwertyuiop", "1q2w3e4r5t", "asdfghjkl;", "passwordpassword"),
    *("password123", "P@ssw0rd123", "iloveyou123", "football123", "princess12", "sunshine123"),
    *("aaaaaaaaaaaa", "abcabcabcabc", "abcdefghijk", "superman123", "letmein123", "monkey12345"),
    *("welkom2026!", "Wachtwoord1", "wachtwoord123", "geheim12345", "zomer2026!", "januari2026"),
    *("ikhouvanjou", "feyenoord1908", "Maandag2026", "amsterdam020"),
)
"""Of those that lists name first, in English and Dutch, with the signs that people add."""


def test_what_others_try_first_is_refused(samira):
    assert refused(samira, COMMON) == list(COMMON)


def test_words_of_this_place_and_person_are_refused(samira):
    words = ("Samira2026!", "samira.elidrissi", "Waterdam2026", "waterdamwaterdam", "academie123")
    assert refused(samira, words) == list(words)


def test_a_long_password_is_taken(client, samira):
    long = "wie het probleem heeft kent de oplossing en wie het niet heeft die vraagt het"
    assert len(long) >= 64
    choose(samira, long)
    assert comes_in(client, long)
    assert refused(samira, ["x7-" * 67]) == ["x7-" * 67]


def test_a_password_is_taken_as_it_was_typed(app, samira):
    """No sign is dropped, cut off, trimmed, or made small or composed."""
    typed = f"  De Kát van {unicodedata.normalize('NFD', 'één')} buur \u200bslaapt  "
    long = typed + "x" * (rules.PASSWORD_MAX - len(typed))
    others = (
        typed.strip(),
        typed.lower(),
        unicodedata.normalize("NFC", typed),
        typed.replace("\u200b", ""),
    )
    choose(samira, typed)
    assert comes_in(app.test_client(), typed)
    assert [one for one in others if comes_in(app.test_client(), one)] == []
    choose(samira, long)
    assert comes_in(app.test_client(), long)
    assert not comes_in(app.test_client(), long + "y")
    assert not comes_in(app.test_client(), long[:-1])


def test_a_password_holds_until_it_is_changed(app, samira):
    choose(samira, SENTENCE)
    with time_machine.travel(clock.real_now() + timedelta(days=5 * 365), tick=False):
        assert comes_in(app.test_client(), SENTENCE)


def password_fields(page: str) -> list[str]:
    return re.findall(r"<input[^>]*name=\"password\"[^>]*>", page)


def test_fields_are_hidden_and_open_to_password_managers(client, samira, sign_in):
    choose(samira, SENTENCE)
    mine = sign_in(samira)
    pages = [client.get("/binnenkomen/wachtwoord"), mine.get("/gegevens"), mine.get("/bevestig")]
    fields = [password_fields(page.text) for page in pages]
    assert [len(one) for one in fields] == [1, 1, 1]
    for (field,), use in zip(fields, ("current", "new", "current"), strict=True):
        assert 'type="password"' in field
        assert f'autocomplete="{use}-password"' in field
        assert "paste" not in field
        assert 'value="' not in field.replace('value=""', "")


ASKED = {
    "/binnenkomen": {"mailbox"},
    "/binnenkomen/code": {"mailbox", "code"},
    "/binnenkomen/wachtwoord": {"mailbox", "password"},
    "/binnenkomen/brief": {"code"},
}


def test_no_door_asks_anything_else(client):
    """No question about a pet or a school, and no hint."""
    for path, asked in ASKED.items():
        form = client.get(path).text.partition("<main")[2].partition("</main>")[0]
        names = set(re.findall(r"<(?:input|select|textarea)[^>]* name=\"(\w+)\"", form))
        assert names - {"csrf_token", "next"} == asked, path


def test_choosing_one_asks_again_who_you_are(samira, sign_in):
    choose(samira, SENTENCE)
    client = sign_in(samira)
    with unit_of_work():
        db.session.execute(sa.update(SignIn).values(stepped_up_at=None))
        before = db.session.get_one(Account, samira.id).password_hash

    assert password_fields(client.get("/gegevens").text) == []
    answer = client.post(
        "/gegevens/wachtwoord",
        data={"password": "een heel ander dekbed"},
        headers={"Referer": "http://localhost/gegevens"},
    )

    assert (answer.status_code, answer.location) == (303, "/bevestig?next=/gegevens")
    assert db.session.get_one(Account, samira.id).password_hash == before
    db.session.rollback()
    assert client.post("/bevestig", data={"password": SENTENCE}).status_code == 303
    assert len(password_fields(client.get("/gegevens").text)) == 1


def test_an_empty_academy_has_no_account(app):
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 0


def test_codes_are_long_enough(app):
    """Twenty bits and more for a code, 128 and more for a token; none twice."""
    with unit_of_work():
        code = SignInCode(
            mailbox=MAILBOX,
            nonce=ids.nonce(),
            created_at=clock.real_now(),
            expires_at=clock.real_now() + rules.CODE_LASTS,
        )
        db.session.add(code)
        db.session.flush()
        assert re.fullmatch(r"\d{6}", code_text(code))
    assert min(rules.CODE_DIGITS, rules.CARD_DIGITS, rules.LETTER_DIGITS, rules.APP_DIGITS) >= 6
    tokens = {ids.token() for _time in range(200)}
    assert len(tokens) == 200
    assert min(map(len, tokens)) * 6 >= 128
    assert len({ids.digits(rules.CARD_DIGITS) for _time in range(200)}) > 190
