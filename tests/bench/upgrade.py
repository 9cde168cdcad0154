"""How long an academy of fifty thousand stands still while its tables become those of today.

They go back to the first schema we had and up again with everything that stands in them: every
table that a step makes anew is copied, and the register's chain is entered from the beginning.
What counts is the time on the clock, without that in which a neighbour had the processor.
"""

from __future__ import annotations

import hashlib
import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import flask_migrate
import sqlalchemy as sa

from academy.app import create_app
from academy.coaching.models import CoachLoad
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.models import Person
from certificates.models import (
    Certificate,
    CertificateEvent,
    ChainHead,
    Decision,
    SigningKey,
)
from tests.bench.crowd import CHUNK, FIRST, build_crowd
from tests.bench.guidance import grow
from tests.conftest import TODAY, make_settings
from tests.factories import make_person, make_place

LEARNERS = 50_000
GUIDED = 10_000
FIRST_GUIDED = 3 * FIRST
OLDEST = "0001"
MOST_SECONDS = 60.0
ISSUED_ON = date(2025, 6, 2)
STEPS = ("issued", "handed_out")


def measured(place: Path) -> list[str]:
    """Print how long the upgrade takes; return its name when that is too long."""
    app = create_app(make_settings(f"sqlite:///{place}/academy.sqlite", place), testing=True)
    with app.app_context(), clock.at(TODAY):
        flask_migrate.upgrade()
        _build()
        people = _count(Person)
        db.session.remove()
        flask_migrate.downgrade(revision=OLDEST)
        start, stood_by = time.perf_counter(), _stood_by()
        flask_migrate.upgrade()
        on_the_clock = time.perf_counter() - start
        seconds = on_the_clock - (_stood_by() - stood_by)
        is_whole = (_count(Person), _entered()) == (people, LEARNERS * len(STEPS))
        is_whole = is_whole and _count(CoachLoad) > 0
        db.session.remove()
        db.engine.dispose()
    figure = {"name": "upgrade from the first schema", "learners": LEARNERS, "people": people}
    figure |= {"seconds": round(seconds, 1), "on_the_clock": round(on_the_clock, 1)}
    figure |= {"most": MOST_SECONDS}
    print(json.dumps(figure))
    return [] if is_whole and seconds <= MOST_SECONDS else ["upgrade from the first schema"]


def _stood_by() -> float:
    """Return how long we were ready and another had the processor, in seconds."""
    return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9


def _count(model: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def _entered() -> int:
    """Return how many steps the chain of the register says it holds."""
    return db.session.scalar(sa.select(ChainHead.entries)) or 0


def _build() -> None:
    """Give everybody who learns a certificate, and some others a coach."""
    build_crowd(LEARNERS)
    with unit_of_work():
        place_id = make_place("Overal").id
        coach_ids = [make_person(f"Begeleider {number}").id for number in range(100)]
        proposer_id, decider_id = make_person("Tess").id, make_person("Josien").id
        key_id = _key()
    grow(range(FIRST_GUIDED, FIRST_GUIDED + GUIDED), place_id, coach_ids)
    for start in range(0, LEARNERS, CHUNK):
        numbers = range(start, min(start + CHUNK, LEARNERS))
        with unit_of_work():
            db.session.execute(
                sa.insert(Decision), [_decision(n, proposer_id, decider_id) for n in numbers]
            )
            db.session.execute(sa.insert(Certificate), [_certificate(n, key_id) for n in numbers])
            steps = [_step(n, kind, decider_id) for n in numbers for kind in STEPS]
            db.session.execute(sa.insert(CertificateEvent), steps)


def _key() -> int:
    key = SigningKey(
        kid="bench",
        purpose="certificates",
        fingerprint=_hash("bench"),
        certificate_pem="",
        valid_from=clock.now(),
        valid_to=clock.now(),
    )
    db.session.add(key)
    db.session.flush()
    return key.id


def _decision(number: int, proposer_id: int, decider_id: int) -> dict[str, Any]:
    return {
        "id": FIRST + number,
        "enrolment_id": FIRST + number,
        "kind": "first",
        "proposer_id": proposer_id,
        "holder_id": FIRST + number,
        "proposed_at": clock.now(),
        "decided_by_id": decider_id,
        "decided_at": clock.now(),
        "outcome": "grant",
        "reason": "Alles is gedaan.",
        "verdict": {"passed": True},
        "version": 1,
    }


def _certificate(number: int, key_id: int) -> dict[str, Any]:
    return {
        "id": FIRST + number,
        "number": f"SLHZ-B-2025-{number:05d}-00",
        "letter": "B",
        "year": 2025,
        "serial": number,
        "decision_id": FIRST + number,
        "enrolment_id": FIRST + number,
        "person_id": FIRST + number,
        "track": "residents",
        "language": "nl",
        "printed_name": f"Bewoner {number}",
        "content": {"title": {"nl": "Buurtaanjager", "en": "Neighbourhood starter"}},
        "issued_on": ISSUED_ON,
        "valid_until": date(2028, 6, 2),
        "state": "issued",
        "approved_at": clock.now(),
        "code_hash": _hash(f"code {number}"),
        "sha256": _hash(f"file {number}"),
        "size_bytes": 80_000,
        "key_id": key_id,
        "issued_at": clock.now(),
        "standing": "valid",
    }


def _step(number: int, kind: str, by_id: int) -> dict[str, Any]:
    return {"certificate_id": FIRST + number, "kind": kind, "at": clock.now(), "by_id": by_id}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
