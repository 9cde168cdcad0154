"""One loaded demo academy for all tests here that only look."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from academy.demo.loading import load
from academy.demo.today import TODAY
from academy.kernel import clock
from academy.kernel.db import db, set_reading
from tests.demo.academies import close, empty_demo


@dataclass(frozen=True)
class LoadedDemo:
    app: Flask
    seconds: float


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoadedDemo]:
    app = empty_demo(tmp_path_factory.mktemp("demo"))
    set_reading(False)
    began = time.monotonic()
    with app.app_context():
        load()
        db.session.remove()
    yield LoadedDemo(app, time.monotonic() - began)
    close(app)


@pytest.fixture
def demo(loaded: LoadedDemo) -> Iterator[Flask]:
    """The loaded academy with its context pushed, at its own time."""
    set_reading(False)
    with loaded.app.app_context(), clock.at(TODAY):
        yield loaded.app
        db.session.remove()
