"""Fixtures that every test may use: a migrated application, a client, and signing in.

`TEST_ON=postgresql` runs the same tests on PostgreSQL.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient

from academy.app import create_app
from academy.kernel import clock, limits
from academy.kernel.checkpoint import FILE as CHECKPOINT
from academy.kernel.db import db, set_reading, unit_of_work
from academy.kernel.settings import Settings, read_settings
from academy.people.adapters.cookie import cookie_name
from academy.people.models import Account, Person
from tests.browser import live
from tests.factories import make_sign_in
from tests.postgres import CleanDatabase, cluster

TODAY = clock.local(date(2026, 11, 23), 9)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run on PostgreSQL leave out what no database is asked for."""
    parser.addoption("--only-database", action="store_true", help="tests that use any database")


LONGEST = (
    "certificates/test_tasks_kill",
    "access/test_injection",
    "certificates/test_tasks_disk",
    "browser/test_every_page",
    "journeys/test_rehearsal",
    "journeys/test_chain_commands",
    "journeys/test_chain",
    "certificates/test_services_stateful",
    "access/test_foreign_objects",
    "certificates/test_tasks_reseal",
    "trust/test_house_paper",
    "access/test_headers",
    "access/test_traces",
    "access/test_verification",
    "access/test_read_log",
    "browser/test_log_offline",
    "browser/test_practice",
    "keeping/test_many_workers",
    "keeping/test_outages",
    "demo/test_loaded_academy",
    "demo/test_other_data",
)
"""Modules that begin the work of a worker, so that none is alone with one of them at the end."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest first; write into the results which promise a test proves (trust.csv)."""
    for item in items:
        for mark in item.iter_markers("trust"):
            item.user_properties.append(("trust", mark.args[0]))
            if mark.kwargs.get("planted"):
                item.user_properties.append(("planted", mark.args[0]))
    if config.getoption("--only-database"):
        items[:] = [item for item in items if _asks_database(item)]
    _put_longest_first(items, parts=getattr(config, "workerinput", {}).get("workercount", 1))


def _put_longest_first(items: list[pytest.Item], *, parts: int) -> None:
    """Each worker gets a part to begin with (xdist, worksteal): the longest begin each in turn."""
    places = {f"tests/{name}.py": place for place, name in enumerate(LONGEST)}
    long: list[list[pytest.Item]] = [[] for _part in range(parts)]
    rest = []
    for item in items:
        place = places.get(_file_of(item))
        (rest if place is None else long[place % parts]).append(item)
    count, items[:] = len(items), []
    for part, begin in enumerate(long, start=1):
        begin.sort(key=lambda item: places[_file_of(item)])
        room = max(0, count * part // parts - len(items) - len(begin))
        items += [*begin, *rest[:room]]
        rest = rest[room:]
    items += rest


def _file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _asks_database(item: pytest.Item) -> bool:
    if any(item.get_closest_marker(name) for name in ("sqlite", "once")):
        return False
    fixtures = getattr(item, "fixturenames", ())
    return "server_url" in fixtures or item.get_closest_marker("pg") is not None


def make_settings(database_url: str, folder: Path, **changes: str) -> Settings:
    """Return settings for tests, with everything below `folder`."""
    values = {
        "ACADEMY_VAR": str(folder),
        "ACADEMY_DATABASE_URL": database_url,
        "ACADEMY_SECRET_KEY": "a secret that only tests know, forty signs",
        "ACADEMY_NOTES_KEY": Fernet.generate_key().decode(),
        "ACADEMY_KEYS_PASSPHRASE": "a passphrase that only tests know",
        "ACADEMY_DEMO": "0",
        "ACADEMY_LOG_LEVEL": "ERROR",
    }
    return read_settings(values | {f"ACADEMY_{name}": value for name, value in changes.items()})


class Browser(FlaskClient):
    """A test client whose every request has an application context of its own, as in life."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send one request; the test's own reading ends first, for SQLite has one writer."""
        db.session.rollback()
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Show, with a test that failed, what the academies it looked at printed last."""
    report = yield
    if report.failed:
        for log in live.logs:
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            report.sections.append((str(log), "\n".join(lines[-60:])))
    return report


@pytest.fixture(scope="session")
def server_url() -> Iterator[str | None]:
    """The test PostgreSQL server, or None when tests run on SQLite."""
    if os.environ.get("TEST_ON") != "postgresql":
        yield None
        return
    with cluster() as url:
        yield url


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this run's academy."""
    return tmp_path_factory.mktemp("academy")


@pytest.fixture(scope="session")
def session_app(server_url: str | None, session_folder: Path) -> Iterator[Flask]:
    """One application for the run; its database is put back before every test."""
    if server_url is None:
        url = f"sqlite:///{session_folder / 'academy.sqlite'}"
    else:
        _postgres(server_url, "create database academy_tests")
        url = f"{server_url}academy_tests"
    app = create_app(make_settings(url, session_folder), testing=True)
    app.extensions["academy.first_settings"] = app.extensions["academy.settings"]
    put_back_settings(app)
    app.test_client_class = Browser
    with app.app_context():
        flask_migrate.upgrade()
        db.session.remove()
        db.engine.dispose()
    if server_url is None:
        shutil.copy(session_folder / "academy.sqlite", session_folder / "clean.sqlite")
    else:
        _postgres(server_url, "create database academy_clean template academy_tests")
    yield app
    with app.app_context():
        db.engine.dispose()


def put_back_settings(app: Flask) -> None:
    """Let the application of the run be set as at its start, whatever a test left behind."""
    app.extensions["academy.settings"] = app.extensions["academy.first_settings"]
    app.config["WTF_CSRF_ENABLED"] = False


def forget_backups(folder: Path) -> None:
    """Forget where the chains stood at a backup or checkpoint: those were another test's chains."""
    (folder / CHECKPOINT).unlink(missing_ok=True)
    shutil.rmtree(folder / "checkpoints", ignore_errors=True)


def _postgres(server_url: str, *statements: str) -> None:
    engine = sa.create_engine(f"{server_url}postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture(scope="session")
def clean_database(session_app: Flask, server_url: str | None) -> CleanDatabase | None:
    """The database of the run on PostgreSQL, to be put back; None on SQLite."""
    if server_url is None:
        return None
    return CleanDatabase(server_url, "academy_tests", template="academy_clean")


@pytest.fixture
def app(
    session_app: Flask, clean_database: CleanDatabase | None, session_folder: Path
) -> Iterator[Flask]:
    """The application on an empty, migrated database, with its context pushed; it is 23 November
    2026, nine o'clock."""
    with session_app.app_context():
        db.engine.dispose()
    if clean_database is None:
        for name in ("academy.sqlite-wal", "academy.sqlite-shm"):
            (session_folder / name).unlink(missing_ok=True)
        shutil.copy(session_folder / "clean.sqlite", session_folder / "academy.sqlite")
    else:
        clean_database.put_back()
    put_back_settings(session_app)
    forget_backups(session_folder)
    set_reading(False)
    limits.forget_here()
    with session_app.app_context(), clock.at(TODAY):
        yield session_app
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript, nobody signed in."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Person | int], FlaskClient]:
    """Return a client in which the given person is signed in, freshly (step-up holds).

    The second factor was given.
    """

    def open_for(person: Person | int) -> FlaskClient:
        person_id = person if isinstance(person, int) else person.id
        with unit_of_work():
            if db.session.get(Account, person_id) is None:
                db.session.add(Account(person_id=person_id, mailbox=f"p{person_id}@test.example"))
                db.session.flush()
            token = make_sign_in(person_id)
        client = app.test_client()
        client.set_cookie(cookie_name(), token)
        return client

    return open_for


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for what is made once: by all workers of a run, and by all runs of `bin/test`."""
    if given := os.environ.get("TEST_SHARED"):
        return Path(given)
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def demo_academy(shared_folder: Path) -> Path:
    """The folder of a loaded demo academy: made once, to be copied before use.

    Its file `loaded` tells in how many seconds.
    """
    folder = shared_folder / "demo-academy"
    with (shared_folder / "demo-academy.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "loaded").exists():
            shutil.rmtree(folder, ignore_errors=True)
            seconds = live.load_demo(folder)
            (folder / "loaded").write_text(str(seconds))
    return folder
