"""Two hundred people at once, each thinking one to three seconds, on two web processes.

One in seven trains a group. They read, and one time in six they write, as people do on an evening
when every group meets.
"""

from __future__ import annotations

import http.client
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import flask_migrate

from academy.app import create_app
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.settings import read_settings
from tests.bench.academy import Academy, build
from tests.bench.measuring import signed_in
from tests.browser.live import free_port, make_environment, wait_until_open
from tests.browser.walk import COOKIE

PEOPLE_IN_A_GROUP = 14
LESSONS = range(1, 6)
SHARE_OF_WRITES = 1 / 6
THINKING_SECONDS = (1.0, 3.0)
SLOWEST_MS = {"read": 400, "write": 800}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with an open sign-in, and the pages that are theirs."""

    token: str
    pages: tuple[str, ...]
    form: str
    """The page whose form they send; its own values, as the page shows them."""


@dataclass(slots=True)
class Log:
    """What everybody saw: milliseconds by kind, and what went wrong."""

    spent: dict[str, list[float]] = field(default_factory=lambda: {"read": [], "write": []})
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, seconds: float, status: int, path: str) -> None:
        """Keep one answer."""
        with self.lock:
            self.spent[kind].append(seconds * 1000)
            if status >= 400:
                self.errors.append(f"{status} {path}")

    def figures(self) -> Iterator[dict[str, Any]]:
        """Yield one line for reading and one for writing."""
        for kind, spent in self.spent.items():
            parts = statistics.quantiles(spent, n=20)
            yield {
                "name": f"two hundred people: {kind}",
                "requests": len(spent),
                "median_ms": round(parts[9]),
                "p95_ms": round(parts[18]),
                "errors": len(self.errors),
            }


def run(folder: Path, database_url: str, *, people: int = 200, seconds: int = 60) -> Log:
    """Let `people` use an academy for so many seconds; a crash of one visitor is an error too."""
    port = free_port()
    environment = make_environment(folder, smtp_port=0, port=port) | {
        "ACADEMY_DATABASE_URL": database_url,
        "ACADEMY_DEMO": "0",
    }
    visitors = _visitors(environment, people)
    log = Log()
    with served(environment, port):
        ends = time.monotonic() + seconds
        threads = [
            threading.Thread(target=_visit, args=(one, port, ends, log, seed))
            for seed, one in enumerate(visitors)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return log


def broken(log: Log) -> list[str]:
    """Return what is over a bound."""
    slow = [
        f"two hundred people: {kind}"
        for kind, spent in log.spent.items()
        if statistics.quantiles(spent, n=20)[18] > SLOWEST_MS[kind]
    ]
    return slow + sorted(set(log.errors))


def _visitors(environment: Mapping[str, str], people: int) -> list[Visitor]:
    app = create_app(read_settings(environment))
    with app.app_context():
        flask_migrate.upgrade()
        starts_on = clock.today() - timedelta(days=66)
        groups = [build(PEOPLE_IN_A_GROUP, starts_on=starts_on) for _ in range(people // 15 + 1)]
        found = [one for group in groups for one in _group(group)]
        db.engine.dispose()
    return found[:people]


def _group(academy: Academy) -> Iterator[Visitor]:
    register = f"/groepen/{academy.cohort_id}/aanwezig/{academy.held_session_id}"
    yield Visitor(
        signed_in(academy.trainer_id),
        ("/vandaag", f"/groepen/{academy.cohort_id}", register),
        register,
    )
    for person_id, enrolment_id in zip(academy.participant_ids, academy.enrolment_ids, strict=True):
        own = f"/leergang/{enrolment_id}"
        lessons = tuple(f"{own}/les/{number}" for number in LESSONS)
        yield Visitor(signed_in(person_id), ("/vandaag", own, *lessons), f"{own}/vragen/2")


@contextmanager
def served(environment: Mapping[str, str], port: int, *, processes: int = 2) -> Iterator[None]:
    """Serve an academy, with its worker, for the block."""
    server = subprocess.Popen(
        [sys.executable, "-m", "academy", "serve", "--web", str(processes)],
        env={**environment, "ACADEMY_LOG_LEVEL": "ERROR"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_open(f"http://127.0.0.1:{port}", server)
        yield
    finally:
        server.terminate()
        server.wait(timeout=40)


def _visit(who: Visitor, port: int, ends: float, log: Log, seed: int) -> None:
    chance = random.Random(seed)
    browser = _Browser(port, who.token, log)
    time.sleep(chance.uniform(0, THINKING_SECONDS[1]))
    while time.monotonic() < ends:
        if chance.random() < SHARE_OF_WRITES:
            page = browser.read(who.form)
            browser.send(who.form, page)
        else:
            browser.read(chance.choice(who.pages))
        time.sleep(chance.uniform(*THINKING_SECONDS))
    browser.close()


class _Browser:
    """One person's browser: keeps the connection, sends forms back as they came."""

    def __init__(self, port: int, token: str, log: Log) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._cookies = {COOKIE: token}
        self._log = log

    def read(self, path: str) -> str:
        return self._ask("read", "GET", path)

    def send(self, path: str, page: str) -> None:
        fields = _Form()
        fields.feed(page)
        self._ask("write", "POST", path, urlencode(fields.values))

    def close(self) -> None:
        self._connection.close()

    def _ask(self, kind: str, method: str, path: str, body: str = "") -> str:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.monotonic()
        try:
            status, text = self._once_more_if_closed(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            status, text = 599, repr(error)
        self._log.note(kind, time.monotonic() - start, status, path)
        return text

    def _once_more_if_closed(
        self, method: str, path: str, body: str, headers: dict[str, str]
    ) -> tuple[int, str]:
        """Ask; on a new connection if the server let the old one go while we were thinking."""
        try:
            return self._answer(method, path, body, headers)
        except (http.client.RemoteDisconnected, ConnectionError):
            self._connection.close()
            return self._answer(method, path, body, headers)

    def _answer(
        self, method: str, path: str, body: str, headers: dict[str, str]
    ) -> tuple[int, str]:
        self._connection.request(method, path, body or None, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = line.partition("=")
            self._cookies[name] = rest.partition(";")[0]
        return answer.status, text


class _Form(HTMLParser):
    """The values of the form in the middle of a page, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[tuple[str, str]] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if tag == "main":
            self._is_inside = True
        if tag != "input" or not self._is_inside or not found.get("name"):
            return
        is_choice = found.get("type") in ("radio", "checkbox")
        if not is_choice or "checked" in found:
            self.values.append((str(found["name"]), found.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self._is_inside = False
