"""Whose a meet-up is: of a region, or of the whole academy."""

from __future__ import annotations

import sqlalchemy as sa

from academy.community import policies
from academy.kernel.db import db
from academy.kernel.policy import Actor, Reach, covers
from academy.people.models import Place


def region_of(by: Actor) -> int | None:
    """Return the region in which somebody plans meet-ups; None for the whole academy."""
    grants = by.grants_for(policies.MANAGE_MEET_UPS)
    if any(one.scope_kind == "everything" for one in grants):
        return None
    ids = {one for grant in grants if grant.scope_kind == "place" for one in grant.scope_ids}
    top = sa.or_(Place.parent_id.is_(None), Place.parent_id.not_in(ids))
    return db.session.scalar(
        sa.select(Place.id).where(Place.id.in_(ids), top).order_by(Place.id).limit(1)
    )


def manages(place_id: int | None, by: Actor) -> bool:
    """Say whether `by` changes meet-ups of a region, or of the whole academy without one."""
    if place_id is None:
        return by.may(policies.MANAGE_MEET_UPS)
    return covers(by, policies.MANAGE_MEET_UPS, Reach(place_id=place_id))
