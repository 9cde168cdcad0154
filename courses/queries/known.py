"""Whom we may know already: who has the same name, phone or e-mail, within the actor's reach.

The same person who comes twice stays one person (domain model, 4a, point 5). Somebody out of reach
is never shown, and nothing tells that they are there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from academy.kernel import policy
from academy.kernel.db import db
from academy.kernel.policy import Actor, Capability
from academy.people.models import Person, Place
from academy.people.queries.names import bears, name_key, without
from academy.people.rules import clean_mailbox, phone_tail, search_parts
from courses.models import Cohort, Enrolment
from courses.queries.cohorts import within_cohorts

MOST_SHOWN = 10
NOT_IN_A_NUMBER = " -().+/"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody we know. `same` names what is the same, of "name", "phone" and "email"."""

    id: int
    name: str
    place: str
    same: tuple[str, ...]
    is_here: bool
    """Whether they have a row in the cohort that was asked about."""


def known_people(
    by: Actor,
    right: Capability,
    *,
    name: str = "",
    phone: str = "",
    email: str = "",
    cohort_id: int = 0,
) -> tuple[Known, ...]:
    """Return at most ten people in reach with this name, phone or e-mail, by name.

    Accents, capitals and the order of a name make no difference, nor how a number is written.
    """
    parts, tail, mailbox = search_parts(name), phone_tail(phone), clean_mailbox(email)
    alike = [*_same_name(parts), *_same_phone(tail), *_same_mailbox(mailbox)]
    if not alike:
        return ()
    here = sa.exists().where(Enrolment.person_id == Person.id, Enrolment.cohort_id == cohort_id)
    rows = db.session.execute(
        sa.select(Person, Place.name, here)
        .outerjoin(Place, Place.id == Person.place_id)
        .where(people_in_reach(by, right), sa.or_(*alike))
        .order_by(Person.sort_key, Person.id)
        .limit(MOST_SHOWN)
    )
    found = (
        Known(
            id=person.id,
            name=person.display_name,
            place=place or "",
            same=_what_is_same(person, parts, tail, mailbox),
            is_here=bool(is_here),
        )
        for person, place, is_here in rows
    )
    return tuple(one for one in found if one.same)


def people_in_reach(by: Actor, right: Capability) -> sa.ColumnElement[bool]:
    """Return the condition that keeps a query on `Person` within what the actor may reach.

    Somebody lies where they live or work, and where their cohorts are.
    """
    seat = (
        sa.select(Enrolment.id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Enrolment.person_id == Person.id, within_cohorts(by, right))
    )
    return sa.or_(
        policy.within(
            by,
            right,
            person=Person.id,
            place=Person.place_id,
            organisation=Person.organisation_id,
        ),
        seat.exists(),
    )


def find_in_reach(person_id: int, by: Actor, right: Capability) -> str | None:
    """Return the name of somebody in the actor's reach; None for anybody else."""
    person = db.session.scalars(
        sa.select(Person).where(Person.id == person_id, people_in_reach(by, right))
    ).one_or_none()
    return person.display_name if person else None


def as_seen(known: Iterable[Known]) -> str:
    """Return what a page remembers of the people it showed."""
    return ",".join(str(one.id) for one in known)


def all_seen(known: Iterable[Known], seen: str) -> bool:
    """Say whether the page that sent `seen` showed all these people."""
    return {str(one.id) for one in known} <= set(seen.split(","))


def _same_name(parts: list[str]) -> list[sa.ColumnElement[bool]]:
    """Every word is there and there is no other: the key is as long as the words together."""
    if not parts:
        return []
    words = " ".join(parts)
    return [sa.and_(sa.func.length(name_key()) == len(words), *bears(words))]


def _same_phone(tail: str) -> list[sa.ColumnElement[bool]]:
    if not tail:
        return []
    return [without(Person.phone, NOT_IN_A_NUMBER).endswith(tail, autoescape=True)]


def _same_mailbox(mailbox: str) -> list[sa.ColumnElement[bool]]:
    return [Person.email == mailbox] if mailbox else []


def _what_is_same(person: Person, parts: list[str], tail: str, mailbox: str) -> tuple[str, ...]:
    same = {
        "name": bool(parts) and sorted(search_parts(person.sort_key)) == sorted(parts),
        "phone": bool(tail) and phone_tail(person.phone or "") == tail,
        "email": bool(mailbox) and person.email == mailbox,
    }
    return tuple(what for what, is_same in same.items() if is_same)
