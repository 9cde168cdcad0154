"""Point a plan at the one before it; keep the day of a step while it is to be done.

Revision: 0007. After: 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

EARLIER = """
update coaching_plan set earlier_id = (
  select max(older.id) from coaching_plan as older
  where older.person_id = coaching_plan.person_id and older.id < coaching_plan.id
)
"""
OPEN_STEPS = """
update coaching_plan_step set open_due_on = due_on
where done_on is null and sheet_id in (
  select max(sheet.id) from coaching_plan_sheet as sheet
  join coaching_plan as plan on plan.id = sheet.plan_id
  where sheet.agreed_at is not null and plan.state <> 'stopped'
  group by sheet.plan_id
)
"""


def upgrade() -> None:
    with op.batch_alter_table("coaching_plan", schema=None) as batch_op:
        batch_op.add_column(sa.Column("earlier_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_coaching_plan_earlier_id_coaching_plan"),
            "coaching_plan",
            ["earlier_id"],
            ["id"],
            ondelete="RESTRICT",
        )
        batch_op.create_index(batch_op.f("ix_coaching_plan_earlier_id"), ["earlier_id"])
    with op.batch_alter_table("coaching_plan_step", schema=None) as batch_op:
        batch_op.add_column(sa.Column("open_due_on", sa.Date(), nullable=True))
        batch_op.create_index("ix_coaching_plan_step_open", ["open_due_on", "id"])
    op.execute(EARLIER)
    op.execute(OPEN_STEPS)


def downgrade() -> None:
    with op.batch_alter_table("coaching_plan_step", schema=None) as batch_op:
        batch_op.drop_index("ix_coaching_plan_step_open")
        batch_op.drop_column("open_due_on")
    with op.batch_alter_table("coaching_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coaching_plan_earlier_id"))
        batch_op.drop_constraint(
            batch_op.f("fk_coaching_plan_earlier_id_coaching_plan"), type_="foreignkey"
        )
        batch_op.drop_column("earlier_id")
