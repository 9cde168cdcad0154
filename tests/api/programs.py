"""Programs that ask the API: a group with its staff, and a client with a key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from academy.kernel import clock, ids
from academy.kernel.db import db, unit_of_work
from academy.people.models import Account, ApiToken, Person
from courses.models import Cohort, Enrolment, Session
from tests.factories import (
    make_cohort,
    make_coordinator,
    make_enrolment,
    make_grant,
    make_person,
    make_place,
    make_trainer,
)

SCOPES = ("attendance:write", "certificates:read", "cohorts:read", "verdicts:read")
V1 = "/api/v1"


@dataclass
class Group:
    """One cohort with its people and everybody who may look at it."""

    cohort: Cohort
    sessions: list[Session]
    enrolments: list[Enrolment]
    staff: dict[str, Person]

    @property
    def path(self) -> str:
        """The address of the cohort."""
        return f"{V1}/cohorts/{self.cohort.id}"

    @property
    def register(self) -> str:
        """The address of the first session's register."""
        return f"{self.path}/sessions/{self.sessions[0].id}/attendance"


def make_group(people: int = 3, **values: Any) -> Group:
    """Make a running cohort of which the first sessions were held."""
    place = make_place()
    cohort = make_cohort(place=place, **values)
    assessor, board = make_person("Beoordelaar"), make_person("Bestuur")
    make_grant(assessor, "assessor", cohort=cohort)
    make_grant(board, "board")
    staff = {
        "trainer": make_trainer(cohort),
        "assessor": assessor,
        "coordinator": make_coordinator(place),
        "board": board,
        "participant": make_person("Deelnemer"),
    }
    names = [f"Naam{number:03d}" for number in range(people)]
    enrolments = [make_enrolment(cohort, make_person("Jan", name)) for name in names]
    sessions = db.session.query(Session).filter_by(cohort_id=cohort.id).order_by("id").all()
    return Group(cohort, sessions, enrolments, staff)


def make_key(person: Person, *scopes: str, days: int = 30) -> str:
    """Make a key with these scopes, or with all of them. Commits."""
    token = ids.token()
    with unit_of_work():
        if db.session.get(Account, person.id) is None:
            db.session.add(Account(person_id=person.id, mailbox=f"p{person.id}@test.example"))
        db.session.add(
            ApiToken(
                person_id=person.id,
                name="Rooster",
                token_hash=ids.digest(token),
                scopes=list(scopes or SCOPES),
                created_at=clock.real_now(),
                expires_on=clock.real_today() + timedelta(days=days),
            )
        )
    return token


def program(app: Flask, key: str = "") -> FlaskClient:
    """Return a client that sends this key with every request."""
    client = app.test_client()
    if key:
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client
