"""The code mail speaks the language of who stands at the door."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from academy.kernel.db import db, unit_of_work
from academy.kernel.i18n import LANGUAGE_COOKIE
from academy.kernel.mail import OutgoingMail
from academy.people.services.sign_in import make_account
from tests.factories import make_actor, make_person

MAILBOX = "gezin@test.example"


def household(*languages: str) -> None:
    with unit_of_work():
        for number, language in enumerate(languages):
            person = make_person(f"Buur {number}", email=MAILBOX)
            person.ui_language = language
            make_account(person.id, MAILBOX, by=make_actor(person))


@pytest.mark.parametrize(
    ("browser", "people", "expected"),
    [
        ("", ("nl",), "nl"),
        ("", ("en",), "en"),
        ("en", ("nl",), "en"),
        ("nl", ("en",), "nl"),
        ("", ("nl", "en"), "nl"),
        ("", ("en", "en"), "en"),
        ("xx", ("en",), "en"),
        ("", (), "nl"),
    ],
)
def test_the_browser_chooses_then_the_person_then_dutch(app, client, browser, people, expected):
    household(*people)
    if browser:
        client.set_cookie(LANGUAGE_COOKIE, browser)
    assert client.post("/binnenkomen", data={"mailbox": MAILBOX}).status_code == 303
    assert db.session.scalars(sa.select(OutgoingMail.language)).one() == expected
