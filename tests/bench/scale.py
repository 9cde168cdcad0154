"""Lists of 20 in a cohort of 100 and in one of 100,000: the same page must cost the same."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask_migrate
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from academy.app import create_app
from academy.kernel import clock
from academy.kernel.db import db
from academy.people.adapters.cookie import cookie_name
from academy.people.models import Person
from certificates.models import Certificate
from certificates.services import counting
from tests.api.programs import V1, make_key, program
from tests.bench.academy import Academy
from tests.bench.crowd import build_crowd
from tests.bench.measuring import cpu_ms, signed_in
from tests.certificates.ready import commit_scene, issue
from tests.conftest import TODAY, Browser, make_settings

SMALL, LARGE = 100, 100_000
MOST_RATIO = 1.3
MOST_VERIFICATION_MS = 39 / 10
"""A tenth of what Moodle spends on it."""
TIMES = 60
MS_PER_TICK = 1e-6


@dataclass(frozen=True, slots=True)
class Line:
    """One page on one database: CPU in milliseconds at both sizes, the server's own included."""

    name: str
    small_ms: float
    large_ms: float

    @property
    def ratio(self) -> float:
        """Return how much dearer the large one is."""
        return self.large_ms / self.small_ms

    def as_json(self) -> dict[str, Any]:
        """Return the line as a JSON-able object."""
        return {
            "name": self.name,
            "cpu_ms_at_100": round(self.small_ms, 2),
            "cpu_ms_at_100000": round(self.large_ms, 2),
            "ratio": round(self.ratio, 2),
        }


@dataclass(frozen=True, slots=True)
class Crowd:
    """An academy of some size, with who opens what in it."""

    app: Flask
    pages: dict[str, tuple[FlaskClient, str]]

    def open(self, name: str) -> float:
        """Open a page once; returns our own CPU in milliseconds."""
        client, path = self.pages[name]
        with self.app.app_context():
            start = time.process_time()
            status = client.get(path).status_code
            spent = time.process_time() - start
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return spent * 1000

    def server_ms(self) -> float:
        """Return the CPU that the database server spent on us until now; 0 for SQLite."""
        with self.app.app_context():
            if db.engine.dialect.name != "postgresql":
                return 0.0
            with db.engine.connect() as connection:
                pids = connection.scalars(
                    sa.text("select pid from pg_stat_activity where datname = current_database()")
                ).all()
        return sum(map(_spent_ms, pids))


def _spent_ms(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) * MS_PER_TICK


def lists(database: str, small_url: str, large_url: str, folder: Path) -> Iterator[Line]:
    """Measure the lists of both sizes by turns, so that a busy machine slows both alike.

    `database` names the kind in the lines.
    """
    with (
        clock.at(TODAY),
        _crowd(small_url, SMALL, folder) as small,
        _crowd(large_url, LARGE, folder) as large,
    ):
        for name in small.pages:
            yield Line(f"{name}, {database}", *by_turns((small, large), name))


def by_turns(crowds: tuple[Crowd, ...], name: str) -> list[float]:
    """Open a page of each crowd by turns; return what it cost each, in milliseconds."""
    for crowd in crowds:
        for _warm_up in range(6):
            crowd.open(name)
    before = [crowd.server_ms() for crowd in crowds]
    rounds = [[crowd.open(name) for crowd in crowds] for _turn in range(TIMES)]
    server = [crowd.server_ms() - was for crowd, was in zip(crowds, before, strict=True)]
    own = [statistics.median(spent) for spent in zip(*rounds, strict=True)]
    return [ours + theirs / TIMES for ours, theirs in zip(own, server, strict=True)]


@contextmanager
def _crowd(url: str, people: int, folder: Path) -> Iterator[Crowd]:
    app = create_app(make_settings(url, folder), testing=True)
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = Browser
    with app.app_context():
        flask_migrate.upgrade()
        pages = _pages(app, build_crowd(people))
        db.session.remove()
    yield Crowd(app, pages)
    with app.app_context():
        db.engine.dispose()


def _pages(app: Flask, academy: Academy) -> dict[str, tuple[FlaskClient, str]]:
    trainer = _browser(app, academy.trainer_id)
    coordinator = _browser(app, academy.coordinator_id)
    key = make_key(db.session.get_one(Person, academy.trainer_id), "cohorts:read")
    cohort = f"/groepen/{academy.cohort_id}"
    return {
        "progress of a cohort": (trainer, cohort),
        "attendance of a cohort": (trainer, f"{cohort}/presentie"),
        "participants of a cohort, for programs": (
            program(app, key),
            f"{V1}/cohorts/{academy.cohort_id}/enrolments?limit=20",
        ),
        "applications of a cohort": (coordinator, f"{cohort}/aanmeldingen"),
        "all cohorts": (coordinator, "/groepen"),
    }


def _browser(app: Flask, person_id: int) -> FlaskClient:
    client = app.test_client()
    client.set_cookie(cookie_name(), signed_in(person_id))
    return client


def verification(url: str, folder: Path) -> float:
    """Return the CPU of checking a certificate that is there, by number, in milliseconds."""
    app = create_app(make_settings(url, folder), testing=True)
    app.test_client_class = Browser
    counting.PER_MINUTE = 10**6
    with app.app_context(), clock.at(TODAY):
        flask_migrate.upgrade()
        issue(commit_scene())
        number = db.session.scalars(sa.select(Certificate.number)).one()
        client, path = app.test_client(), f"/controleer?number={number}"
        if "is geldig" not in client.get(path).text:
            raise RuntimeError("the certificate is not found")
        spent = cpu_ms(lambda: client.get(path), times=TIMES)
        db.session.remove()
        db.engine.dispose()
        return spent
