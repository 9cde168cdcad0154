"""Keep the day before which guidance has a plan that was agreed, while there is none.

Revision: 0011. After: 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

THIRTY_DAYS_ON = {"sqlite": "date(started_on, '+30 days')", "postgresql": "started_on + 30"}
MISSING = """
update coaching_plan set sheet_due = {day}
where state in ('active', 'paused') and started_on is not null and not exists (
  select 1 from coaching_plan_sheet as sheet
  where sheet.plan_id = coaching_plan.id and sheet.agreed_at is not null
)
"""


def upgrade() -> None:
    with op.batch_alter_table("coaching_plan", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sheet_due", sa.Date(), nullable=True))
        batch_op.create_index("ix_coaching_plan_sheet", ["state", "sheet_due", "id"])
    op.execute(MISSING.format(day=THIRTY_DAYS_ON[op.get_bind().dialect.name]))


def downgrade() -> None:
    with op.batch_alter_table("coaching_plan", schema=None) as batch_op:
        batch_op.drop_index("ix_coaching_plan_sheet")
        batch_op.drop_column("sheet_due")
