"""The academy of two regions, built once for the run and put back before every module."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from academy.app import create_app
from academy.kernel import clock, limits
from academy.kernel.db import db, set_reading
from academy.people.adapters.cookie import cookie_name
from academy.people.models import SignIn
from tests.access.asking import Watch
from tests.access.world import World, build_world
from tests.conftest import TODAY, Browser, make_settings, put_back_settings
from tests.conftest import _postgres as postgres
from tests.postgres import look_over


@dataclass
class Academy:
    """The running application and the academy in its database."""

    app: Flask
    world: World
    to_close: list[Callable[[], None]] = field(default_factory=list)

    def client(self, principal: str) -> FlaskClient:
        """Return a browser in which this principal is signed in, freshly."""
        client = self.app.test_client()
        token = self.world.tokens.get(principal)
        if token is not None:
            with self.app.app_context():
                client.set_cookie(cookie_name(), token)
            # For the API; pages do not look at it.
            key = self.world.keys[principal]
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
        return client

    def watch(self) -> Watch:
        """Return an eye on what is written from now on."""
        watch = Watch()
        self.to_close.append(watch.close)
        return watch

    def twin(self, url: str = "http://localhost") -> Flask:
        """Return a second application on the same database, where forms need their token."""
        settings = self.app.extensions["academy.settings"]
        changes = {"NOTES_KEY": ",".join(settings.notes_key), "PUBLIC_URL": url}
        made = create_app(
            make_settings(settings.database_url, settings.var, **changes), testing=True
        )
        made.test_client_class = Browser

        def close() -> None:
            with made.app_context():
                db.engine.dispose()

        self.to_close.append(close)
        return made


class _Copies:
    """Copies of the database by name, on SQLite or PostgreSQL."""

    def __init__(self, app: Flask, server_url: str | None, folder: Path) -> None:
        self.app, self.server_url, self.folder = app, server_url, folder

    def _let_go(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def keep(self, name: str) -> None:
        self._let_go()
        if self.server_url:
            postgres(self.server_url, f"create database academy_{name} template academy_tests")
        else:
            shutil.copy(self.folder / "academy.sqlite", self.folder / f"{name}.sqlite")

    def put_back(self, name: str) -> None:
        self._let_go()
        if self.server_url:
            postgres(
                self.server_url,
                "drop database academy_tests with (force)",
                f"create database academy_tests template academy_{name}",
            )
            return
        for end in ("-wal", "-shm"):
            (self.folder / f"academy.sqlite{end}").unlink(missing_ok=True)
        shutil.copy(self.folder / f"{name}.sqlite", self.folder / "academy.sqlite")


@pytest.fixture(scope="session")
def copies(session_app: Flask, server_url: str | None, session_folder: Path) -> _Copies:
    return _Copies(session_app, server_url, session_folder)


@pytest.fixture(scope="session")
def built_world(session_app: Flask, copies: _Copies) -> World:
    """Build the academy of two regions once, for whichever folder of tests asks first."""
    built: World | None = session_app.extensions.get("academy.two_regions")
    if built is not None:
        return built
    copies.put_back("clean")
    set_reading(False)
    with session_app.app_context(), clock.at(TODAY):
        built = build_world()
        if copies.server_url:
            look_over(session_app.extensions["academy.settings"].database_url)
    copies.keep("two_regions")
    session_app.extensions["academy.two_regions"] = built
    return built


@pytest.fixture
def academy(session_app: Flask, built_world: World, copies: _Copies) -> Iterator[Academy]:
    """The academy as built, with everybody signed in just now."""
    copies.put_back("two_regions")
    put_back_settings(session_app)
    set_reading(False)
    limits.forget_here()
    with session_app.app_context(), clock.at(TODAY):
        now = clock.real_now()
        db.session.execute(
            sa.update(SignIn).values(
                last_seen_at=now,
                stepped_up_at=now,
                idle_until=now + timedelta(hours=1),
                expires_at=now + timedelta(hours=2),
            )
        )
        db.session.commit()
        made = Academy(session_app, built_world)
        yield made
        for close in made.to_close:
            close()
        db.session.remove()


@pytest.fixture
def browsers(academy: Academy) -> Callable[[str], FlaskClient]:
    """Return one browser per principal, kept for the test."""
    made: dict[str, FlaskClient] = {}

    def of(principal: str) -> FlaskClient:
        if principal not in made:
            made[principal] = academy.client(principal)
        return made[principal]

    return of
