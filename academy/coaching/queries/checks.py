"""What `academy check` asks of coaching."""

from __future__ import annotations

import sqlalchemy as sa

from academy.coaching import rules
from academy.coaching.models import CoachingPlan
from academy.coaching.queries.overseers import overseer_of, overseers
from academy.kernel import clock
from academy.kernel.db import db
from academy.people.models import Grant


def faults() -> list[str]:
    """Return what is wrong: a coach without a right, a plan without a day or a coordinator."""
    return [*_unguided(), *_without_day(), *_without_overseer()]


def _unguided() -> list[str]:
    today = clock.today()
    held = sa.exists().where(
        Grant.person_id == CoachingPlan.coach_id,
        Grant.role == "coach",
        Grant.scope_kind == "person",
        Grant.scope_id == CoachingPlan.person_id,
        Grant.holds_on(today),
    )
    rows = db.session.scalars(
        sa.select(CoachingPlan.id)
        .where(CoachingPlan.state.in_(("proposed", *rules.LIVE_STATES)), ~held)
        .order_by(CoachingPlan.id)
    )
    return [f"coaching plan {plan_id}: its coach holds no right today" for plan_id in rows]


def _without_day() -> list[str]:
    rows = db.session.scalars(
        sa.select(CoachingPlan.id)
        .where(CoachingPlan.state.in_(rules.LIVE_STATES), CoachingPlan.next_contact_due.is_(None))
        .order_by(CoachingPlan.id)
    )
    return [f"coaching plan {plan_id}: no next contact is due" for plan_id in rows]


def _without_overseer() -> list[str]:
    """Name the plans about which no coordinator would ever hear: of each place the first."""
    among = overseers(clock.today())
    rows = db.session.execute(
        sa.select(CoachingPlan.place_id, CoachingPlan.person_id, sa.func.min(CoachingPlan.id))
        .where(CoachingPlan.state != "stopped")
        .group_by(CoachingPlan.place_id, CoachingPlan.person_id)
    )
    found: dict[int | None, int] = {}
    for place_id, person_id, plan_id in rows:
        if overseer_of(place_id, among, but=(person_id,)) is None:
            found[place_id] = min(plan_id, found.get(place_id, plan_id))
    return [f"coaching plan {one}: no coordinator looks after it" for one in sorted(found.values())]
