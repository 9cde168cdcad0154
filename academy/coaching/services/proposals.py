"""Who was proposed to guide somebody, and how it ended: kept so that nobody is asked in vain."""

from __future__ import annotations

import sqlalchemy as sa

from academy.coaching.models import CoachingPlan, CoachProposal
from academy.kernel import clock
from academy.kernel.db import db


def note_proposed(plan: CoachingPlan, coach_id: int) -> None:
    """Write down that this coach is asked; whoever was asked before is not any more."""
    note_ended(plan, "withdrawn")
    db.session.add(
        CoachProposal(plan_id=plan.id, coach_id=coach_id, proposed_on=clock.today(), state="open")
    )


def note_ended(plan: CoachingPlan, state: str) -> None:
    """Write down how the open proposal ended; nothing without one."""
    db.session.execute(
        sa.update(CoachProposal)
        .where(CoachProposal.plan_id == plan.id, CoachProposal.state == "open")
        .values(state=state, ended_on=clock.today())
    )
