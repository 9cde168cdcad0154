"""Whether a quarter goes by without a meet-up where people were certified."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from academy.community import policies, rules
from academy.community.models import MeetUp
from academy.community.queries.meetups import welcome_people
from academy.kernel.policy import Actor
from academy.people.models import Place


def lacks_meetup(by: Actor, day: date) -> sa.ColumnElement[bool]:
    """Return whether nobody planned a meet-up of this quarter where `by` plans them.

    One of the whole academy counts, and one of a region around. Without anybody to invite, nothing
    lacks; nor in the first weeks of a quarter.
    """
    if not rules.is_time_to_plan(day):
        return sa.false()
    first, last = rules.quarter_of(day)
    planned = sa.exists().where(
        MeetUp.kind == rules.QUARTERLY,
        MeetUp.held_on >= first,
        MeetUp.held_on <= last,
        MeetUp.cancelled_on.is_(None),
        _is_for(by),
    )
    somebody = welcome_people(by).limit(1).scalar_subquery()
    return sa.and_(~planned, somebody.is_not(None))


def _is_for(by: Actor) -> sa.ColumnElement[bool]:
    grants = by.grants_for(policies.MANAGE_MEET_UPS)
    if any(one.scope_kind == "everything" for one in grants):
        return sa.true()
    ids = {one for grant in grants if grant.scope_kind == "place" for one in grant.scope_ids}
    start = sa.select(Place.id, Place.parent_id).where(Place.id.in_(sorted(ids)))
    around: Any = start.cte("region_and_around", recursive=True)
    around = around.union(
        sa.select(Place.id, Place.parent_id).join(around, around.c.parent_id == Place.id)
    )
    return sa.or_(MeetUp.place_id.is_(None), MeetUp.place_id.in_(sa.select(around.c.id)))
