"""Other people's names out of notes that somebody takes along or that a new coach gets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext

from academy.coaching.models import CoachingPlan, LogEntry
from academy.coaching.rules.masking import Signs, beginnings, mask_others
from academy.kernel.db import db
from academy.kernel.settings import current
from academy.people.models import Organisation, Person, Place

SOME = 500
"""Words per question to the database."""


def _(sentence: str, /, **values: Any) -> str:
    return str(gettext(sentence, **values))


def signs() -> Signs:
    """Return what stands where a name, a number or an address was taken out."""
    return Signs(_("[naam]"), _("[nummer]"), _("[adres]"))


def called(words: frozenset[str]) -> frozenset[str]:
    """Return which of these words somebody in the academy is called by."""
    found: set[str] = set()
    ordered = sorted(words | {word[:-1] for word in words if word.endswith("s")})
    for start in range(0, len(ordered), SOME):
        some = ordered[start : start + SOME]
        for column in (Person.call_name, Person.last_name):
            found.update(db.session.scalars(sa.select(column).where(column.in_(some)).distinct()))
    return frozenset(found)


def phrases(*places: str) -> tuple[str, ...]:
    """Return names that are nobody's: of organisations, of the neighbourhood, of the academy."""
    organisations = db.session.scalars(sa.select(Organisation.name).order_by(Organisation.name))
    return (*places, current().name, *organisations)


def notes_without_others(person_id: int, texts: Sequence[str]) -> list[str]:
    """Return texts of somebody's guidance with only their own name and those of who guided."""
    plans = sa.select(CoachingPlan.coach_id).where(CoachingPlan.person_id == person_id)
    talks = sa.select(LogEntry.coach_id).where(LogEntry.person_id == person_id)
    known = sa.or_(Person.id == person_id, Person.id.in_(plans), Person.id.in_(talks))
    people = list(db.session.scalars(sa.select(Person).where(known)))
    near = sa.select(CoachingPlan.place_id).where(CoachingPlan.person_id == person_id)
    places = db.session.scalars(sa.select(Place.name).where(Place.id.in_(near)))
    own = [
        one for person in people if person.id == person_id for one in (person.phone, person.email)
    ]
    return mask_others(
        texts,
        called=called(beginnings(texts)),
        kept=[name for one in people for name in (one.display_name, one.call_name)],
        phrases=phrases(*places),
        signs=signs(),
        own=[one for one in own if one],
    )
