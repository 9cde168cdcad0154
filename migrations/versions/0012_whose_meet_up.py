"""Keep which region holds a meet-up.

Revision: 0012. After: 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

LINK = "fk_meet_up_place_id_place"


def upgrade() -> None:
    # What was planned before stays of the whole academy: nobody wrote down for whom it was.
    with op.batch_alter_table("meet_up", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f(LINK), "place", ["place_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_index(batch_op.f("ix_meet_up_place_id"), ["place_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("meet_up", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meet_up_place_id"))
        batch_op.drop_constraint(batch_op.f(LINK), type_="foreignkey")
        batch_op.drop_column("place_id")
