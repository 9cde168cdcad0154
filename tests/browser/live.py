"""A real academy for the browser: web and worker as users start them, a real mail server."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from aiosmtpd.controller import Controller
from cryptography.fernet import Fernet
from playwright.sync_api import Page

from academy.demo.today import TODAY

START_SECONDS = 90
MAIL_SECONDS = 60
SERVED_FROM = TODAY + timedelta(minutes=2)
"""When it is in a copy of the demo, however long ago that was loaded."""
CODE = re.compile(r"\b\d{6}\b")


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Mailbox:
    """What the mail server received. Codes are used once, so each mail is read once."""

    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802
        """Take a mail."""
        content = envelope.content  # type: ignore[attr-defined]
        self.mails.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"

    def code_for(self, address: str) -> str:
        """Wait for the newest code mail to `address` and return its six digits."""
        subject = str(self._take(address, with_code=True)["Subject"])
        return CODE.findall(subject)[0]

    def text_for(self, address: str, subject: str = "") -> str:
        """Wait for the newest other mail to `address`, of a subject, and return its text."""
        return str(self._take(address, with_code=False, subject=subject).get_content())

    def _take(self, address: str, *, with_code: bool, subject: str = "") -> EmailMessage:
        deadline = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < deadline:
            for mail in reversed(self.mails):
                has_code = CODE.search(str(mail["Subject"])) is not None
                is_about = subject in str(mail["Subject"])
                if has_code is with_code and str(mail["To"]) == address and is_about:
                    self.mails.remove(mail)
                    return mail
            time.sleep(0.1)
        raise AssertionError(f"no {'code ' if with_code else ''}mail for {address}")


@dataclass
class Live:
    """A running academy: its address, its folder and its mail."""

    url: str
    folder: Path
    environment: dict[str, str]
    mailbox: Mailbox

    def command(self, *words: str) -> str:
        """Run an `academy` command on this academy and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "academy", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def sign_in(self, page: Page, address: str) -> None:
        """Come in by mail code, as people do."""
        page.goto(f"{self.url}/binnenkomen")
        page.get_by_label("Je e-mailadres").fill(address)
        page.get_by_role("button", name="Stuur mij een code").click()
        page.get_by_label("Je code").fill(self.mailbox.code_for(address))
        page.get_by_role("button", name="Kom binnen").click()
        wait_for_path(page, "/vandaag", "/tweede-stap", "/tweede-stap/instellen")
        if "/tweede-stap/instellen" in page.url:
            make_card(page)
        elif "/tweede-stap" in page.url:
            self.show_again(page, address)
        wait_for_path(page, "/vandaag")

    def show_again(self, page: Page, address: str) -> None:
        """Give the second factor, as `academy demo code` tells it."""
        page.get_by_label("Je code").fill(self.command("demo", "code", address).strip())
        page.get_by_role("button", name="Ga verder").click()
        page.wait_for_load_state()


def wait_for_path(page: Page, *paths: str) -> None:
    """Wait until the page is at one of these paths, whatever comes after the question mark."""
    page.wait_for_url(lambda url: urlsplit(url).path in paths)


def make_card(page: Page) -> list[str]:
    """Make a card of ten codes, use the first, and return the others."""
    page.get_by_role("button", name="Maak een kaart").click()
    codes = page.locator(".code-card li").all_inner_texts()
    page.get_by_label("Je code").fill(codes[0])
    page.get_by_role("button", name="Klaar").click()
    return codes[1:]


def make_environment(folder: Path, *, smtp_port: int, port: int) -> dict[str, str]:
    """Return the settings of an academy below `folder`."""
    kept = folder / "notes.key"
    if not kept.exists():
        kept.write_text(Fernet.generate_key().decode())
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("ACADEMY_")},
        "ACADEMY_VAR": str(folder),
        "ACADEMY_SECRET_KEY": "a secret that only browser tests know",
        "ACADEMY_NOTES_KEY": kept.read_text(),
        "ACADEMY_KEYS_PASSPHRASE": "a passphrase that only browser tests know",
        "ACADEMY_DEMO": "1",
        "ACADEMY_SMTP_HOST": "127.0.0.1" if smtp_port else "",
        "ACADEMY_SMTP_PORT": str(smtp_port or 25),
        "ACADEMY_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
    }


def load_demo(folder: Path, **changes: str) -> float:
    """Make a demo academy in `folder`, by the commands of the README and with other settings.

    Returns how many seconds the last of them took: `academy demo`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    environment = make_environment(folder, smtp_port=0, port=8000) | changes
    for words in (("db", "upgrade"), ("keys", "init"), ("demo",)):
        began = time.monotonic()
        subprocess.run(
            [sys.executable, "-m", "academy", *words],
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    return time.monotonic() - began


@contextmanager
def serving(demo: Path, folder: Path) -> Iterator[Live]:
    """Serve a copy of the demo academy, with worker and mail server, for the block."""
    with prepared(demo, folder) as live, running(live):
        yield live


@contextmanager
def prepared(demo: Path, folder: Path) -> Iterator[Live]:
    """Copy the demo academy and receive its mail for the block; `running` starts it."""
    shutil.copytree(demo, folder, dirs_exist_ok=True)
    mailbox = Mailbox()
    mail_server = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    mail_server.start()
    port = free_port()
    environment = make_environment(folder, smtp_port=mail_server.port, port=port)
    live = Live(f"http://127.0.0.1:{port}", folder, environment, mailbox)
    set_clock(live, SERVED_FROM)
    try:
        yield live
    finally:
        mail_server.stop()


logs: list[Path] = []
"""What the academies that run now have printed; a failing test shows the end of it."""


@contextmanager
def running(live: Live) -> Iterator[None]:
    """Run web and worker of `live` for the block."""
    logs.append(live.folder / "serve.log")
    with logs[-1].open("ab") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "academy", "serve"],
            env=live.environment,
            stdout=log,
            stderr=log,
        )
    try:
        wait_until_open(live.url, server)
        yield
    finally:
        server.terminate()
        server.wait(timeout=40)
        logs.remove(live.folder / "serve.log")


def wait_until_open(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the academy answers; AssertionError if it stops or takes very long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise AssertionError("the academy stopped while starting")
        try:
            urlopen(f"{url}/healthz", timeout=1).close()
        except (URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the academy did not open")


def set_clock(live: Live, moment: datetime) -> None:
    """Let the demo academy's time run on from `moment`; web and worker must not be running."""
    offset = int((moment - datetime.now(UTC)).total_seconds())
    with sqlite3.connect(live.folder / "academy.sqlite") as connection:
        connection.execute("update demo_clock set offset_seconds = ?", (offset,))
