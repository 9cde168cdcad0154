"""What happens in the community when somebody leaves for good."""

from __future__ import annotations

import sqlalchemy as sa

from academy.community.models import MeetUp, Rsvp
from academy.community.services.meetups import TOLD, find_rsvp, get_meetup, move_up
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.policy import Actor


def give_chairs_back(person_id: int, *, by: Actor) -> None:
    """Let somebody come to no meet-up any more; who stands first in line gets the chair."""
    coming = sa.select(MeetUp.id).where(
        MeetUp.state != "held",
        MeetUp.held_on >= clock.today(),
        MeetUp.cancelled_on.is_(None),
        sa.exists().where(
            Rsvp.meet_up_id == MeetUp.id, Rsvp.person_id == person_id, Rsvp.answer.in_(TOLD)
        ),
    )
    for meetup_id in db.session.scalars(coming.order_by(MeetUp.id)).all():
        meet_up = get_meetup(meetup_id)
        rsvp = find_rsvp(meetup_id, person_id)
        if rsvp is not None:
            rsvp.answer, rsvp.waits_since = "no", None
            move_up(meet_up, by=by)
