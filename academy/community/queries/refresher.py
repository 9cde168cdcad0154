"""Who may do the refresher, for whom."""

from __future__ import annotations

from academy.community import policies
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor, Reach, covers, require
from academy.people.models import Person


def get_reader(person_id: int, *, by: Actor) -> str:
    """Return the name of who does the refresher, alone or with `by`. Raises NotFoundError."""
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFoundError
    require(by, policies.REFRESH, Reach(person_id=person_id, place_id=person.place_id))
    return person.display_name


def may_read_to(person_id: int, *, by: Actor) -> bool:
    """Say whether `by` may read the refresher to somebody."""
    person = db.session.get(Person, person_id)
    return person is not None and covers(
        by, policies.REFRESH, Reach(person_id=person_id, place_id=person.place_id)
    )


def get_name(person_id: int) -> str:
    """Return the name of somebody; the caller checks the right. Raises NotFoundError."""
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFoundError
    return person.display_name
