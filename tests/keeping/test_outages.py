"""What the academy needs goes away and comes back: nobody's work is lost, no mail comes twice."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from academy.app import create_app
from academy.kernel.db import db, unit_of_work
from academy.kernel.settings import read_settings
from academy.people.adapters.cookie import cookie_name
from academy.people.models import Account
from academy.people.services.sign_in import open_sign_in
from tests.factories import make_person
from tests.keeping.academies import Academy, Visitor, wait_for
from tests.postgres import Server, new_database, stoppable_server

MAIL_DOWN_SECONDS = 10.0
AT_MOST_AWAY, AT_MOST_BACK = 1.0, 5.0
ADDRESS = "samira@buurt.example"
pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]


class Mailbox:
    """What the mail server took."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802
        content = envelope.content  # type: ignore[attr-defined]
        self.received.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"


def known_person(academy: Academy) -> str:
    """Let somebody have an account and be signed in; return the cookie."""
    app = create_app(read_settings(academy.settings))
    with app.app_context():
        with unit_of_work():
            person = make_person("Samira")
            db.session.flush()
            db.session.add(Account(person_id=person.id, mailbox=ADDRESS))
            db.session.flush()
            token = open_sign_in(person.id, device="test").token
        cookie = f"{cookie_name()}={token}"
        db.session.remove()
        db.engine.dispose()
    return cookie


def test_without_a_mail_server_work_goes_on_and_mail_comes_once_after(tmp_path: Path) -> None:
    academy = Academy(tmp_path, f"sqlite:///{tmp_path / 'academy.sqlite'}")
    academy.make()
    known_person(academy)
    mailbox = Mailbox()
    with academy.serving():
        visitor = Visitor(academy)
        assert visitor.send("/binnenkomen", mailbox=ADDRESS) == 200
        began = time.monotonic()
        while time.monotonic() - began < MAIL_DOWN_SECONDS:
            assert academy.status("/") == 200
            time.sleep(0.5)
        server = Controller(mailbox, hostname="127.0.0.1", port=academy.smtp_port)
        server.start()
        try:
            wait_for(lambda: bool(mailbox.received), seconds=30)
            time.sleep(8)  # longer than the shortest wait of a mail that was not noted as sent
        finally:
            server.stop()
    [mail] = mailbox.received
    assert mail["To"] == ADDRESS


@pytest.fixture
def server() -> Iterator[Server]:
    with stoppable_server() as running:
        yield running


def asked(academy: Academy, path: str, cookie: str) -> tuple[int, str, float]:
    """Return status, text and seconds of a page for somebody who is signed in."""
    request = urllib.request.Request(academy.url + path, headers={"Cookie": cookie})
    began = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=10) as page:
            return page.status, page.read().decode(), time.monotonic() - began
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), time.monotonic() - began


@pytest.mark.pg
def test_without_a_database_a_page_says_so_at_once_and_is_back_soon(
    server: Server, tmp_path: Path
) -> None:
    academy = Academy(tmp_path, new_database(server.url))
    academy.make()
    cookie = known_person(academy)
    paths = ("/", "/gegevens", "/verhalen", "/readyz")
    with academy.serving("--web", "2", "--workers", "3"):
        assert {asked(academy, path, cookie)[0] for path in paths * 4} == {200}

        server.stop()
        try:
            for path in ("/gegevens", "/verhalen", "/readyz") * 6:
                status, text, seconds = asked(academy, path, cookie)
                assert status == 503, path
                assert "De academie is even weg" in text
                assert seconds <= AT_MOST_AWAY
            assert academy.status("/healthz") == 200
            assert "academy_database_up 0.0" in Visitor(academy).get("/metrics")
            time.sleep(2)
        finally:
            server.start()
        began = time.monotonic()
        wait_for(lambda: {asked(academy, path, cookie)[0] for path in paths} == {200}, seconds=30)
        assert time.monotonic() - began <= AT_MOST_BACK
        assert {asked(academy, path, cookie)[0] for path in paths * 8} == {200}

        mailbox = Mailbox()
        smtp = Controller(mailbox, hostname="127.0.0.1", port=academy.smtp_port)
        smtp.start()
        try:
            assert Visitor(academy).send("/binnenkomen", mailbox=ADDRESS) == 200
            wait_for(lambda: bool(mailbox.received), seconds=30)
        finally:
            smtp.stop()
    assert len(mailbox.received) == 1
