"""What messages about coaching print: first names, days and figures, never what was said."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from academy.coaching import policies, rules
from academy.coaching.models import AgreedAction, CoachingPlan, PlanSheet, PlanStep
from academy.coaching.queries.cover import covers_between, who_guides
from academy.coaching.queries.overdue import (
    count_late_actions,
    count_late_reviews,
    count_overdue,
    count_unmatched,
)
from academy.coaching.queries.plans import call_name
from academy.coaching.queries.signals_care import count_late
from academy.kernel import clock
from academy.kernel.db import db
from academy.people.models import Person
from academy.people.queries.actors import actor_for


def contact(plan_id: int, due_on: str) -> dict[str, Any] | None:
    """Return with whom and before when a coach speaks; None after the talk."""
    row = db.session.execute(
        sa.select(Person.call_name, Person.last_name, CoachingPlan.next_contact_due)
        .join(CoachingPlan, CoachingPlan.person_id == Person.id)
        .where(CoachingPlan.id == plan_id, CoachingPlan.state.in_(rules.LIVE_STATES))
    ).one_or_none()
    if row is None or row.next_contact_due != date.fromisoformat(due_on):
        return None
    return {
        "name": row.call_name or row.last_name,
        "due_on": row.next_contact_due,
        "plan_id": plan_id,
    }


def escalated(plan_id: int, due_on: str) -> dict[str, Any] | None:
    """Return who did not speak with whom since when; None after the talk.

    Who is away is not blamed: `coach` is who guides today, `warned` who heard it a week ago.
    """
    row = db.session.execute(
        sa.select(Person, CoachingPlan.coach_id, CoachingPlan.next_contact_due)
        .join_from(CoachingPlan, Person, Person.id == CoachingPlan.person_id)
        .where(CoachingPlan.id == plan_id, CoachingPlan.state.in_(rules.LIVE_STATES))
    ).one_or_none()
    due = date.fromisoformat(due_on)
    if row is None or row.coach_id is None or row.next_contact_due != due:
        return None
    person, coach_id = row.Person, row.coach_id
    today, heard_on = clock.today(), rules.late_on(due)
    covers = covers_between(min(heard_on, today), today)
    now, then = (who_guides(person.id, coach_id, day, covers) for day in (today, heard_on))
    coach, warned = (db.session.get_one(Person, one) for one in (now, then))
    return {
        "name": call_name(person),
        "coach": coach.display_name,
        "coach_phone": coach.phone or "",
        "warned": warned.display_name,
        "due_on": due,
        "plan_id": plan_id,
    }


def action(action_id: int) -> dict[str, Any] | None:
    """Return that an agreement is due; None when it was done. Its words stay in the logbook."""
    row = db.session.execute(
        sa.select(AgreedAction.due_on, AgreedAction.plan_id)
        .join(CoachingPlan, CoachingPlan.id == AgreedAction.plan_id)
        .where(
            AgreedAction.id == action_id,
            AgreedAction.state == "open",
            CoachingPlan.is_awake(clock.today()),
        )
    ).one_or_none()
    if row is None:
        return None
    return {"due_on": row.due_on, "plan_id": row.plan_id}


def step(step_id: int) -> dict[str, Any] | None:
    """Return that a step of a plan is due; None when it was done. Its words stay in the plan."""
    row = db.session.execute(
        sa.select(PlanStep.open_due_on, PlanSheet.plan_id)
        .join_from(PlanStep, PlanSheet, PlanSheet.id == PlanStep.sheet_id)
        .join(CoachingPlan, CoachingPlan.id == PlanSheet.plan_id)
        .where(
            PlanStep.id == step_id,
            PlanStep.open_due_on.is_not(None),
            CoachingPlan.is_awake(clock.today()),
        )
    ).one_or_none()
    return {"due_on": row.open_due_on, "plan_id": row.plan_id} if row else None


def region(coordinator_id: int) -> dict[str, Any] | None:
    """Return how much is late in a coordinator's region; None when nothing is."""
    actor = actor_for(coordinator_id, origin="job")
    if not actor.may(policies.OVERSEE):
        return None
    today = clock.today()
    found = db.session.execute(
        sa.select(
            count_overdue(actor, today).label("late"),
            count_unmatched(actor, today).label("waiting"),
            count_late(actor, today).label("signals"),
            count_late_actions(actor, today).label("actions"),
            count_late_reviews(actor, today).label("reviews"),
        )
    ).mappings()
    counts = dict(found.one())
    return counts if any(counts.values()) else None
