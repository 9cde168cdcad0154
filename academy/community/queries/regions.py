"""Whose a meet-up is: of a region, or of the whole academy."""

from __future__ import annotations

import sqlalchemy as sa

from academy.community import policies
from academy.community.models import MeetUp
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.policy import Actor, Reach, covers, within
from academy.people.models import Grant, Place


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
    """Say whether `by` changes meet-ups of a region, or of the whole academy without one.

    Those of the whole academy are for who coordinates everything; where nobody does, somebody has
    to, so every coordinator may.
    """
    if place_id is not None or not by.may(policies.MANAGE_MEET_UPS):
        return covers(by, policies.MANAGE_MEET_UPS, Reach(place_id=place_id))
    if any(one.scope_kind == "everything" for one in by.grants_for(policies.MANAGE_MEET_UPS)):
        return True
    return bool(db.session.scalar(sa.select(_nobody_coordinates_everything())))


def within_managed(by: Actor) -> sa.ColumnElement[bool]:
    """Return the condition that keeps a query of meet-ups within what `by` changes."""
    near = within(by, policies.MANAGE_MEET_UPS, place=MeetUp.place_id)
    if not by.may(policies.MANAGE_MEET_UPS):
        return near
    return sa.or_(near, sa.and_(MeetUp.place_id.is_(None), _nobody_coordinates_everything()))


def _nobody_coordinates_everything() -> sa.ColumnElement[bool]:
    return ~sa.exists().where(
        Grant.role == "coordinator",
        Grant.scope_kind == "everything",
        Grant.holds_on(clock.today()),
    )
