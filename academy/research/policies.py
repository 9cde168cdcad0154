"""Who may do what with research: who leads the project, and the coordinator of the place."""

from __future__ import annotations

import sqlalchemy as sa

from academy.kernel.errors import NotFoundError
from academy.kernel.policy import Actor, Capability, Reach, capability, covers, within
from academy.research.models import Project

READ = capability("research:project:read", "trainer", "coach", "coordinator")
"""See projects with their observations, problems and what residents said."""

WRITE = capability("research:project:write", "trainer", "coach", "coordinator")
"""Start a project, write down what was observed, named and said in it."""

ALL: tuple[Capability, ...] = (READ, WRITE)


def in_reach(actor: Actor, right: Capability) -> sa.ColumnElement[bool]:
    """Return the condition that keeps projects to those the actor leads or whose place is theirs.

    A trainer or coach who does not lead a project sees nothing of it.
    """
    if not actor.may(right):
        return sa.false()
    leads = Project.lead_id == actor.person_id
    return sa.or_(leads, within(actor, right, place=Project.place_id))


def require_start(actor: Actor, *, place_id: int, lead_id: int) -> None:
    """Refuse unless the actor starts a project to lead it, or coordinates the place."""
    leads = actor.may(WRITE) and actor.person_id == lead_id
    if not leads and not covers(actor, WRITE, Reach(place_id=place_id)):
        raise NotFoundError
