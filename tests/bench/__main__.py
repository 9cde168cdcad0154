"""`make bench`: prints one JSON line per page, on a cohort of 25, and fails when a bound is broken.

Bounds: at most 12 statements, 40 kB of HTML; a register save of 25 is one insert and one upsert.
CPU is given in milliseconds and as a ratio to a bare Flask page of the same process, which is
what to compare between machines.
"""

from __future__ import annotations

import json
import logging
import tempfile
from itertools import cycle
from pathlib import Path

import flask_migrate
from flask import Flask
from flask.testing import FlaskClient

from academy.app import create_app
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.adapters.cookie import cookie_name
from academy.people.models import Account, Person
from academy.people.services.sign_in import open_sign_in
from courses.services import attendance
from tests.bench.academy import Academy, build
from tests.bench.measuring import bare_page, counted_statements, cpu_ms, measure
from tests.conftest import TODAY, Browser, make_settings
from tests.factories import make_actor

PEOPLE = 25
MOST_STATEMENTS = 12
MOST_HTML_BYTES = 40_000
MOST_SAVE_STATEMENTS = 20


def main() -> int:
    """Measure everything; the exit status says how many bounds were broken."""
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/academy.sqlite"
        app = create_app(make_settings(url, Path(folder)), testing=True)
        app.config["WTF_CSRF_ENABLED"] = False
        app.test_client_class = Browser
        with app.app_context(), clock.at(TODAY):
            flask_migrate.upgrade()
            academy = build(PEOPLE)
            broken = _pages(app, academy) + _register_save(academy)
    return len(broken)


def _client(app: Flask, person_id: int | None) -> FlaskClient:
    client = app.test_client()
    if person_id is not None:
        with unit_of_work():
            if db.session.get(Account, person_id) is None:
                db.session.add(Account(person_id=person_id, mailbox=f"p{person_id}@test.example"))
                db.session.flush()
            opened = open_sign_in(person_id, device="bench")
        client.set_cookie(cookie_name(), opened.token)
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


if __name__ == "__main__":
    raise SystemExit(main())
