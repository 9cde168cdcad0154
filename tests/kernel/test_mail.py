"""Outgoing mail: with the change or not at all, through a real SMTP server, never lost."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from flask import Flask
from flask_babel import get_locale

from academy.kernel import clock, mail, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.mail import OutgoingMail
from academy.kernel.queue import Job
from tests.kernel.databases import app, database_url, postgres_server  # noqa: F401

ROOT = Path(__file__).parents[2]
names: dict[int, Any] = {1: "Zoë", 2: None}


def hello_values(person: int) -> dict[str, Any] | None:
    name = names[person]
    return None if name is None else {"name": name() if callable(name) else name}


mail.register_values("test/hello", hello_values)


class Mailbox:
    """What the server received; `answer` is what it says to the next mails."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answer = "250 OK"
        self.meanwhile: Callable[[], None] = lambda: None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            self.received.append(message_from_bytes(envelope.content, policy=default))
            self.recipients += envelope.rcpt_tos
        self.meanwhile()
        return self.answer


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def server(mailbox: Mailbox, port: int) -> Iterator[None]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def configure(app: Flask, **changes: Any) -> None:  # noqa: F811
    app.extensions["academy.settings"] = replace(app.extensions["academy.settings"], **changes)


@pytest.fixture
def port(app: Flask) -> int:  # noqa: F811
    """A port on which nobody listens yet, set as the academy's mail server."""
    number = free_port()
    configure(app, smtp_host="127.0.0.1", smtp_port=number)
    return number


@pytest.fixture
def mailbox(port: int) -> Iterator[Mailbox]:
    box = Mailbox()
    with server(box, port):
        yield box


def send(person: int = 1, **options: Any) -> None:
    with unit_of_work():
        mail.send("test/hello", to="zoe@buurt.example", person_id=1, person=person, **options)


def make_due() -> None:
    with unit_of_work():
        db.session.execute(sa.update(Job).values(run_after=clock.real_now() - timedelta(days=1)))


def outcomes() -> list[str | None]:
    with unit_of_work():
        return list(db.session.scalars(sa.select(OutgoingMail.outcome).order_by(OutgoingMail.id)))


def test_a_mail_arrives_once_with_the_right_headers_and_text(mailbox: Mailbox) -> None:
    send()
    assert queue.run_pending(strict=True) == 1
    queue.run_pending()
    [message] = mailbox.received
    assert mailbox.recipients == ["zoe@buurt.example"]
    assert message["Subject"] == "Dag Zoë, tot ziens in café 't Hoekje"
    assert message["From"] == "Samen Lukt Het Zelf Academie <academie@waterdam.example>"
    assert message["To"] == "zoe@buurt.example"
    assert message["Message-ID"].endswith("@waterdam.example>")
    assert message["Content-Language"] == "nl"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content().splitlines() == [
        "Dag Zoë,",
        "",
        "Je bent welkom: http://127.0.0.1:8000/x?a=1&b=2",
    ]
    assert outcomes() == ["sent"]


def test_a_rolled_back_mail_is_not_sent_and_a_known_key_is_sent_once(mailbox: Mailbox) -> None:
    def roll_back() -> None:
        with unit_of_work():
            mail.send("test/hello", to="zoe@buurt.example", person=1)
            raise KeyError

    with pytest.raises(KeyError):
        roll_back()
    send(key="welcome:1")
    send(key="welcome:1")
    queue.run_pending()
    send(key="welcome:1")
    queue.run_pending()
    assert len(mailbox.received) == 1


def test_a_mail_is_written_when_it_is_sent(mailbox: Mailbox, monkeypatch: Any) -> None:
    send()
    monkeypatch.setitem(names, 1, "Zoë de Wit")
    queue.run_pending()
    assert "Zoë de Wit" in mailbox.received[0]["Subject"]


def test_a_mail_is_written_in_its_own_language(mailbox: Mailbox, monkeypatch: Any) -> None:
    monkeypatch.setitem(names, 1, lambda: str(get_locale()))
    send(language="nl")
    send(language="en")
    queue.run_pending(strict=True)
    assert [message["Content-Language"] for message in mailbox.received] == ["nl", "en"]
    assert [message["Subject"][:7] for message in mailbox.received] == ["Dag nl,", "Dag en,"]


def test_a_mail_that_is_no_longer_needed_is_not_sent(mailbox: Mailbox) -> None:
    send(person=2)
    queue.run_pending(strict=True)
    assert mailbox.received == []
    assert outcomes() == ["not_needed"]


@pytest.mark.parametrize("answer", ["451 try later", "421 closing"])
def test_a_mail_refused_for_now_waits_and_is_delivered_once(mailbox: Mailbox, answer: str) -> None:
    mailbox.answer = answer
    send()
    for _ in range(8):
        assert queue.run_pending() == 1
        make_due()
    assert queue.dead_letters() == []
    mailbox.answer = "250 OK"
    queue.run_pending()
    make_due()
    queue.run_pending()
    assert len(mailbox.received) == 1
    assert outcomes() == ["sent"]


def test_a_mail_refused_for_good_becomes_a_dead_letter(mailbox: Mailbox) -> None:
    mailbox.answer = "550 zoe@buurt.example is unknown"
    send()
    while queue.run_pending():
        make_due()
        if queue.dead_letters():
            break
        db.session.rollback()
    [letter] = queue.dead_letters()
    assert letter.name == "kernel.mail"
    assert "zoe" not in letter.last_error
    assert outcomes() == [None]


def test_an_absent_mail_server_fails_nobody_and_loses_nothing(port: int) -> None:
    for _ in range(3):
        send()
    for _ in range(6):
        assert queue.run_pending() == 3
        make_due()
    assert queue.dead_letters() == []
    db.session.rollback()
    box = Mailbox()
    with server(box, port):
        assert queue.run_pending() == 3
    assert len({message["Message-ID"] for message in box.received}) == 3


def test_without_a_mail_server_mail_waits_but_the_demo_settles_it(app: Flask) -> None:  # noqa: F811
    send()
    queue.run_pending()
    assert outcomes() == [None]
    configure(app, demo=True)
    make_due()
    queue.run_pending(strict=True)
    assert outcomes() == ["demo"]


def test_a_mail_killed_between_250_and_commit_goes_again_with_the_same_message_id(
    mailbox: Mailbox,
    port: int,
    app: Flask,  # noqa: F811
) -> None:
    send()
    program = (
        "import sys\n"
        "from academy.kernel import queue\n"
        "from tests.kernel import test_mail\n"
        "from tests.kernel.tiny_app import make_tiny_app\n"
        "app = make_tiny_app(sys.argv[1], smtp_host='127.0.0.1', smtp_port=int(sys.argv[2]))\n"
        "queue.work(app)\n"
    )
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    worker = subprocess.Popen([sys.executable, "-c", program, url, str(port)], env=environment)
    mailbox.meanwhile = worker.kill  # the server has the mail; the worker never commits
    worker.wait(timeout=30)
    mailbox.meanwhile = lambda: None
    assert outcomes() == [None]
    with unit_of_work():
        db.session.execute(sa.update(Job).values(leased_until=clock.real_now()))
    assert queue.run_pending(strict=True) == 1
    first, second = mailbox.received
    assert first["Message-ID"] == second["Message-ID"]
    assert outcomes() == ["sent"]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    "address", ["", "zoe", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example", "<a@b.nl>"]
)
def test_a_wrong_address_is_refused_at_once(address: str) -> None:
    with pytest.raises(ValueError, match=r"address|addr_spec|domain|CR or LF"), unit_of_work():
        mail.send("test/hello", to=address, person=1)


@pytest.mark.usefixtures("app")
def test_a_mail_keeps_plain_values_only() -> None:
    with pytest.raises(TypeError), unit_of_work():
        mail.send("test/hello", to="a@b.example", person=[1])  # type: ignore[arg-type]
