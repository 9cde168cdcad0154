"""Finding somebody by name, for who looks after requests."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from academy.kernel import policy
from academy.kernel.db import db
from academy.kernel.policy import Actor
from academy.people.models import Person, Place
from academy.privacy.policies import HANDLE

MOST = 20


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Somebody by that name, with where they live to tell them from another."""

    id: int
    name: str
    place: str


def people_named(name: str, *, by: Actor) -> list[FoundPerson]:
    """Return at most twenty people whose first or last name begins so, within the reach of `by`."""
    begins = name.replace("\\", "").replace("%", "").replace("_", "") + "%"
    rows = db.session.execute(
        sa.select(Person, Place.name)
        .outerjoin(Place, Place.id == Person.place_id)
        .where(
            sa.or_(Person.call_name.ilike(begins), Person.last_name.ilike(begins)),
            policy.within(by, HANDLE, person=Person.id, place=Person.place_id),
        )
        .order_by(Person.sort_key, Person.id)
        .limit(MOST)
    )
    return [FoundPerson(one.id, one.display_name, place or "") for one, place in rows]
