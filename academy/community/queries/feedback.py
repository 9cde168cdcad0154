"""Professionals whom residents tell something back, and how many did on which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from academy.community import policies, rules
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor, Reach, covers
from academy.people.models import Person
from certificates.models import Certificate, RenewalEvidence
from courses.queries.on_behalf import reaches_of

MOST_DAYS = 50


@dataclass(frozen=True, slots=True)
class FeedbackDay:
    """A day, and how many residents told something back."""

    on: date
    number: int


def tracks_of(person_id: int) -> frozenset[str]:
    """Return the tracks in which somebody was ever certified."""
    held = sa.select(Certificate.track).where(Certificate.person_id == person_id).distinct()
    return frozenset(db.session.scalars(held))


def require_professional(person_id: int, *, by: Actor) -> str:
    """Return the name of a certified professional of whom `by` may note feedback.

    Raises NotFoundError.
    """
    person = db.session.get(Person, person_id)
    if person is None or not may_note(person_id, by=by):
        raise NotFoundError
    return person.display_name


def may_note(person_id: int, *, by: Actor) -> bool:
    """Say whether `by` may note what residents told somebody back; nobody does so of themselves."""
    person = db.session.get(Person, person_id)
    if person is None or person_id == by.person_id or not by.may(policies.NOTE_FEEDBACK):
        return False
    where = [Reach(person_id=person_id, place_id=person.place_id), *reaches_of(person_id)]
    is_near = any(covers(by, policies.NOTE_FEEDBACK, one) for one in where)
    return is_near and rules.FEEDBACK_TRACK in tracks_of(person_id)


def feedback_days(person_id: int) -> list[FeedbackDay]:
    """Return the days on which residents told somebody something back, newest first."""
    rows = db.session.execute(
        sa.select(RenewalEvidence.on, sa.func.count(RenewalEvidence.id))
        .where(
            RenewalEvidence.person_id == person_id,
            RenewalEvidence.requirement == rules.FEEDBACK_REQUIREMENT,
        )
        .group_by(RenewalEvidence.on)
        .order_by(RenewalEvidence.on.desc())
        .limit(MOST_DAYS)
    )
    return [FeedbackDay(on, number) for on, number in rows]
