"""Who somebody is when they act: the grants that hold on a day, ready for `kernel.policy`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor, HeldGrant
from academy.people.models import Account, Grant, Person, Place, SignIn


@dataclass(frozen=True, slots=True)
class LiveSignIn:
    """A sign-in that holds now."""

    id: int
    person_id: int
    call_name: str
    prefix: str
    last_name: str
    ui_language: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    stepped_up_at: datetime | None
    second_factor_at: datetime | None


# Both are asked at every request: they are built once.
_LIVE = (
    sa.select(
        SignIn.id,
        SignIn.person_id,
        Person.call_name,
        Person.prefix,
        Person.last_name,
        Person.ui_language,
        SignIn.created_at,
        SignIn.last_seen_at,
        SignIn.expires_at,
        SignIn.stepped_up_at,
        SignIn.second_factor_at,
    )
    .join(Person, Person.id == SignIn.person_id)
    .join(Account, Account.person_id == SignIn.person_id)
    .where(
        SignIn.token_hash == sa.bindparam("token_hash"),
        SignIn.ended_at.is_(None),
        SignIn.idle_until > sa.bindparam("now"),
        SignIn.expires_at > sa.bindparam("now"),
        Account.disabled_at.is_(None),
    )
)
_DAY: Any = sa.bindparam("day", type_=sa.Date)
_HELD = (
    sa.select(Grant.role, Grant.scope_kind, Grant.scope_id)
    .where(Grant.person_id == sa.bindparam("person"), Grant.holds_on(_DAY))
    .order_by(Grant.id)
)


def find_live_sign_in(token_hash: str, now: datetime) -> LiveSignIn | None:
    """Return the sign-in with this token if it has not ended, idled out or expired at `now`."""
    row = db.session.execute(_LIVE, {"token_hash": token_hash, "now": now}).mappings().first()
    return LiveSignIn(**row) if row else None


def grants_of(person_id: int, day: date) -> tuple[HeldGrant, ...]:
    """Return the grants of a person that hold on `day`; a place brings every place below it."""
    rows = db.session.execute(_HELD, {"person": person_id, "day": day}).all()
    held: dict[tuple[str, str], set[int]] = {}
    for role, kind, scope_id in rows:
        held.setdefault((role, kind), set()).update(() if scope_id is None else (scope_id,))
    below = place_and_below({i for (_, kind), ids in held.items() if kind == "place" for i in ids})
    return tuple(
        HeldGrant(role, kind, frozenset(_with_below(ids, below) if kind == "place" else ids))
        for (role, kind), ids in held.items()
    )


def place_and_below(roots: set[int]) -> dict[int, set[int]]:
    """Map each of these places to itself and all places inside it."""
    if not roots:
        return {}
    tree = (
        sa.select(Place.id.label("id"), Place.id.label("root"))
        .where(Place.id.in_(roots))
        .cte("tree", recursive=True)
    )
    tree = tree.union(sa.select(Place.id, tree.c.root).join(tree, Place.parent_id == tree.c.id))
    below: dict[int, set[int]] = {}
    for place_id, root in db.session.execute(sa.select(tree.c.id, tree.c.root)):
        below.setdefault(root, set()).add(place_id)
    return below


def _with_below(ids: Iterable[int], below: dict[int, set[int]]) -> set[int]:
    return {place for root in ids for place in below.get(root, {root})}


def actor_for(person_id: int, *, origin: str = "cli", day: date | None = None) -> Actor:
    """Return the actor that a person is on `day` (default today). Raises NotFoundError."""
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFoundError
    return Actor(
        person_id=person.id,
        display_name=person.display_name,
        call_name=person.call_name,
        grants=grants_of(person.id, day or clock.today()),
        origin=origin,
        language=person.ui_language,
    )
