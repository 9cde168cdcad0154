"""Everybody with guidance in a region, by name, late or not. Days and names, no text.

The names are read in the order of their own index and no further than a page, so that the list
costs the same whatever the region's size. A search goes through names only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching import rules
from academy.coaching.models import CoachingPlan
from academy.coaching.queries.monday import region_of
from academy.coaching.queries.plans import full_name
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.policy import Actor
from academy.people.models import Person, Place
from academy.people.queries.names import bears
from academy.people.rules import search_parts

PAGE_SIZE = 20
FEWEST_LETTERS = 2

Coach = aliased(Person, name="coach_of_everybody")
Newer = aliased(CoachingPlan, name="newer_of_everybody")


@dataclass(frozen=True, slots=True)
class GuidanceRow:
    """One person with guidance: who guides, where, and how it stands.

    `stand`: the state to show; after the last day of a pause it runs again.
    """

    plan_id: int
    person_name: str
    coach_name: str
    place_name: str
    stand: str
    paused_until: date | None


def is_enough(words: str) -> bool:
    """Say whether somebody typed enough to search by."""
    return len("".join(search_parts(words))) >= FEWEST_LETTERS


def guidance_rows(
    actor: Actor,
    today: date,
    *,
    after: str | None = None,
    words: str = "",
    limit: int = PAGE_SIZE,
) -> Page[GuidanceRow]:
    """Return the newest guidance of people in the region of `actor`, by name: two statements.

    With `words` only of who bears each of them in the name, without accents.
    """
    near = sa.exists().where(CoachingPlan.person_id == Person.id, _is_newest_near(actor))
    statement = (
        sa.select(Person.id, Person.sort_key)
        .where(near, *bears(words))
        .order_by(Person.sort_key, Person.id)
        .limit(limit + 1)
    )
    last = from_cursor(after, str, int)
    if last is not None:
        bound = sa.tuple_(sa.literal(last[0]), sa.literal(last[1]))
        statement = statement.where(sa.tuple_(Person.sort_key, Person.id) > bound)
    found = db.session.execute(statement).all()
    more = len(found) > limit
    end = found[limit - 1] if more else None
    rows = _rows([row.id for row in found[:limit]], actor, today)
    return Page(rows, to_cursor(end.sort_key, end.id) if end else None)


def _is_newest_near(actor: Actor) -> sa.ColumnElement[bool]:
    later = sa.exists().where(Newer.person_id == CoachingPlan.person_id, Newer.id > CoachingPlan.id)
    return sa.and_(region_of(actor), ~later)


def _rows(person_ids: Sequence[int], actor: Actor, today: date) -> tuple[GuidanceRow, ...]:
    if not person_ids:
        return ()
    rows = db.session.execute(
        sa.select(CoachingPlan, Person, Coach, Place.name)
        .join(Person, Person.id == CoachingPlan.person_id)
        .outerjoin(Coach, Coach.id == CoachingPlan.coach_id)
        .outerjoin(Place, Place.id == CoachingPlan.place_id)
        .where(CoachingPlan.person_id.in_(person_ids), _is_newest_near(actor))
        .order_by(Person.sort_key, Person.id)
    )
    return tuple(_row(*row, today) for row in rows)


def _row(
    plan: Any, person: Person, coach: Person | None, place: str | None, today: date
) -> GuidanceRow:
    is_over = plan.state == "paused" and not rules.rests(plan.state, plan.paused_until, today)
    return GuidanceRow(
        plan_id=plan.id,
        person_name=person.display_name,
        coach_name=full_name(coach),
        place_name=place or "",
        stand="active" if is_over else plan.state,
        paused_until=plan.paused_until,
    )
