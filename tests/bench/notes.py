"""A new key over ten thousand log entries: at most a minute, and pages go on meanwhile."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import flask_migrate
import sqlalchemy as sa
from cryptography.fernet import Fernet
from flask import Flask

from academy.app import create_app
from academy.coaching.models import LogEntry
from academy.kernel import clock, rekeying
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import SYSTEM
from academy.people.adapters.cookie import cookie_name
from tests.bench.measuring import signed_in
from tests.coaching.builders import Table, set_the_table
from tests.conftest import TODAY, Browser, make_settings

ENTRIES = 10_000
MOST_SECONDS = 60.0
MOST_PAGE_SECONDS = 1.0
PAGES_EVERY = 10
"""Batches between two pages of somebody who reads meanwhile."""


def measured(place: Path) -> list[str]:
    """Print what a new key costs, without the pages in between; return the broken bounds."""
    app = create_app(make_settings(f"sqlite:///{place / 'academy.sqlite'}", place), testing=True)
    app.test_client_class = Browser
    with app.app_context(), clock.at(TODAY):
        flask_migrate.upgrade()
        table = set_the_table()
        _write_entries(table)
        old = app.extensions["academy.settings"]
        keys = (Fernet.generate_key().decode(), *old.notes_key)
        app.extensions["academy.settings"] = replace(old, notes_key=keys)
        spent, pages, renewed = _renew(app, table)
        is_done = not any(one.older or one.lost for one in rekeying.look())
        db.session.remove()
        db.engine.dispose()
    figure = {"name": "new key for notes", "entries": ENTRIES, "texts": renewed}
    figure |= {"seconds": round(spent, 1), "slowest_page_seconds": round(max(pages), 2)}
    print(json.dumps(figure))
    broken = spent > MOST_SECONDS or max(pages) > MOST_PAGE_SECONDS or not is_done
    return ["new key for notes"] if broken else []


def _write_entries(table: Table) -> None:
    words = "We spraken over de binnentuin en wie er komt helpen met de planten. " * 4
    now = clock.now()
    with unit_of_work():
        db.session.execute(
            sa.insert(LogEntry),
            [
                {
                    "plan_id": table.plan_id,
                    "person_id": table.samira.id,
                    "coach_id": table.marije.id,
                    "happened_on": clock.today(),
                    "kind": "phone",
                    "discussed": words,
                    "went_well": words,
                    "is_hard": words,
                    "state": "final",
                    **dict.fromkeys(("created_at", "saved_at", "shared_at", "final_at"), now),
                }
                for _number in range(ENTRIES)
            ],
        )


def _renew(app: Flask, table: Table) -> tuple[float, list[float], int]:
    """Return the seconds of the renewal itself, those of each page, and how many texts."""
    client = app.test_client()
    client.set_cookie(cookie_name(), signed_in(table.marije.id))
    pages: list[float] = []
    batches = 0

    def read() -> None:
        nonlocal batches
        batches += 1
        if batches % PAGES_EVERY:
            return
        start = time.monotonic()
        if client.get(f"/begeleiding/{table.plan_id}").status_code != 200:
            raise RuntimeError("the log does not open meanwhile")
        pages.append(time.monotonic() - start)

    client.get(f"/begeleiding/{table.plan_id}")  # the first of all compiles its templates
    start = time.monotonic()
    renewed = rekeying.renew(by=SYSTEM, after_batch=read)
    return time.monotonic() - start - sum(pages), pages, renewed
