"""What waits for a coordinator in the community, asked at once for *Vandaag*."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from academy.community.queries import mentors, quarter, stories
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.policy import Actor


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many stories wait for residents, and whether a mentor may have a season that counts.

    `no_meetup`: this quarter goes by without a meet-up.
    """

    stories: int
    mentors: bool
    no_meetup: bool


def waiting_for(by: Actor) -> Waiting:
    """Return what waits in the region of `by`, in one statement."""
    told, ready, missing = db.session.execute(
        sa.select(
            stories.waiting(by),
            mentors.may_be_ready(by),
            quarter.lacks_meetup(by, clock.today()),
        )
    ).one()
    return Waiting(told, bool(ready), bool(missing))
