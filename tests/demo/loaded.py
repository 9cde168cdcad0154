"""The loaded demo academy as an application, for tests that only look."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from academy.app import create_app
from academy.demo.today import TODAY
from academy.kernel import clock
from academy.kernel.db import db, set_reading
from academy.kernel.settings import read_settings
from tests.browser.live import make_environment
from tests.demo.academies import close


@dataclass(frozen=True)
class LoadedDemo:
    app: Flask
    seconds: float


@pytest.fixture(scope="session")
def loaded(demo_academy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoadedDemo]:
    """A copy of the demo academy, and in how many seconds it was loaded."""
    folder = tmp_path_factory.mktemp("loaded") / "academy"
    shutil.copytree(demo_academy, folder)
    environment = make_environment(folder, smtp_port=0, port=8000) | {"ACADEMY_LOG_LEVEL": "ERROR"}
    app = create_app(read_settings(environment), testing=True)
    yield LoadedDemo(app, float((folder / "loaded").read_text()))
    close(app)


@pytest.fixture
def demo(loaded: LoadedDemo) -> Iterator[Flask]:
    """The loaded academy with its context pushed, at its own time."""
    set_reading(False)
    with loaded.app.app_context(), clock.at(TODAY):
        yield loaded.app
        db.session.remove()
