"""Count what coaches have to do, and name the organisation behind each promise, from before.

Revision: 0005. After: 0004.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LIVE = "('active', 'paused')"
LOADS = f"""
insert into coaching_load (coach_id, plans, last_entry_on, quiet_since)
select coach.id, plans.many, talks.last, case when plans.many > 0
  then coalesce(talks.last, plans.since) end
from person as coach
left join (
  select coach_id, count(case when state in {LIVE} then 1 end) as many,
    min(case when state in {LIVE} then started_on end) as since
  from coaching_plan where coach_id is not null group by coach_id
) as plans on plans.coach_id = coach.id
left join (
  select coach_id, max(happened_on) as last
  from coaching_log_entry where state <> 'draft' group by coach_id
) as talks on talks.coach_id = coach.id
where plans.many is not null
  and not exists (select 1 from coaching_load as known where known.coach_id = coach.id)
"""  # noqa: S608  no value of anybody is in it


def upgrade() -> None:
    connection = op.get_bind()
    connection.execute(sa.text(LOADS))
    places = {
        row.id: (row.parent_id, row.client_organisation_id)
        for row in connection.execute(
            sa.text("select id, parent_id, client_organisation_id from place")
        )
    }
    promises = connection.execute(
        sa.text(
            "select a.id, p.place_id from agreed_action a join coaching_plan p on p.id = a.plan_id"
            " where a.owner = 'client' and a.organisation_id is null"
        )
    ).all()
    for promise in promises:
        organisation = _organisation_near(promise.place_id, places)
        if organisation is not None:
            connection.execute(
                sa.text("update agreed_action set organisation_id = :organisation where id = :id"),
                {"organisation": organisation, "id": promise.id},
            )


def _organisation_near(
    place_id: int | None, places: Mapping[int, tuple[int | None, int | None]]
) -> int | None:
    """Return the client organisation of a place, or of the nearest place around it."""
    seen: set[int] = set()
    while place_id is not None and place_id in places and place_id not in seen:
        seen.add(place_id)
        place_id, organisation = places[place_id]
        if organisation is not None:
            return organisation
    return None


def downgrade() -> None:
    """Nothing goes back: what was filled in goes with its columns and its table."""
