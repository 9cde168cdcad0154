"""One empty database per test, on SQLite and on PostgreSQL, under the tiny application."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from academy.kernel.db import db
from tests.kernel.tiny_app import make_tiny_app
from tests.postgres import new_database, postgres_server

__all__ = ["app", "database_url", "postgres_server"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.pg)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'academy.sqlite'}"
    return new_database(request.getfixturevalue("postgres_server"))


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The tiny application on that database, inside an app context."""
    tiny = make_tiny_app(database_url)
    with tiny.app_context():
        db.create_all()
        yield tiny
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
