"""Organisations, places, persons with their accounts, and who may do what.

The files do not say how a name was written before it changed: the first certificate tells. Nor
do they say who confirmed a right: another administrator did, on the day it was given. The first
rights go in a circle (the director's administrators are not given by an administrator).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

from academy.demo.data import DataSet, Row
from academy.demo.memory import LOADER, Memory
from academy.demo.steps import Rank, Step
from academy.kernel.db import db
from academy.kernel.policy import ROLES, SCOPE_KINDS, Actor
from academy.people import rules
from academy.people.models import Person
from academy.people.policies import MANAGE_GRANTS
from academy.people.services import about, grants, persons, sign_in

ORGANISATION_KINDS = {
    "gemeente": "municipality",
    "woningcorporatie": "housing_association",
    "wijkteam": "neighbourhood_team",
    "welzijn": "welfare",
    "zorg": "care",
    "fonds": "fund",
}
PLACE_KINDS = {
    "straat": "street",
    "buurt": "neighbourhood",
    "wijk": "district",
    "flat": "flat",
    "complex": "complex",
    "dorp": "village",
}
CHANNELS = {
    "post": "letter",
    "bellen": "phone",
    "whatsapp": "message",
    "e-mail": "email",
    "bezoek": "visit",
}
CONSENTS = {"consent_photo": "photo", "consent_phone_list": "phone_list"}
TITLES = ("director", "signatory")
SCOPES = ("organisation", "place", "cohort", "person")
KNOWN_ROLES = {role: role for role in ROLES}
KNOWN_SCOPES = {kind: kind for kind in SCOPE_KINDS}


def steps(data: DataSet, memory: Memory) -> Iterator[Step]:
    """Return how people, places and rights came about."""
    first = first_day(data)
    for row in data["organisations"]:
        yield Step(first, Rank.PLACE, row, partial(_add_organisation, row, memory))
    for row in data["neighbourhoods"]:
        yield Step(first, Rank.PLACE, row, partial(_add_place, row, memory))
    for row in data["people"]:
        yield Step(row.day("created_on"), Rank.PERSON, row, partial(_add_person, row, memory))
    founding = _founding(data)
    for row in data["grants"]:
        is_founding = row in founding
        give = _found if is_founding else _give
        yield Step(row.day("valid_from"), _rank(row, founding), row, partial(give, row, memory))


def finish(data: DataSet, memory: Memory) -> None:
    """Let everybody write their name as the file says, if it changed since their certificate."""
    for row in data["people"]:
        person = db.session.get_one(Person, memory.id("person", row, "person_id"))
        written = rules.clean_name(row["name_on_certificate"])
        if written not in ("", person.name_on_certificate):
            by = memory.actor(row, "person_id")
            about.set_name_on_certificate(person.id, written, by=by)


def first_day(data: DataSet) -> date:
    """Return the first day of which the files tell anything about people."""
    return min(row.day("created_on") for row in data["people"])


def _add_organisation(row: Row, memory: Memory) -> None:
    organisation = persons.add_organisation(
        row["name"],
        row.word("kind", ORGANISATION_KINDS),
        row["city"],
        contact_email=row["contact_email"],
        source_id=row["org_id"],
    )
    memory.keep("organisation", row["org_id"], organisation.id)


def _add_place(row: Row, memory: Memory) -> None:
    place = persons.add_place(
        row["name"],
        row.word("kind", PLACE_KINDS),
        row["municipality"],
        client_organisation_id=memory.find_id("organisation", row, "client_org"),
        inhabitants=row.find_number("inhabitants"),
        source_id=row["neighbourhood_id"],
    )
    memory.keep("place", row["neighbourhood_id"], place.id)


def _add_person(row: Row, memory: Memory) -> None:
    new = persons.NewPerson(
        call_name=row["call_name"],
        prefix=row["prefix"],
        last_name=row["last_name"],
        name_on_certificate=_first_printed(row, memory.data),
        email=row["email"],
        phone=row["phone"],
        preferred_channel=row.word("preferred_channel", CHANNELS),
        language=row["language"],
        support=row["support"],
        place_id=memory.find_id("place", row, "neighbourhood_id"),
        organisation_id=memory.find_id("organisation", row, "org_id"),
        titles=";".join(title for title in TITLES if title in row.many("roles")),
        source_id=row["person_id"],
    )
    person = persons.add_person(new, by=LOADER)
    memory.keep("person", row["person_id"], person.id)
    for column, kind in CONSENTS.items():
        if row.is_yes(column):
            persons.give_consent(person.id, kind, by=LOADER, on=row.day("created_on"))
    if row["email"]:
        sign_in.make_account(person.id, row["email"], by=LOADER)


def _first_printed(row: Row, data: DataSet) -> str:
    """Return the name as it stood on the person's first certificate, else as it is written now."""
    printed = [one for one in data["certificates"] if one["person_id"] == row["person_id"]]
    first = min(printed, key=lambda one: one["issued_on"], default=None)
    return first["name_printed"] if first else row["name_on_certificate"]


def _founding(data: DataSet) -> list[Row]:
    """Return the administrators' grants that no administrator can have given."""
    admins = [row for row in data["grants"] if row["role"] == "admin"]
    return [
        row
        for row in admins
        if not any(
            one["person_id"] == row["granted_by"] and one["valid_from"] <= row["valid_from"]
            for one in admins
        )
    ]


def _rank(row: Row, founding: list[Row]) -> Rank:
    if row in founding:
        return Rank.FOUNDING
    return Rank.COHORT_GRANT if row["scope_kind"] == "cohort" else Rank.GRANT


def _found(row: Row, memory: Memory) -> None:
    grants.found_academy(
        memory.id("person", row, "person_id"),
        row.word("role", KNOWN_ROLES),
        granted_by_id=memory.id("person", row, "granted_by"),
        valid_from=row.day("valid_from"),
        reason=row["reason"],
    )
    memory.forget_rights()


def _give(row: Row, memory: Memory) -> None:
    kind = row.word("scope_kind", KNOWN_SCOPES)
    given = grants.give_grant(
        memory.id("person", row, "person_id"),
        row.word("role", KNOWN_ROLES),
        by=memory.actor(row, "granted_by"),
        scope_kind=kind,
        scope_id=memory.id(kind, row, "scope_id") if kind in SCOPES else None,
        valid_from=row.day("valid_from"),
        valid_to=row.find_day("valid_to"),
        reason=row["reason"],
    )
    if given.confirmed_on is None:
        grants.confirm_grant(given.id, by=_second_administrator(row, memory))
    memory.forget_rights()


def _second_administrator(row: Row, memory: Memory) -> Actor:
    """Return the first administrator who may confirm a right: not the giver, not the person."""
    involved = (row["granted_by"], row["person_id"])
    for one in memory.data["grants"]:
        if one["role"] == "admin" and one["person_id"] not in involved:
            actor = memory.acting(one["person_id"], row)
            if actor.may(MANAGE_GRANTS):
                return actor
    raise row.fault("geen tweede beheerder bevestigt dit recht.")
