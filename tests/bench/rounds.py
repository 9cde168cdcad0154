"""Five hundred certificates from one round, and what pages cost others meanwhile.

A real web process and a real worker; the round stands still first, for the idle time of the pages.
"""

from __future__ import annotations

import http.client
import json
import statistics
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import flask_migrate
import sqlalchemy as sa

from academy.app import create_app
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import Actor
from academy.kernel.settings import current, read_settings
from academy.people.models import Person
from certificates.adapters.keys import init_keys
from certificates.models import Certificate
from certificates.services import decisions, rounds
from tests.bench.load import served
from tests.bench.measuring import signed_in
from tests.browser.live import free_port, make_environment
from tests.browser.walk import COOKIE
from tests.certificates.ready import make_ready, make_scene
from tests.factories import make_actor, make_enrolment, make_person

PEOPLE = 500
MOST_SECONDS = 600
MOST_RATIO = 2.0
VISITS = 60
PAUSE_SECONDS = 0.05


def measured(place: Path) -> list[str]:
    """Print every figure; returns the names of those that break a bound."""
    port = free_port()
    environment = make_environment(place, smtp_port=0, port=port) | {"ACADEMY_DEMO": "0"}
    app = create_app(read_settings(environment))
    with app.app_context():
        flask_migrate.upgrade()
        round_id, board_id, token = _granted(PEOPLE)
        pages = ("/", "/opleidingen", "/vandaag", f"/certificaten/rondes/{round_id}")
        with served(environment, port, processes=1):
            visits = _visits(port, token, cycle(pages))
            idle = [next(visits) for _ in range(VISITS)]
            started = time.monotonic()
            with unit_of_work():
                rounds.resume(round_id, by=_acting(board_id))
            busy = list(_until_made(visits, PEOPLE, started))
            seconds = time.monotonic() - started
        db.engine.dispose()
    return _told(idle, busy, seconds)


def _granted(people: int) -> tuple[int, int, str]:
    """Grant so many in a round that stands still; return its id, and who decided."""
    settings = current()
    init_keys(settings.keys, settings.keys_passphrase, now=clock.real_now())
    with unit_of_work():
        scene = make_scene()
        enrolments = [scene.enrolment.id]
        for number in range(people - 1):
            one = make_enrolment(scene.cohort, make_person("Deelnemer", f"Nummer {number}"))
            make_ready(one, by=scene.trainer)
            enrolments.append(one.id)
        trainer_id, board_id = scene.trainer.id, scene.board.id
    with unit_of_work():
        by = _acting(trainer_id)
        proposals = [decisions.propose(one, by=by) for one in enrolments]
    with unit_of_work():
        board = _acting(board_id)
        began = time.monotonic()
        granted = rounds.grant_all(proposals, by=board)
        seconds = round(time.monotonic() - began, 1)
        print(json.dumps({"name": f"grant {people}", "seconds": seconds}))
        assert granted.round_id is not None
        rounds.stop(granted.round_id, by=board)
    return granted.round_id, board_id, signed_in(board_id)


def _acting(person_id: int) -> Actor:
    return make_actor(db.session.get_one(Person, person_id))


def _visits(port: int, token: str, pages: Iterator[str]) -> Iterator[float]:
    """Open one page after another; gives the milliseconds of each."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for page in pages:
        began = time.perf_counter()
        connection.request("GET", page, headers={"Cookie": f"{COOKIE}={token}"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, (page, answer.status)
        yield (time.perf_counter() - began) * 1000
        time.sleep(PAUSE_SECONDS)


def _until_made(visits: Iterator[float], people: int, started: float) -> Iterator[float]:
    made = sa.select(sa.func.count()).where(Certificate.state == "issued")
    while time.monotonic() - started < MOST_SECONDS:
        for _ in range(VISITS // 4):
            yield next(visits)
        with unit_of_work():
            if db.session.scalar(made) == people:
                return


def _told(idle: list[float], busy: list[float], seconds: float) -> list[str]:
    ratio = statistics.median(busy) / statistics.median(idle)
    figures = {
        "name": f"{PEOPLE} certificates in one round",
        "seconds": round(seconds, 1),
        "page_ms_idle": round(statistics.median(idle), 1),
        "page_ms_meanwhile": round(statistics.median(busy), 1),
        "p95_ms_idle": round(statistics.quantiles(idle, n=20)[18], 1),
        "p95_ms_meanwhile": round(statistics.quantiles(busy, n=20)[18], 1),
        "ratio": round(ratio, 2),
    }
    print(json.dumps(figures))
    broken = [f"{PEOPLE} in a round"] if seconds >= MOST_SECONDS else []
    return broken + (["pages during a round"] if ratio > MOST_RATIO else [])
