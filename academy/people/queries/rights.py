"""Reads for the page on which administrators give and take back rights."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.kernel import clock
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.people import rules
from academy.people.models import Account, Grant, Organisation, Person, Place
from academy.people.queries.names import bears

Giver = aliased(Person)


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One right that somebody holds or will hold. `scope_id` is None for everything."""

    id: int
    person_id: int
    person: str
    role: str
    scope_kind: str
    scope_id: int | None
    valid_from: date
    valid_to: date | None
    given_by_id: int | None
    given_by: str
    reason: str


def grant_rows(*, cursor: str | None = None, limit: int = 20) -> Page[GrantRow]:
    """Return the confirmed rights that have not ended, the newest first."""
    after = from_cursor(cursor, int)
    query = _live().where(Grant.confirmed_on.is_not(None)).limit(limit + 1)
    if after:
        query = query.where(Grant.id < after[0])
    rows = _rows(query)
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(tuple(rows), to_cursor(rows[-1].id) if more else None)


def waiting_rows(*, limit: int = 50) -> list[GrantRow]:
    """Return the rights that a second administrator has to confirm, the newest first."""
    return _rows(_live().where(Grant.confirmed_on.is_(None)).limit(limit))


def waiting_for(person_id: int) -> int:
    """Count the rights that this administrator may confirm."""
    count = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Grant)
        .where(
            Grant.confirmed_on.is_(None),
            Grant.person_id != person_id,
            Grant.granted_by_id != person_id,
            sa.or_(Grant.valid_to.is_(None), Grant.valid_to >= clock.today()),
        )
    )
    return count or 0


def other_administrators(*, but: Collection[int]) -> frozenset[int]:
    """Return who administers today and can come in, without `but`."""
    return frozenset(
        db.session.scalars(
            sa.select(Grant.person_id)
            .join(Account, Account.person_id == Grant.person_id)
            .where(
                Grant.role == "admin",
                Grant.holds_on(clock.today()),
                Account.disabled_at.is_(None),
                Grant.person_id.not_in(but),
            )
        )
    )


def _live() -> sa.Select[Grant, str, str, str, str]:
    return (
        sa.select(Grant, Person.call_name, Person.prefix, Person.last_name, Giver.call_name)
        .join(Person, Person.id == Grant.person_id)
        .outerjoin(Giver, Giver.id == Grant.granted_by_id)
        .where(sa.or_(Grant.valid_to.is_(None), Grant.valid_to >= clock.today()))
        .order_by(Grant.id.desc())
    )


def _rows(query: sa.Select[Grant, str, str, str, str]) -> list[GrantRow]:
    return [
        GrantRow(
            id=grant.id,
            person_id=grant.person_id,
            person=" ".join(part for part in names if part),
            role=grant.role,
            scope_kind=grant.scope_kind,
            scope_id=grant.scope_id,
            valid_from=grant.valid_from,
            valid_to=grant.valid_to,
            given_by_id=grant.granted_by_id,
            given_by=giver or "",
            reason=grant.reason,
        )
        for grant, *names, giver in db.session.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person found by name. `has_account`: may sign in."""

    id: int
    display_name: str
    has_account: bool
    email: str


def find_people(words: str, *, limit: int = 20) -> list[FoundPerson]:
    """Return people whose name holds every word, by name; nothing for less than two letters."""
    if len("".join(rules.search_parts(words))) < 2:
        return []
    found = db.session.execute(
        sa.select(Person, Account.person_id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(*bears(words))
        .order_by(Person.sort_key, Person.id)
        .limit(limit)
    )
    return [
        FoundPerson(person.id, person.display_name, account is not None, person.email or "")
        for person, account in found
    ]


def place_names(ids: Collection[int]) -> dict[int, str]:
    """Return the names of places."""
    rows = db.session.execute(sa.select(Place.id, Place.name).where(Place.id.in_(ids)))
    return {row.id: row.name for row in rows}


def organisation_names(ids: Collection[int]) -> dict[int, str]:
    """Return the names of organisations."""
    rows = db.session.execute(
        sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    )
    return {row.id: row.name for row in rows}


def person_names(ids: Collection[int]) -> dict[int, str]:
    """Return the names of people."""
    people = db.session.scalars(sa.select(Person).where(Person.id.in_(ids)))
    return {person.id: person.display_name for person in people}


def place_choices() -> list[tuple[int, str]]:
    """Return the places a right can be limited to, by name."""
    rows = db.session.execute(sa.select(Place.id, Place.name).order_by(Place.name).limit(500))
    return [(row.id, row.name) for row in rows]


def organisation_choices() -> list[tuple[int, str]]:
    """Return the organisations a right can be limited to, by name."""
    rows = db.session.execute(
        sa.select(Organisation.id, Organisation.name).order_by(Organisation.name).limit(500)
    )
    return [(row.id, row.name) for row in rows]


def no_choices() -> list[tuple[int, str]]:
    """Return nothing: a right over one person comes from a coaching plan, not from this page."""
    return []
