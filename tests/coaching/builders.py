"""A coach, a participant and a running plan, for tests of coaching."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from academy.coaching.models import CoachingPlan
from academy.coaching.services import log
from academy.coaching.services.log import Contact, NewAction
from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.people.models import Person, Place
from academy.people.queries.actors import actor_for
from tests.factories import make_coordinator, make_grant, make_person, make_place

CANARY = "kanarie-in-de-keuken"


@dataclass(frozen=True)
class Table:
    """Who sits at the table."""

    place: Place
    samira: Person
    marije: Person
    tineke: Person
    plan_id: int


def make_plan(person: Person, coach: Person | None, place: Place, **values) -> CoachingPlan:
    values = {
        "state": "active",
        "goal": "Een vaste koffieochtend",
        "opened_on": date(2026, 1, 5),
        "match_by": date(2026, 1, 19),
        "started_on": date(2026, 1, 10),
        "last_contact_on": date(2026, 10, 1),
        "next_contact_due": date(2026, 11, 30),
        "yearly_review_due": date(2027, 1, 10),
    } | values
    plan = CoachingPlan(
        person_id=person.id,
        coach_id=coach.id if coach else None,
        place_id=place.id,
        **values,
    )
    db.session.add(plan)
    db.session.flush()
    return plan


def set_the_table(**values) -> Table:
    with unit_of_work():
        place = make_place()
        samira = make_person("Samira", "El Haddou", place_id=place.id, phone="06-00000001")
        marije = make_person("Marije", "Dijkstra", phone="06-00000087")
        tineke = make_coordinator(place)
        make_grant(marije, "coach", about=samira)
        plan = make_plan(samira, marije, place, **values)
        return Table(place, samira, marije, tineke, plan.id)


def write_entry(table: Table, text: str = CANARY, **values) -> int:
    values = {"kind": "phone", "happened_on": clock.today(), "minutes": 20, "energy": 4} | values
    with unit_of_work():
        entry = log.log_contact(
            table.plan_id,
            Contact(discussed=text, **values),
            by=actor_for(table.marije.id),
        )
        return entry.id


def an_action(text: str = "Bel de huismeester", **values) -> NewAction:
    return NewAction(text, **({"due_on": date(2026, 12, 1)} | values))


def count_statements(client, address: str) -> int:
    seen = []

    def count(_connection, _cursor, statement, *_rest):
        if not statement.upper().startswith(("BEGIN", "COMMIT", "PRAGMA", "ROLLBACK")):
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", count)
    try:
        assert client.get(address).status_code == 200
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", count)
    return len(seen)
