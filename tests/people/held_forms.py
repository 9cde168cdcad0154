"""Somebody whose form meets an ended sign-in, or the question who they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import html5lib
import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.adapters.passwords import hash_password
from academy.people.models import HeldForm, SignIn
from academy.people.services.sign_in import make_account
from tests.factories import make_actor

PASSWORD = "de kraan drupt al zeven weken"


def with_password(person: Any) -> str:
    """Let somebody come in with a password; return their mailbox. Commits."""
    mailbox = f"p{person.id}@test.example"
    with unit_of_work():
        account = make_account(person.id, mailbox, by=make_actor(person))
        account.password_hash = hash_password(PASSWORD)
    return mailbox


def wears_off() -> None:
    """Let everybody have to show again who they are."""
    with unit_of_work():
        db.session.execute(sa.update(SignIn).values(stepped_up_at=None))


def runs_out() -> None:
    """Let every sign-in end by itself."""
    past = clock.real_now() - timedelta(minutes=1)
    with unit_of_work():
        db.session.execute(sa.update(SignIn).values(idle_until=past))


def send(client: Any, path: str, data: dict[str, Any], *, page: str = "", **options: Any) -> Any:
    """Send a form as a browser does, from its own page."""
    referer = {"Referer": f"http://localhost{page or path}", "Sec-Fetch-Mode": "navigate"}
    headers = referer | options.pop("headers", {})
    return client.post(path, data=data, headers=headers, **options)


def confirm(client: Any, answer: Any) -> Any:
    """Show again who one is, with the password; follows where `answer` led."""
    page = client.get(answer.location)
    assert page.status_code == 200
    data = {"password": PASSWORD, "next": hidden(page.text, "next")}
    return client.post("/bevestig", data=data)


def come_in(client: Any, answer: Any, mailbox: str) -> Any:
    """Come in with the password, at the door to which `answer` led."""
    following = hidden(client.get(answer.location).text, "next")
    data = {"mailbox": mailbox, "password": PASSWORD, "next": following}
    return client.post("/binnenkomen/wachtwoord", data=data)


def hidden(text: str, name: str) -> str:
    """Return the value of a hidden field of a page."""
    return next(value for field, value in fields(text) if field == name)


def fields(text: str) -> list[tuple[str, str]]:
    """Return the hidden fields of a page, in order."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    found = (one for one in tree.iter("input") if one.get("type") == "hidden")
    return [(one.get("name"), one.get("value")) for one in found]


def send_after_all(client: Any, path: str) -> Any:
    """Press the button of the page with what was typed."""
    text = client.get("/verder").text
    assert f'action="{path}"' in text
    data: dict[str, list[str]] = {}
    for name, value in fields(text):
        data.setdefault(name, []).append(value)
    return client.post(path, data=data)


def held() -> HeldForm | None:
    """Return the one form that is kept."""
    found = db.session.scalars(sa.select(HeldForm)).one_or_none()
    db.session.rollback()
    return found
