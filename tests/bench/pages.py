"""What the pages of a cohort of 25 cost, a certificate, the first visit and the start."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path

import flask_migrate
from flask import Flask
from flask.testing import FlaskClient

from academy.app import create_app
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.resources import folder
from academy.people.adapters.cookie import cookie_name
from academy.people.models import Person
from academy.running import web_command
from certificates.adapters.keys import init_keys
from certificates.adapters.make import make_certificate
from courses.services import attendance
from tests.bench.academy import Academy, build
from tests.bench.measuring import bare_page, counted_statements, cpu_ms, measure, signed_in
from tests.browser.live import free_port, make_environment, wait_until_open
from tests.certificates.papers import FONTS, NOW, PASSPHRASE, make_printed
from tests.conftest import TODAY, Browser, make_settings
from tests.factories import make_actor

PEOPLE = 25
MOST_STATEMENTS = 12
MOST_HTML_BYTES = 40_000
MOST_SAVE_STATEMENTS = 20
MOST_ASSET_BYTES = 100_000
MOST_SECONDS = {"academy --help": 1.0, "cold start": 5.0}


def measured(place: Path) -> list[str]:
    """Print every figure; returns the names of those that break a bound."""
    app = create_app(make_settings(f"sqlite:///{place}/academy.sqlite", place), testing=True)
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = Browser
    with app.app_context(), clock.at(TODAY):
        flask_migrate.upgrade()
        academy = build(PEOPLE)
        broken = _pages(app, academy) + _register_save(academy) + _first_visit(app)
        _certificate(place)
    return broken + _starts(place)


def _client(app: Flask, person_id: int | None) -> FlaskClient:
    client = app.test_client()
    if person_id is not None:
        client.set_cookie(cookie_name(), signed_in(person_id))
    return client


def _pages(app: Flask, academy: Academy) -> list[str]:
    bare_ms = cpu_ms(bare_page(), times=200)
    print(json.dumps({"name": "bare Flask page", "cpu_ms": round(bare_ms, 3)}))
    enrolment = academy.enrolment_ids[0]
    register = f"/groepen/{academy.cohort_id}/aanwezig/{academy.held_session_id}"
    pages = (
        ("participant home", academy.participant_id, "/vandaag"),
        ("course page", academy.participant_id, f"/leergang/{enrolment}"),
        ("register of 25", academy.trainer_id, register),
        ("progress of 25", academy.trainer_id, f"/groepen/{academy.cohort_id}"),
        ("verification page", None, "/controleer?number=SLHZ-B-2026-00042-74"),
        ("public home", None, "/"),
    )
    broken = []
    for name, person_id, path in pages:
        client = _client(app, person_id)
        figure = measure(name, lambda c=client, p=path: c.get(p), bare_ms=bare_ms)
        print(json.dumps(figure.as_json()))
        if figure.statements > MOST_STATEMENTS or figure.bytes > MOST_HTML_BYTES:
            broken.append(name)
    return broken


def _register_save(academy: Academy) -> list[str]:
    statuses = cycle(("absent", "present"))
    versions = iter(range(1, 1000))

    def save() -> None:
        status, version = next(statuses), next(versions)
        with unit_of_work():
            marks = [
                attendance.NewMark(enrolment_id=one, status=status, seen_version=version)
                for one in academy.enrolment_ids
            ]
            trainer = make_actor(db.session.get_one(Person, academy.trainer_id))
            attendance.save_register(academy.held_session_id, marks, by=trainer)

    with counted_statements() as statements:
        save()
    spent = cpu_ms(save, times=20)
    figure = {
        "name": "register save of 25",
        "cpu_ms": round(spent, 2),
        "statements": len(statements),
    }
    print(json.dumps(figure))
    return [figure["name"]] if len(statements) > MOST_SAVE_STATEMENTS else []


def _certificate(place: Path) -> None:
    """Print what one certificate costs: rendered, sealed, and its own output checked."""
    keys = place / "bench-keys"
    init_keys(keys, PASSPHRASE, now=NOW)
    printed = make_printed("residents", "nl")

    def make() -> int:
        made = make_certificate(
            printed,
            "residents",
            keys_folder=keys,
            passphrase=PASSPHRASE,
            now=NOW,
            fonts_folder=FONTS,
        )
        return len(made.pdf)

    make()
    start = time.perf_counter()
    sizes = [make() for _ in range(10)]
    wall_ms = (time.perf_counter() - start) * 100  # ten documents, in the document child
    name = "certificate, sealed and checked"
    figure = {"name": name, "wall_ms": round(wall_ms, 1), "bytes": sizes[0]}
    print(json.dumps(figure))


def _first_visit(app: Flask) -> list[str]:
    """Add up what the home page makes a browser fetch, as a server that compresses sends it."""
    page = app.test_client().get("/").text
    addresses = set(re.findall(r'(?:href|src)="(/static/[^"?#]+)', page))
    addresses |= {"/static/vendor/fonts/files/atkinson-hyperlegible-next-latin-wght-normal.woff2"}
    sizes = {address: _sent_bytes(address) for address in addresses}
    figure = {"name": "first visit assets", "files": len(sizes), "bytes": sum(sizes.values())}
    print(json.dumps(figure))
    return ["first visit assets"] if figure["bytes"] > MOST_ASSET_BYTES else []


def _sent_bytes(address: str) -> int:
    data = (folder("static") / address.removeprefix("/static/")).read_bytes()
    return len(data) if address.endswith(".woff2") else len(gzip.compress(data))


def _starts(var: Path) -> list[str]:
    """Time `academy --help`, and the web server from nothing to its first answer."""
    start = time.monotonic()
    subprocess.run([sys.executable, "-m", "academy", "--help"], check=True, capture_output=True)
    seconds = {"academy --help": time.monotonic() - start}
    port = free_port()
    environment = make_environment(var, smtp_port=0, port=port)
    start = time.monotonic()
    server = subprocess.Popen(
        web_command(str(port), processes=1, host="127.0.0.1"),
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_open(f"http://127.0.0.1:{port}", server)
        seconds["cold start"] = time.monotonic() - start
    finally:
        server.terminate()
        server.wait()
    for name, spent in seconds.items():
        print(json.dumps({"name": name, "seconds": round(spent, 2)}))
    return [name for name, spent in seconds.items() if spent > MOST_SECONDS[name]]
