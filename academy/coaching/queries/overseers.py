"""Which coordinator looks after a place, by name: the one with the smallest region around it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from academy.kernel.db import db
from academy.people.models import Grant, Person
from academy.people.queries.actors import place_and_below

EVERYWHERE = 10**9


@dataclass(frozen=True, slots=True)
class Overseer:
    """A coordinator, and the places in reach; None: everywhere."""

    person_id: int
    name: str
    phone: str
    places: frozenset[int] | None

    @property
    def size(self) -> int:
        """How many places are in reach."""
        return EVERYWHERE if self.places is None else len(self.places)


def overseers(day: date) -> tuple[Overseer, ...]:
    """Return the coordinators of a day, the smallest region first, in two statements."""
    rows = db.session.execute(
        sa.select(Person, Grant.scope_id)
        .join(Grant, Grant.person_id == Person.id)
        .where(
            Grant.role == "coordinator",
            Grant.scope_kind.in_(("everything", "place")),
            Grant.holds_on(day),
        )
    ).all()
    below = place_and_below({scope_id for _person, scope_id in rows if scope_id is not None})
    found = [
        Overseer(
            person.id,
            person.display_name,
            person.phone or "",
            None if scope_id is None else frozenset(below.get(scope_id, ())),
        )
        for person, scope_id in rows
    ]
    return tuple(sorted(found, key=lambda one: (one.size, one.person_id)))


def overseer_of(
    place_id: int | None, among: tuple[Overseer, ...], *, but: Collection[int | None] = ()
) -> Overseer | None:
    """Return who looks after a place, not one of `but`; None when nobody does."""
    for one in among:
        if one.person_id not in but and (one.places is None or place_id in one.places):
            return one
    return None


def told_about(
    place_id: int | None,
    among: tuple[Overseer, ...],
    *,
    person_id: int,
    rather_not: int | None,
    is_private: bool = False,
) -> Overseer | None:
    """Return who hears about somebody, by name: another than `rather_not`, when there is another.

    That is who guides or was to act: only without any other coordinator is it they themselves.
    Never the person it is about; and what is private never reaches `rather_not`.
    """
    another = overseer_of(place_id, among, but=(person_id, rather_not))
    if another is not None or is_private:
        return another
    return overseer_of(place_id, among, but=(person_id,))
