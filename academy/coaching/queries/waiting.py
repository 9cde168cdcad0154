"""Messages about matching: who is asked to say yes, and who still waits when the fortnight is over.

First names and days only.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from academy.coaching.models import CoachingPlan, CoachProposal
from academy.coaching.queries.overseers import overseer_of, overseers
from academy.coaching.queries.plans import call_name
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.messages.declared import Due, Window
from academy.people.models import Person

HOUR = 9
WAITING = ("to_match", "proposed")


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.AMSTERDAM).date()


def asked_coaches(window: Window) -> Iterator[Due]:
    """Yield, the morning after, to each coach that they were asked to guide somebody."""
    yield from _asked(window, CoachProposal.coach_id, "coach")


def asked_participants(window: Window) -> Iterator[Due]:
    """Yield, the morning after, to each participant that somebody would guide them."""
    yield from _asked(window, CoachingPlan.person_id, "own")


def _asked(window: Window, who: Any, kind: str) -> Iterator[Due]:
    rows = db.session.execute(
        sa.select(CoachProposal.id, who, CoachProposal.proposed_on)
        .join(CoachingPlan, CoachingPlan.id == CoachProposal.plan_id)
        .where(
            CoachProposal.state == "open",
            CoachProposal.proposed_on >= _day(window.since) - timedelta(days=1),
            CoachProposal.proposed_on <= _day(window.until),
            window.about(who),
        )
    )
    for proposal_id, person_id, proposed_on in rows:
        yield Due(
            key=f"asked-{proposal_id}-{kind}",
            person_id=person_id,
            due_at=clock.local(proposed_on + timedelta(days=1), HOUR),
            ids={"proposal_id": proposal_id},
        )


def told_coach(proposal_id: int) -> dict[str, Any] | None:
    """Return whom a coach is asked to guide; None after an answer."""
    row = _open(proposal_id, CoachingPlan.person_id)
    if row is None or row.CoachingPlan.coach_yes_on is not None:
        return None
    return {"name": call_name(row.Person), "plan_id": row.CoachingPlan.id}


def told_participant(proposal_id: int) -> dict[str, Any] | None:
    """Return who would guide a participant; None after an answer."""
    row = _open(proposal_id, CoachProposal.coach_id)
    if row is None or row.CoachingPlan.participant_yes_on is not None:
        return None
    return {"name": row.Person.display_name}


def _open(proposal_id: int, whom: Any) -> Any:
    return db.session.execute(
        sa.select(CoachingPlan, Person)
        .join(CoachProposal, CoachProposal.plan_id == CoachingPlan.id)
        .join(Person, Person.id == whom)
        .where(CoachProposal.id == proposal_id, CoachProposal.state == "open")
    ).one_or_none()


def unmatched(window: Window) -> Iterator[Due]:
    """Yield, the day after the fortnight, who still has no coach, to the coordinator by name."""
    day = timedelta(days=1)
    rows = db.session.execute(
        sa.select(
            CoachingPlan.id, CoachingPlan.person_id, CoachingPlan.place_id, CoachingPlan.match_by
        ).where(
            CoachingPlan.state.in_(WAITING),
            CoachingPlan.match_by >= _day(window.since) - day,
            CoachingPlan.match_by <= _day(window.until),
        )
    ).all()
    if not rows:
        return
    asked = None if window.people is None else set(db.session.scalars(window.people))
    among = overseers(clock.today())
    for plan_id, person_id, place_id, match_by in rows:
        found = overseer_of(place_id, among, but=(person_id,))
        if found is None or (asked is not None and found.person_id not in asked):
            continue
        yield Due(
            key=f"unmatched-{plan_id}-{match_by:%Y%m%d}-{found.person_id}",
            person_id=found.person_id,
            due_at=clock.local(match_by + day, HOUR),
            ids={"plan_id": plan_id},
        )


def told_unmatched(plan_id: int) -> dict[str, Any] | None:
    """Return who waits and since when; None as soon as guidance began or stopped."""
    row = db.session.execute(
        sa.select(CoachingPlan, Person)
        .join(Person, Person.id == CoachingPlan.person_id)
        .where(CoachingPlan.id == plan_id, CoachingPlan.state.in_(WAITING))
    ).one_or_none()
    if row is None:
        return None
    return {
        "name": call_name(row.Person),
        "match_by": row.CoachingPlan.match_by,
        "plan_id": plan_id,
    }
