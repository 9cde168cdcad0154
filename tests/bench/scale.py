"""Lists of 20 in a cohort of 100 and in one of 100,000: the same page must cost the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask_migrate
import sqlalchemy as sa
from flask import Flask

from academy.app import create_app
from academy.kernel import clock
from academy.kernel.db import db
from academy.people.adapters.cookie import cookie_name
from certificates.models import Certificate
from certificates.services import counting
from tests.bench.academy import Academy
from tests.bench.crowd import build_crowd
from tests.bench.measuring import cpu_ms, signed_in
from tests.certificates.ready import commit_scene, issue
from tests.conftest import TODAY, Browser, make_settings

SMALL, LARGE = 100, 100_000
MOST_RATIO = 1.3
MOST_VERIFICATION_MS = 39 / 10
"""A tenth of what Moodle spends on it."""
TIMES = 40
SERVER_TICK_MS = 1e-6


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


def lists(database: str, small_url: str, large_url: str, folder: Path) -> Iterator[Line]:
    """Measure the lists of both sizes; `database` names the kind in the lines."""
    small = dict(_costs(small_url, SMALL, folder))
    large = dict(_costs(large_url, LARGE, folder))
    for name, spent in small.items():
        yield Line(f"{name}, {database}", spent, large[name])


def _costs(url: str, people: int, folder: Path) -> Iterator[tuple[str, float]]:
    app = create_app(make_settings(url, folder), testing=True)
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = Browser
    with app.app_context(), clock.at(TODAY):
        flask_migrate.upgrade()
        academy = build_crowd(people)
        for name, (person_id, path) in _pages(academy).items():
            yield name, _cost(app, person_id, path)
        db.session.remove()
        db.engine.dispose()


def _pages(academy: Academy) -> dict[str, tuple[int, str]]:
    cohort = f"/groepen/{academy.cohort_id}"
    return {
        "progress of a cohort": (academy.trainer_id, cohort),
        "attendance of a cohort": (academy.trainer_id, f"{cohort}/presentie"),
        "applications of a cohort": (academy.coordinator_id, f"{cohort}/aanmeldingen"),
        "all cohorts": (academy.coordinator_id, "/groepen"),
    }


def _cost(app: Flask, person_id: int | None, path: str) -> float:
    client = app.test_client()
    if person_id is not None:
        client.set_cookie(cookie_name(), signed_in(person_id))
    if client.get(path).status_code != 200:
        raise RuntimeError(f"{path} did not open")
    before = _server_ms()
    own = cpu_ms(lambda: client.get(path), times=TIMES)
    return own + (_server_ms() - before) / (TIMES + 1)


def _server_ms() -> float:
    """Return the CPU that the database server spent for us until now; 0 for SQLite."""
    if db.engine.dialect.name != "postgresql":
        return 0.0
    with db.engine.connect() as connection:
        pids = connection.scalars(
            sa.text("select pid from pg_stat_activity where datname = current_database()")
        ).all()
    return sum(map(_spent_ms, pids))


def _spent_ms(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) * SERVER_TICK_MS


def verification(url: str, folder: Path) -> float:
    """Return the CPU of checking a certificate that is there, by number, in milliseconds."""
    app = create_app(make_settings(url, folder), testing=True)
    app.test_client_class = Browser
    counting.PER_MINUTE = 10**6
    with app.app_context(), clock.at(TODAY):
        flask_migrate.upgrade()
        issue(commit_scene())
        number = db.session.scalars(sa.select(Certificate.number)).one()
        if "is geldig" not in app.test_client().get(f"/controleer?number={number}").text:
            raise RuntimeError("the certificate is not found")
        spent = _cost(app, None, f"/controleer?number={number}")
        db.session.remove()
        db.engine.dispose()
        return spent
