"""Demo academies of their own for tests, and the sample files as rows."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import flask_migrate
from flask import Flask

from academy.app import create_app
from academy.demo.loading import SAMPLE_DATA
from academy.kernel import clock
from academy.kernel.db import db
from certificates.adapters.keys import init_keys
from tests.conftest import make_settings

CsvRow = dict[str, str]


def read_csv(name: str, folder: Path = SAMPLE_DATA) -> list[CsvRow]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_csv(name: str, rows: list[CsvRow], folder: Path) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def copy_of_sample(folder: Path) -> Path:
    shutil.copytree(SAMPLE_DATA, folder)
    return folder


def empty_demo(folder: Path) -> Flask:
    """Return the application over a migrated, empty database below `folder`, with keys."""
    settings = make_settings(f"sqlite:///{folder / 'academy.sqlite'}", folder, DEMO="1")
    init_keys(settings.keys, settings.keys_passphrase, now=clock.real_now())
    app = create_app(settings, testing=True)
    with app.app_context():
        flask_migrate.upgrade()
        db.session.remove()
    return app


def close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
