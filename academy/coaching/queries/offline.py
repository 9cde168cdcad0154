"""What a coach's device keeps for when there is no internet: first names, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from academy.coaching import policies, rules
from academy.coaching.models import CoachingPlan
from academy.coaching.queries.plans import MOST_ROWS, call_name
from academy.kernel.db import db
from academy.kernel.policy import Actor
from academy.people.models import Person, SignIn


@dataclass(frozen=True, slots=True)
class TalkWith:
    """Somebody with whom a coach may have a talk to write down."""

    plan_id: int
    name: str


def talks_with(actor: Actor) -> tuple[TalkWith, ...]:
    """Return whom `actor` guides today and speaks with, by name; nothing but first names."""
    rows = db.session.execute(
        sa.select(CoachingPlan.id, Person)
        .join(Person, Person.id == CoachingPlan.person_id)
        .where(
            policies.within_guided(actor, CoachingPlan.person_id),
            CoachingPlan.state.in_(rules.LIVE_STATES),
        )
        .order_by(Person.sort_key, CoachingPlan.id)
        .limit(MOST_ROWS)
    )
    return tuple(TalkWith(plan_id, call_name(person)) for plan_id, person in rows)


def signed_in_for(actor: Actor, now: datetime) -> timedelta:
    """Return how long the sign-in of `actor` can last at most, from `now`, which is real time."""
    until = db.session.scalar(sa.select(SignIn.expires_at).where(SignIn.id == actor.sign_in_id))
    return max(until - now, timedelta(0)) if until else timedelta(0)
