"""Guidance of 260 people and of 26,000: the coordinator's Monday must cost the same.

A third of the plans is late in some way, as many at both sizes in proportion; fifteen people per
coach, some with more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import flask_migrate
import sqlalchemy as sa

from academy.app import create_app
from academy.coaching.models import (
    AgreedAction,
    CoachingPlan,
    CoachLoad,
    LogEntry,
    PlanSheet,
    PlanStep,
    Signal,
)
from academy.coaching.services import log
from academy.coaching.services.log import Contact, NewAction
from academy.kernel import clock, ids
from academy.kernel.db import db, unit_of_work
from academy.people.adapters.cookie import cookie_name
from academy.people.models import Person
from academy.people.queries.actors import actor_for
from tests.bench.measuring import counted_statements, cpu_ms, signed_in
from tests.bench.scale import MOST_RATIO, Crowd, Line, by_turns
from tests.conftest import TODAY, Browser, make_settings
from tests.factories import make_coordinator, make_grant, make_person, make_place
from tests.postgres import cluster, new_database

SMALL, LARGE = 260, 26_000
MOST_STATEMENTS = 12
MOST_SAVE_MS = 15
SAVES = 45
PER_COACH = 14
FIRST = 1_000_000
"""The id of the first person of the crowd; plans, entries and actions carry the same."""
CHUNK = 5_000
DAY = date(2026, 11, 23)


@dataclass(frozen=True, slots=True)
class Guidance:
    """Who opens what: a coordinator of everything here, and one coach with one plan."""

    coordinator_id: int
    coach_id: int
    plan_id: int


def build_guidance(plans: int) -> Guidance:
    """Make so many plans that run, with what the coordinator has to see."""
    with unit_of_work():
        place = make_place("Overal")
        coordinator = make_coordinator(place)
        coaches = max(plans // PER_COACH, 2)
        coach_ids = [FIRST * 2 + number for number in range(coaches)]
        _insert(Person, coach_ids, _person)
        place_id, coordinator_id = place.id, coordinator.id
    grow(range(FIRST, FIRST + plans), place_id, coach_ids)
    with unit_of_work():
        _insert(CoachLoad, coach_ids, _load)
        coach, guided = make_person("Marije"), make_person("Samira", place_id=place_id)
        make_grant(coach, "coach", about=guided)
        plan = CoachingPlan(**_plan(guided.id, place_id, [coach.id]) | {"id": None})
        db.session.add(plan)
        db.session.flush()
        made = Guidance(coordinator_id, coach.id, plan.id)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("analyze"))
    return made


def grow(people: range, place_id: int, coach_ids: list[int]) -> None:
    """Add people with a plan and a step in it, a talk, an agreement, and some with a signal."""
    with unit_of_work():
        _insert(Person, people, _person)
        _insert(CoachingPlan, people, lambda n: _plan(n, place_id, coach_ids))
        _insert(LogEntry, people, lambda n: _entry(n, coach_ids))
        _insert(AgreedAction, people, _action)
        _insert(PlanSheet, people, lambda n: _sheet(n, coach_ids))
        _insert(PlanStep, people, _step)
        _insert(Signal, people[::40], lambda n: _signal(n, coach_ids))


def _insert(model: type, numbers: Iterator, row: Callable[[int], dict[str, object]]) -> None:
    numbers = list(numbers)
    for start in range(0, len(numbers), CHUNK):
        db.session.execute(sa.insert(model), [row(n) for n in numbers[start : start + CHUNK]])


def _person(number: int) -> dict[str, object]:
    return {
        "id": number,
        "call_name": f"Buur {number}",
        "sort_key": f"buur {number}",
        "phone": "06-00000001",
        "created_on": date(2025, 1, 1),
    }


def _coach(number: int, coaches: list[int]) -> int:
    return coaches[number % len(coaches)]


def _plan(number: int, place_id: int, coaches: list[int]) -> dict[str, object]:
    waits = number % 50 == 0
    return {
        "id": number,
        "person_id": number,
        "coach_id": None if waits else _coach(number, coaches),
        "place_id": place_id,
        "state": "to_match" if waits else "paused" if number % 30 == 1 else "active",
        "opened_on": date(2026, 1, 5),
        "match_by": DAY + timedelta(days=number % 20 - 10),
        "started_on": date(2026, 1, 10),
        "last_contact_on": date(2026, 9, 1) + timedelta(days=number % 80),
        "next_contact_due": DAY + timedelta(days=number % 90 - 30),
        "yearly_review_due": DAY + timedelta(days=number % 365),
        "sheet_due": DAY + timedelta(days=number % 60 - 30) if number % 20 == 3 else None,
        "is_energy_low": number % 60 == 2,
        "rhythm_days": 60,
        "channel": "phone",
        "version": 1,
    }


def _entry(number: int, coaches: list[int]) -> dict[str, object]:
    moment = clock.now() - timedelta(days=number % 80)
    return {
        "id": number,
        "plan_id": number,
        "person_id": number,
        "coach_id": _coach(number, coaches),
        "happened_on": date(2026, 9, 1) + timedelta(days=number % 80),
        "kind": "phone",
        "discussed": "",
        "energy": 3,
        "state": "final",
        "created_at": moment,
        "saved_at": moment,
        "shared_at": moment,
        "final_at": moment,
    }


def _action(number: int) -> dict[str, object]:
    return {
        "id": number,
        "entry_id": number,
        "plan_id": number,
        "owner": ("participant", "coach", "coordinator", "client")[number % 4],
        "text": "",
        "due_on": DAY + timedelta(days=number % 60 - 15),
        "state": "open",
    }


def _sheet(number: int, coaches: list[int]) -> dict[str, object]:
    moment = clock.now() - timedelta(days=60)
    return {
        "id": number,
        "plan_id": number,
        "person_id": number,
        "number": 1,
        "goal": "",
        "rhythm_days": 60,
        "channel": "phone",
        "written_by_id": _coach(number, coaches),
        "written_at": moment,
        "agreed_at": moment,
        "agreed_by_id": number,
    }


def _step(number: int) -> dict[str, object]:
    due_on = DAY + timedelta(days=number % 60 - 15)
    return {
        "id": number,
        "sheet_id": number,
        "order": 1,
        "owner": ("participant", "coach")[number % 2],
        "text": "",
        "due_on": due_on,
        "open_due_on": due_on,
    }


def _signal(number: int, coaches: list[int]) -> dict[str, object]:
    return {
        "id": number,
        "person_id": number,
        "raised_by_id": _coach(number, coaches),
        "raised_on": DAY,
        "kind": "overload",
        "severity": "middle",
        "state": "open",
        "assigned_to_id": _coach(number, coaches),
        "follow_up_by": DAY + timedelta(days=number % 7),
    }


def _load(number: int) -> dict[str, object]:
    wrote = DAY - timedelta(days=number % 60)
    return {
        "coach_id": number,
        "plans": PER_COACH + number % 4,
        "last_entry_on": wrote,
        "quiet_since": wrote,
    }


def measured(place: Path) -> list[str]:
    """Print every figure; returns the names of those that break a bound."""
    broken = _saving(place)
    with cluster() as server:
        urls = {
            "SQLite": [f"sqlite:///{place}/guided-{size}.sqlite" for size in (SMALL, LARGE)],
            "PostgreSQL": [new_database(server), new_database(server)],
        }
        for database, (small, large) in urls.items():
            for line, statements in _lists(database, small, large, place):
                print(json.dumps(_figure(line, statements)))
                if line.ratio > MOST_RATIO or statements > MOST_STATEMENTS:
                    broken.append(line.name)
    return broken


def _figure(line: Line, statements: int) -> dict[str, object]:
    return {
        "name": line.name,
        "cpu_ms_at_260": round(line.small_ms, 2),
        "cpu_ms_at_26000": round(line.large_ms, 2),
        "ratio": round(line.ratio, 2),
        "statements": statements,
    }


def _lists(
    database: str, small_url: str, large_url: str, folder: Path
) -> Iterator[tuple[Line, int]]:
    with (
        clock.at(TODAY),
        _crowd(small_url, SMALL, folder) as small,
        _crowd(large_url, LARGE, folder) as large,
    ):
        for name in small.pages:
            with counted_statements() as statements:
                large.open(name)
            line = Line(f"{name}, {database}", *by_turns((small, large), name))
            yield line, len(statements)


@contextmanager
def _crowd(url: str, plans: int, folder: Path) -> Iterator[Crowd]:
    app = create_app(make_settings(url, folder), testing=True)
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = Browser
    with app.app_context():
        flask_migrate.upgrade()
        made = build_guidance(plans)
        client = app.test_client()
        client.set_cookie(cookie_name(), signed_in(made.coordinator_id))
        first = "/begeleiding/overzicht"
        page = client.get(first).text
        second = page.partition('href="/begeleiding/overzicht?na=')[2].partition('"')[0]
        pages = {
            "Monday of the coordinator": (client, first),
            "Monday of the coordinator, second page": (client, f"{first}?na={second}"),
            "everybody with guidance": (client, "/begeleiding/iedereen"),
        }
        db.session.remove()
    yield Crowd(app, pages)
    with app.app_context():
        db.engine.dispose()


def _saving(place: Path) -> list[str]:
    """Print what saving an entry costs, from request to answer, and of that the service.

    With a new agreement, and one from before that is ticked off.
    """
    app = create_app(make_settings(f"sqlite:///{place}/saving.sqlite", place), testing=True)
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = Browser
    with app.app_context(), clock.at(TODAY):
        flask_migrate.upgrade()
        made = build_guidance(SMALL)
        client = app.test_client()
        client.set_cookie(cookie_name(), signed_in(made.coach_id))
        by = actor_for(made.coach_id)
        db.session.rollback()

        def save() -> None:
            contact = Contact(
                kind="phone",
                happened_on=clock.today(),
                minutes=20,
                discussed="Samen gekeken wie zij nog meer kan bellen.",
                energy=3,
                actions=(NewAction("Bel de huismeester", clock.today()),),
            )
            with unit_of_work():
                log.log_contact(made.plan_id, contact, by=by, form_key=ids.nonce())

        def send() -> None:
            form = {
                "form_key": ids.nonce(),
                "kind": "phone",
                "discussed": "Samen gekeken wie zij nog meer kan bellen.",
                "energy": "3",
                "happened_on": "23-11-2026",
                "minutes": "20",
                "action": "Bel de huismeester",
                "action_owner": "participant",
                "action_due_on": "07-12-2026",
                f"was-{agreed.pop()}-step": "done",
            }
            answer = client.post(f"/begeleiding/{made.plan_id}/gesprek", data=form)
            if answer.status_code != 303:
                raise RuntimeError(f"saving answered {answer.status_code}")

        service_ms = cpu_ms(save, times=SAVES)
        agreed = _agreed_in(made.plan_id)
        send()  # the first of all compiles its statements
        with counted_statements() as statements:
            send()
        figure = {
            "name": "saving an entry",
            "cpu_ms": round(cpu_ms(send, times=SAVES - 5), 2),
            "service_cpu_ms": round(service_ms, 2),
            "statements": len(statements),
        }
        db.session.remove()
        db.engine.dispose()
    print(json.dumps(figure))
    return [str(figure["name"])] if figure["cpu_ms"] > MOST_SAVE_MS else []


def _agreed_in(plan_id: int) -> list[int]:
    """Return the open agreements of a plan."""
    query = sa.select(AgreedAction.id).where(
        AgreedAction.plan_id == plan_id, AgreedAction.state == "open"
    )
    with unit_of_work():
        return list(db.session.scalars(query))
