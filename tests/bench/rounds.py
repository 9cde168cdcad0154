"""Five hundred certificates from one round, and what pages and writing cost others meanwhile.

A real web process and a real worker, which grants and makes. The round stands still first and is
done at the end: the idle time is that of before and after, so that a neighbour on this machine who
comes or goes in between counts on both sides.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import cycle
from pathlib import Path

import flask_migrate
import sqlalchemy as sa

from academy.app import create_app
from academy.kernel import clock, limits
from academy.kernel.db import db, unit_of_work
from academy.kernel.limits import Limit
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
FIRST = 24
"""Granted before all else, so that the page of the round shows as many rows before as after."""
MOST_SECONDS = 600
MOST_RATIO = 2.0
MOST_WRITE_MS = 400.0
"""How long one in twenty who write may wait meanwhile, at least."""
VISITS = 80
PAUSE_SECONDS = 0.05
WRITES = Limit("bench", times=1_000_000, window=timedelta(hours=1))


@dataclass
class Visits:
    """Milliseconds of pages and of small writes, one after another."""

    pages: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)


def measured(place: Path) -> list[str]:
    """Print every figure; returns the names of those that break a bound."""
    port = free_port()
    environment = make_environment(place, smtp_port=0, port=port) | {"ACADEMY_DEMO": "0"}
    app = create_app(read_settings(environment))
    with app.app_context():
        flask_migrate.upgrade()
        round_id, board_id, token = _asked(PEOPLE)
        with served(environment, port, processes=1):
            pages = cycle(("/", "/opleidingen", "/vandaag", f"/certificaten/rondes/{round_id}"))
            look = partial(_look, port, token)
            idle, busy = Visits(), Visits()
            _visit(idle, look, pages, times=VISITS)
            started = time.monotonic()
            with unit_of_work():
                rounds.resume(round_id, by=_acting(board_id))
            while not _is_made(PEOPLE) and time.monotonic() - started < MOST_SECONDS:
                _visit(busy, look, pages, times=VISITS // 8)
            seconds = time.monotonic() - started
            _visit(idle, look, pages, times=VISITS)
        db.engine.dispose()
    return _told(idle, busy, seconds)


def _asked(people: int) -> tuple[int, int, str]:
    """Ask so many in a round that stands still; return its id, and who decided."""
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
        round_id = rounds.ask_all(proposals, by=_acting(board_id))
    _tell_grants(round_id)
    with unit_of_work():
        rounds.stop(round_id, by=_acting(board_id))
    return round_id, board_id, signed_in(board_id)


def _tell_grants(round_id: int) -> None:
    """Print how long one transaction of grants holds the database's writer."""
    spent = []
    for _ in range(FIRST // rounds.GRANTS_AT_ONCE):
        began = time.perf_counter()
        with unit_of_work():
            rounds.grant_next(round_id)
        spent.append((time.perf_counter() - began) * 1000)
    figures = {"name": f"grant {rounds.GRANTS_AT_ONCE}", "ms": round(statistics.median(spent), 1)}
    print(json.dumps(figures))


def _acting(person_id: int) -> Actor:
    return make_actor(db.session.get_one(Person, person_id))


def _visit(into: Visits, look: Callable[[str], None], pages: Iterator[str], *, times: int) -> None:
    """Open one page after another, and write something small now and then."""
    for number in range(times):
        into.pages.append(_milliseconds(partial(look, next(pages))))
        if number % 4 == 0:
            into.writes.append(_milliseconds(lambda: limits.spend(WRITES, "bench")))
        time.sleep(PAUSE_SECONDS)


def _milliseconds(what: Callable[[], None]) -> float:
    began = time.perf_counter()
    what()
    return (time.perf_counter() - began) * 1000


def _look(port: int, token: str, page: str) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", page, headers={"Cookie": f"{COOKIE}={token}"})
        answer = connection.getresponse()
        answer.read()
    assert answer.status == 200, (page, answer.status)


def _is_made(people: int) -> bool:
    with unit_of_work():
        made = sa.select(sa.func.count()).where(Certificate.state == "issued")
        return db.session.scalar(made) == people


def _told(idle: Visits, busy: Visits, seconds: float) -> list[str]:
    ratio = statistics.median(busy.pages) / statistics.median(idle.pages)
    waited = _slowest(busy.writes)
    figures = {
        "name": f"{PEOPLE} certificates in one round",
        "seconds": round(seconds, 1),
        "page_ms_idle": round(statistics.median(idle.pages), 1),
        "page_ms_meanwhile": round(statistics.median(busy.pages), 1),
        "p95_ms_idle": round(_slowest(idle.pages), 1),
        "p95_ms_meanwhile": round(_slowest(busy.pages), 1),
        "ratio": round(ratio, 2),
        "write_p95_ms_idle": round(_slowest(idle.writes), 1),
        "write_p95_ms_meanwhile": round(waited, 1),
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(figures))
    broken = [f"{PEOPLE} in a round"] if seconds >= MOST_SECONDS else []
    broken += ["pages during a round"] if ratio > MOST_RATIO else []
    return broken + (["writing during a round"] if waited > MOST_WRITE_MS else [])


def _slowest(spent: list[float]) -> float:
    """Return what one in twenty exceeds."""
    return statistics.quantiles(spent, n=20)[18]
