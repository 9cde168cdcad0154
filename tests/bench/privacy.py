"""How long it takes to give somebody all their data, and to forget them: for who did a lot.

An academy of a thousand; the person finished the course, was guided for three years and changed
much. Export at most 10 seconds, erasure at most 5, with the bytes on the disk: of CPU, which is
what the clock says on a machine that does nothing else.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import flask_migrate

from academy.app import create_app
from academy.coaching.models import AgreedAction, CoachingPlan, LogEntry, OwnWords
from academy.kernel import audit, clock, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import SYSTEM
from academy.kernel.settings import Settings
from academy.people.models import Person
from academy.privacy.adapters.wiping import wipe
from academy.privacy.services import erasing, exports
from certificates.adapters.keys import init_keys
from tests.bench.academy import build
from tests.conftest import TODAY, make_settings
from tests.factories import make_actor, make_person

PEOPLE = 1000
TALKS = 100
CHANGES = 400
MOST_EXPORT_SECONDS = 10.0
MOST_ERASURE_SECONDS = 5.0


def measured(place: Path) -> list[str]:
    """Print both figures; return the names of those that took too long."""
    settings = make_settings(f"sqlite:///{place}/academy.sqlite", place)
    app = create_app(settings, testing=True)
    with app.app_context(), clock.at(TODAY):
        flask_migrate.upgrade()
        person_id = _somebody(settings)
        took = {
            "export of one person": _took(partial(_export, person_id)),
            "erasure": _took(partial(_erase, person_id)),
        }
        db.session.remove()
        db.engine.dispose()
    most = {"export of one person": MOST_EXPORT_SECONDS, "erasure": MOST_ERASURE_SECONDS}
    for name, (cpu, seconds) in took.items():
        print(
            json.dumps(
                {
                    "name": name,
                    "cpu_seconds": round(cpu, 2),
                    "seconds": round(seconds, 2),
                    "most": most[name],
                }
            )
        )
    return [name for name, (cpu, _seconds) in took.items() if cpu > most[name]]


def _took(do: Callable[[], None]) -> tuple[float, float]:
    """Return the CPU seconds of this process and its children, and the seconds on the clock."""
    cpu, clock_before = _cpu(), time.perf_counter()
    do()
    return _cpu() - cpu, time.perf_counter() - clock_before


def _cpu() -> float:
    """Return what we used, with the child that makes documents; a child that left is forgotten."""
    children = Path("/proc/self/task").glob("*/children")
    used = time.process_time()
    for number in " ".join(path.read_text() for path in children).split():
        with suppress(FileNotFoundError):
            fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
            used += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def _somebody(settings: Settings) -> int:
    init_keys(settings.keys, settings.keys_passphrase, now=clock.real_now())
    academy = build(PEOPLE)
    person_id = academy.participant_id
    with unit_of_work():
        coach = make_person("Begeleider")
        _guidance(person_id, coach)
        for _change in range(CHANGES):
            audit.record("people:name:set", ("person", person_id), by=SYSTEM, subject_id=person_id)
    return person_id


def _guidance(person_id: int, coach: Person) -> None:
    today = clock.today()
    plan = CoachingPlan(
        person_id=person_id,
        coach_id=coach.id,
        state="active",
        channel="phone",
        opened_on=today - timedelta(days=1100),
        match_by=today - timedelta(days=1086),
        started_on=today - timedelta(days=1090),
    )
    db.session.add(plan)
    db.session.flush()
    for number in range(TALKS):
        day = today - timedelta(days=10 * number)
        entry = LogEntry(
            plan_id=plan.id,
            person_id=person_id,
            coach_id=coach.id,
            happened_on=day,
            kind="phone",
            minutes=20,
            discussed="We spraken over de tuin en over wie er meedoet. " * 4,
            went_well="Drie mensen kwamen vanzelf. " * 3,
            is_hard="De sleutel van de schuur. " * 2,
            energy=1 + number % 5,
            state="final",
            created_at=clock.now(),
            saved_at=clock.now(),
            shared_at=clock.now(),
            final_at=clock.now(),
        )
        db.session.add(entry)
        db.session.flush()
        words = "Zo was het, en ik belde ook nog."
        db.session.add(OwnWords(entry_id=entry.id, words=words, at=clock.now(), by_id=person_id))
        action = {"owner": "participant", "text": "Bel de buurvrouw", "due_on": day}
        done = {"state": "done", "done_on": day}
        db.session.add(AgreedAction(entry_id=entry.id, plan_id=plan.id, **action, **done))


def _export(person_id: int) -> None:
    with unit_of_work():
        by = make_actor(db.session.get_one(Person, person_id))
        exports.ask_export(person_id, by=by)
    queue.run_pending(strict=True)


def _erase(person_id: int) -> None:
    with unit_of_work():
        erasing.erase(person_id, {}, by=SYSTEM)
    wipe()
