"""Say of meet-ups from before 0012 which region holds them, where it is known who planned them.

Revision: 0016. After: 0015.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

PLANNED = sa.text("""
select meet_up.id, audit_event.actor_id, audit_event.at from meet_up
join audit_event on audit_event.object_kind = 'meet_up' and audit_event.object_id = meet_up.id
where meet_up.place_id is null and audit_event.action = 'community:meetup:planned'
  and audit_event.actor_id is not null
order by audit_event.id
""").columns(id=sa.Integer, actor_id=sa.Integer, at=sa.DateTime(timezone=True))
HELD = sa.text("""
select scope_kind, scope_id from "grant"
where person_id = :person and role = 'coordinator' and confirmed_on is not null
  and valid_from <= :day and (valid_to is null or valid_to >= :day)
""").bindparams(sa.bindparam("day", type_=sa.Date))
PLACES = sa.text("select id, parent_id from place")
FILL = sa.text("update meet_up set place_id = :place where id = :id")


def upgrade() -> None:
    # Planned by who coordinates everything, or by nobody we know: it stays of the whole academy.
    connection = op.get_bind()
    parents = {place_id: parent for place_id, parent in connection.execute(PLACES)}
    for meetup_id, planner_id, at in connection.execute(PLANNED).all():
        held = connection.execute(HELD, {"person": planner_id, "day": at.date()}).all()
        everywhere = any(kind == "everything" for kind, _place in held)
        places = {place for kind, place in held if kind == "place"}
        if places and not everywhere:
            top = [one for one in places if not _lies_in(one, places, parents)]
            connection.execute(FILL, {"place": min(top), "id": meetup_id})


def _lies_in(place_id: int, others: set[int], parents: Mapping[int, int | None]) -> bool:
    """Say whether a place lies inside one of the others."""
    around = parents.get(place_id)
    while around is not None:
        if around in others:
            return True
        around = parents.get(around)
    return False


def downgrade() -> None:
    # Which region holds a meet-up is known from 0012 on: what was filled in stays.
    pass
