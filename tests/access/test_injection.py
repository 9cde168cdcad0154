"""What people type is text on every page: never an element, an attribute or an address (T05)."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, render_template_string
from werkzeug.serving import make_server

from academy.kernel.db import db
from academy.kernel.limits import Attempt, forget_here
from academy.people.adapters.cookie import cookie_name
from academy.people.models import Person
from certificates.models import VerificationCount
from tests.access.marks import KERNEL, is_code, is_text
from tests.access.test_foreign_objects import opened_pages, plant
from tests.access.world import PRINCIPALS
from tests.browser.chromium import chromium
from tests.trust.payloads import PAGE, TAG, live_parts
from tests.trust.sizes import size

pytestmark = [pytest.mark.slow, pytest.mark.trust("T05")]

ROUNDS = size(4, otherwise=1)
FEWEST_PAYLOADS = size(20, otherwise=3)
MOST_IN_CHROMIUM = size(400, otherwise=30)
LONGEST = 400
LIMITED = ("/c/", "/controleer")
"""What opens thirty times a minute and then no more."""
OWN_WORDS = {"nl", "en"}
"""A text in two languages inside a JSON column."""


def text_columns() -> list[sa.Column[Any]]:
    """Return every column of words: of people, of trainers and of who writes the courses."""
    return [
        column
        for table in db.metadata.sorted_tables
        if table.name not in KERNEL
        for column in table.columns
        if is_text(column) and not is_code(column) and not isinstance(column.type, sa.JSON)
    ]


KEYS = {"course.key", "module.key", "practice_assignment.key", "quiz.key", "track.key"}
KEYS |= {"working_method.key", "course_version.version", "course_version.content_hash"}
KEYS |= {"signing_key.kid", "signing_key.purpose", "signing_key.fingerprint"}
KEYS |= {"signing_key.certificate_pem", "verification_count.way"}
"""Words by which the house itself finds a row again; nobody types them."""


class Filler:
    """Writes payloads into the academy and remembers which went where."""

    def __init__(self) -> None:
        self.written: dict[str, set[str]] = defaultdict(set)

    def fill(self, turn: int) -> None:
        """Put another payload into every text of every row."""
        for number, column in enumerate(text_columns()):
            if str(column) not in KEYS:
                self._fill_column(column, turn * 7 + number)
        for table in db.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, sa.JSON) and table.name not in KERNEL:
                    self._fill_json(column, turn)
        db.session.commit()

    def _fill_column(self, column: sa.Column[Any], start: int) -> None:
        key = next(iter(column.table.primary_key))
        room = min(getattr(column.type, "length", None) or LONGEST, LONGEST)
        fitting = [payload for payload in PAGE if len(payload) <= room]
        for place, row in enumerate(db.session.scalars(sa.select(key).order_by(key)).all()):
            chosen: list[str] = []
            turned = fitting[(start + place) % len(fitting) :] + fitting
            had = frozenset(self.written[str(column)])
            # What this column did not have yet goes first, the shortest of it: more has room.
            for payload in sorted(turned, key=lambda one: (one in had, len(one))):
                if payload not in chosen and len(" ".join([*chosen, payload])) <= room:
                    chosen.append(payload)
            self.written[str(column)].update(chosen)
            update = sa.update(column.table).where(key == row)
            value = " ".join(chosen)
            if column.unique:
                value = f"{value[: room - 6]}{row}"
            db.session.execute(update.values({column.name: value}))

    def _fill_json(self, column: sa.Column[Any], turn: int) -> None:
        key = next(iter(column.table.primary_key))
        for row, value in db.session.execute(sa.select(key, column)).all():
            filled = _with_payloads(value, turn + row, is_free=is_text(column))
            if filled != value:
                update = sa.update(column.table).where(key == row)
                db.session.execute(update.values({column.name: filled}))


def _with_payloads(value: Any, turn: int, *, is_free: bool) -> Any:
    """Return `value` with other words: in free text all of them, else those in two languages."""
    payload = PAGE[turn % len(PAGE)]
    if isinstance(value, list):
        return [_with_payloads(one, turn, is_free=is_free) for one in value]
    if not isinstance(value, dict):
        return payload if is_free and isinstance(value, str) else value
    if value.keys() >= OWN_WORDS and all(isinstance(value[word], str) for word in OWN_WORDS):
        return value | dict.fromkeys(OWN_WORDS, payload)
    return {name: _with_payloads(one, turn, is_free=is_free) for name, one in value.items()}


def pages_of_all(academy: Any, browsers: Any) -> list[tuple[str, str]]:
    """Return every page that opens, with who opens it; by its code one certificate."""
    found = [
        (principal, path)
        for principal in PRINCIPALS
        for path, answer in opened_pages(academy, browsers(principal), principal)
        if answer.mimetype == "text/html" and not path.startswith(LIMITED)
    ]
    return [("anonymous", f"/c/{next(iter(academy.world.codes.values()))}"), *found]


def showing(pages: list[tuple[str, str]], browsers: Any) -> Iterator[tuple[str, str, str]]:
    """Open the pages again; yield who, address and text of each that shows a payload."""
    for principal, path in pages:
        answer = browsers(principal).get(path)
        assert answer.status_code == 200, f"{path} broke for {principal}: {answer.status_code}"
        # Written out, a payload may hide its letters as numbers.
        if TAG in answer.text or TAG in unescape(answer.text):
            yield principal, path, answer.text


def _forget_tries() -> None:
    """Let nobody have asked too often: here everything is opened again and again."""
    for counted in (Attempt, VerificationCount):
        db.session.execute(sa.delete(counted))
    db.session.commit()
    forget_here()


def test_no_text_of_anybody_comes_alive_on_any_page(academy, browsers):
    filler, pages = Filler(), pages_of_all(academy, browsers)
    for turn in range(ROUNDS):
        filler.fill(turn)
        _forget_tries()
        shown = list(showing(pages, browsers))
        faults = [
            f"{path} {principal}: {one}"
            for principal, path, text in shown
            for one in live_parts(text)
        ]
        assert not faults, "\n".join([f"{len(faults)} faults in round {turn}", *faults[:40]])
        assert len(shown) > 150
    few = {
        name: len(found) for name, found in filler.written.items() if len(found) < FEWEST_PAYLOADS
    }
    assert few == {}
    assert len(filler.written) > 60


@pytest.mark.trust("T05", planted=True)
def test_a_page_that_trusts_what_was_typed_is_found(academy, browsers, monkeypatch):
    def careless() -> str:
        names = list(db.session.scalars(sa.select(Person.call_name)))
        return render_template_string(
            "{% for n in names %}<b>{{ n|safe }}</b>{% endfor %}", names=names
        )

    def unquoted() -> str:
        names = list(db.session.scalars(sa.select(Person.call_name)))
        return render_template_string(
            "{% for n in names %}<b title={{ n }}>{% endfor %}", names=names
        )

    def link() -> str:
        names = list(db.session.scalars(sa.select(Person.call_name)))
        page = "{% for n in names %}<a href='{{ n }}'>x</a>{% endfor %}"
        return render_template_string(page, names=names)

    def alive() -> set[str]:
        return set(live_parts(browsers("coordinator").get("/groepen").text))

    said: dict[Any, set[str]] = {careless: set(), unquoted: set(), link: set()}
    Filler().fill(0)
    for view in said:
        with monkeypatch.context() as patch:
            plant(patch, academy.app, "cohorts.index", view)
            said[view] |= alive()
    assert any(one.startswith("<script") for one in said[careless])
    assert any(" on" in one for one in said[unquoted])
    assert any("href=" in one for one in said[link])


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the application from this process, on its own database, for the block."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


WATCHER = """
addEventListener("securitypolicyviolation", e => {
  window.refused = [...(window.refused || []), `${e.violatedDirective} ${e.blockedURI}`];
});
"""


class Spectator:
    """A page in Chromium that notes what happens by itself."""

    def __init__(self, context: Any, url: str) -> None:
        self.happened: list[str] = []
        self.page = context.new_page()
        self.page.add_init_script(WATCHER)
        self.page.on("dialog", self._dialog)
        self.page.on("request", lambda request: self._request(request.url, url))

    def _dialog(self, dialog: Any) -> None:
        self.happened.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _request(self, asked: str, own: str) -> None:
        if not asked.startswith((own, "data:", "about:", "blob:")):
            self.happened.append(f"request {asked}")

    def open(self, address: str) -> list[str]:
        """Open an address and return what happened there."""
        self.happened.clear()
        self.page.goto(address, wait_until="load")
        refused = self.page.evaluate("window.refused || []")
        return [*self.happened, *(f"policy {one}" for one in refused)]


def sign_in_to(context: Any, academy: Any, principal: str, url: str) -> None:
    """Let a browser come in as a principal."""
    if token := academy.world.tokens.get(principal):
        context.add_cookies([{"name": cookie_name(), "value": token, "url": url}])


@pytest.mark.browser
@pytest.mark.once
@pytest.mark.trust("T39")
def test_in_chromium_nothing_happens_by_itself(academy, browsers):
    """No dialog, nothing that the policy had to refuse, no address but our own."""
    pages = pages_of_all(academy, browsers)
    Filler().fill(3)
    _forget_tries()
    shown = [(principal, path) for principal, path, _text in showing(pages, browsers)]
    step = max(1, len(shown) // MOST_IN_CHROMIUM)
    db.session.rollback()
    faults = []
    with served(academy.app) as url, chromium() as browser:
        for principal in PRINCIPALS:
            context = browser.new_context()
            sign_in_to(context, academy, principal, url)
            spectator = Spectator(context, url)
            for path in [path for one, path in shown[::step] if one == principal]:
                faults += [f"{path} {principal}: {one}" for one in spectator.open(url + path)]
            context.close()
    assert faults == []


@pytest.mark.browser
@pytest.mark.once
@pytest.mark.trust("T05", planted=True)
@pytest.mark.trust("T39", planted=True)
def test_in_chromium_a_payload_that_lives_is_found(academy, monkeypatch):
    def careless() -> str:
        return f"<main><img src='https://{TAG}.example/x.png' onerror='alert(1)'></main>"

    plant(monkeypatch, academy.app, "cohorts.index", careless)
    db.session.rollback()
    with served(academy.app) as url, chromium() as browser:
        context = browser.new_context()
        sign_in_to(context, academy, "coordinator", url)
        happened = Spectator(context, url).open(f"{url}/groepen")
        context.close()
        trusting = browser.new_context(bypass_csp=True)
        sign_in_to(trusting, academy, "coordinator", url)
        without_policy = Spectator(trusting, url).open(f"{url}/groepen")
        trusting.close()
    assert any(one.startswith("policy") for one in happened)
    assert any(one.startswith("request") for one in without_policy)
