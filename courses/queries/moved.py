"""Who is moved to another group takes along what was done: the enrolments that belong together."""

from __future__ import annotations

import sqlalchemy as sa

from courses.models import Enrolment


def with_earlier(enrolment_id: int) -> sa.Select[tuple[int]]:
    """Select this enrolment and those that were moved into it, however often."""
    found = sa.select(Enrolment.id).where(Enrolment.id == enrolment_id).cte(recursive=True)
    moved = sa.select(Enrolment.id).join(found, Enrolment.transferred_to_id == found.c.id)
    found = found.union(moved)
    return sa.select(found.c.id)
