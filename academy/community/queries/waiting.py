"""What waits for a coordinator in the community, asked at once for *Vandaag*."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from academy.community.queries import mentors, stories
from academy.kernel.db import db
from academy.kernel.policy import Actor


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many stories wait for residents, and whether a mentor may have a season that counts."""

    stories: int
    mentors: bool


def waiting_for(by: Actor) -> Waiting:
    """Return what waits in the region of `by`, in one statement."""
    told, ready = db.session.execute(sa.select(stories.waiting(by), mentors.may_be_ready(by))).one()
    return Waiting(told, bool(ready))
