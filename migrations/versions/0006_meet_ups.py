"""Meet-ups with a time, that can be called off; a waiting list, and what people need to come.

Revision: 0006. After: 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CHOICES = ("transport", "child_care", "walked_in")


def upgrade() -> None:
    with op.batch_alter_table("meet_up", schema=None) as batch_op:
        batch_op.add_column(sa.Column("starts_at", sa.Time(), nullable=True))
        batch_op.add_column(sa.Column("cancelled_on", sa.Date(), nullable=True))

    with op.batch_alter_table("rsvp", schema=None) as batch_op:
        batch_op.add_column(sa.Column("waits_since", sa.DateTime(timezone=True), nullable=True))
        for name in CHOICES:
            batch_op.add_column(
                sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)
            )


def downgrade() -> None:
    # There is no line any more: who stood in it is asked again. Who walked in never answered.
    op.execute("update rsvp set answer = 'maybe' where waits_since is not null")
    with op.batch_alter_table("rsvp", schema=None) as batch_op:
        for name in (*reversed(CHOICES), "waits_since"):
            batch_op.drop_column(name)

    # A meet-up that was called off goes with its answers: it would come back as planned.
    op.execute(
        "delete from rsvp where meet_up_id in"
        " (select id from meet_up where cancelled_on is not null)"
    )
    op.execute("delete from meet_up where cancelled_on is not null")
    with op.batch_alter_table("meet_up", schema=None) as batch_op:
        batch_op.drop_column("cancelled_on")
        batch_op.drop_column("starts_at")
