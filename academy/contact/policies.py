"""Who may do what with contact requests."""

from __future__ import annotations

import sqlalchemy as sa

from academy.contact.models import ContactHandover, ContactRequest
from academy.kernel.policy import Actor, Capability, capability, within

HANDLE = capability("contact:request:handle", "coordinator", "board")
"""Read the inbox and take the next step. A coordinator in the own region, and for messages that
have no place yet; anybody for what was handed to them."""

ASSIGN = capability("contact:request:assign", "coordinator")
"""Hand a request to somebody else, or over to another region."""

ALL: tuple[Capability, ...] = (HANDLE, ASSIGN)


def in_reach(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition that keeps the inbox within the actor's reach."""
    mine = ContactRequest.handled_by_id == actor.person_id
    if "coordinator" not in actor.roles:
        return mine
    in_region = within(actor, ASSIGN, place=ContactRequest.place_id)
    return sa.or_(mine, in_region, ContactRequest.place_id.is_(None))


def gave_away(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition that keeps handovers to what left the actor, or the actor's region."""
    from_region = within(actor, ASSIGN, place=ContactHandover.from_place_id)
    return sa.or_(ContactHandover.by_id == actor.person_id, from_region)
