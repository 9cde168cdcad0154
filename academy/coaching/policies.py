"""Who may do what in coaching, and the filters that go with it.

A coach's right is a coach grant on that one person that holds today: nothing wider opens a note.
The coordinator sees dates, rhythm, figures and signals, and no entry text.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from academy.coaching.models import CoachingPlan, Opening
from academy.kernel import policy
from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor, Capability, Reach, capability

OWN_LOG = capability("coaching:log:own", own=True)
"""Read one's own log and who read it, add own words, tick off actions, say yes to a coach."""

GUIDE = capability("coaching:log:write", "coach")
"""Read and write the log of a person one guides today."""

TAKE_ALONG = capability("coaching:log:export", "coach", step_up=True)
"""Take the log of a person one guides along as a file."""

OVERSEE = capability("coaching:plan:oversee", "coordinator")
"""See what is due in the own region, match, transfer, pause and stop. No entry text."""

BEGIN = capability("coaching:plan:list", "coach", "coordinator")
"""Open the first page of coaching: one's people, or the region."""

FOLLOW_UP = capability("coaching:signal:follow-up", "coach", "coordinator")
"""Raise and follow up a signal about a person one guides, or in the own region."""

WORRY = capability("coaching:signal:raise", "coach", "coordinator", own=True)
"""Say that one worries: about oneself, or about somebody one guides or oversees."""

OFFER = capability("coaching:offer:write", "coach")
"""Say when, where, how and how many people one wants to guide; of others the coordinator does."""

OPEN_IN_NEED = capability("coaching:opening:ask", "coordinator", step_up=True)
"""Ask to open a log of the own region in need, and read it when a second person agreed."""

ANSWER_OPENING = capability(
    "coaching:opening:answer", "coordinator", "privacy_officer", step_up=True
)
"""Agree that somebody else opens a log, or not; end it early."""

SEE_OPENINGS = capability("coaching:opening:list", "coordinator", "privacy_officer")
"""See which logs were opened in need: who, why, when; no entry text."""

ALL: tuple[Capability, ...] = (
    OWN_LOG,
    GUIDE,
    TAKE_ALONG,
    OVERSEE,
    BEGIN,
    FOLLOW_UP,
    WORRY,
    OFFER,
    OPEN_IN_NEED,
    ANSWER_OPENING,
    SEE_OPENINGS,
)


def guided_person_ids(actor: Actor) -> frozenset[int]:
    """Return the persons whom `actor` guides today, by grants on just that person."""
    grants = (g for g in actor.grants_for(GUIDE) if g.scope_kind == "person")
    return frozenset(person_id for grant in grants for person_id in grant.scope_ids)


def guides(actor: Actor, person_id: int) -> bool:
    """Say whether `actor` guides this person today."""
    return person_id in guided_person_ids(actor)


def within_guided(actor: Actor, person: Any) -> sa.ColumnElement[bool]:
    """Return the condition that keeps a query within the people whom `actor` guides today."""
    condition: sa.ColumnElement[bool] = person.in_(sorted(guided_person_ids(actor)))
    return condition


def within_region(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition that keeps plans within a coordinator's region, the own plan apart."""
    return sa.and_(
        policy.within(actor, OVERSEE, place=CoachingPlan.place_id),
        CoachingPlan.person_id != actor.person_id,
    )


def oversees(actor: Actor, plan: CoachingPlan) -> bool:
    """Say whether `plan` lies in the region of `actor`, and is not about `actor`."""
    return sees_region_of(actor, plan.place_id, plan.person_id)


def sees_region_of(actor: Actor, place_id: int | None, person_id: int) -> bool:
    """Say whether a place lies in the region of `actor`, and the person there is another."""
    return actor.person_id != person_id and policy.covers(actor, OVERSEE, Reach(place_id=place_id))


def require_guide(actor: Actor, plan: CoachingPlan) -> None:
    """Refuse unless `actor` guides this person today by this plan; a stranger finds nothing.

    Who begins again has a new plan; the one that stopped opens to nobody by that.
    """
    if plan.state == "stopped" or not guides(actor, plan.person_id):
        raise NotFoundError


def require_overseer(actor: Actor, plan: CoachingPlan) -> None:
    """Refuse unless the plan lies in the region of `actor`."""
    if not oversees(actor, plan):
        raise NotFoundError


def require_own_or_overseer(actor: Actor, plan: CoachingPlan) -> None:
    """Refuse unless the plan is one's own, or lies in the region of `actor`."""
    if actor.person_id != plan.person_id:
        require_overseer(actor, plan)


def within_openings(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition that keeps openings, joined with their plan, within the own reach."""
    return sa.and_(
        policy.within(actor, SEE_OPENINGS, place=CoachingPlan.place_id),
        CoachingPlan.person_id != actor.person_id,
    )


def may_answer_opening(actor: Actor, opening: Opening, plan: CoachingPlan) -> bool:
    """Say whether `actor` may agree: another than who asked, not the coach, not who it is about."""
    parties = (opening.asked_by_id, plan.person_id, plan.coach_id)
    reach = Reach(place_id=plan.place_id)
    return actor.person_id not in parties and policy.covers(actor, ANSWER_OPENING, reach)
