"""Messages that one region hands over to another.

Revision: 0009. After: 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLE = "contact_handover"
LINKS = {
    "request_id": ("contact_request", "CASCADE"),
    "from_place_id": ("place", "SET NULL"),
    "from_handler_id": ("person", "SET NULL"),
    "to_place_id": ("place", "CASCADE"),
    "by_id": ("person", "SET NULL"),
    "ended_by_id": ("person", "SET NULL"),
}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("from_place_id", sa.Integer(), nullable=True),
        sa.Column("from_handler_id", sa.Integer(), nullable=True),
        sa.Column("to_place_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "outcome in ('picked_up', 'taken_back')", name=op.f(f"ck_{TABLE}_outcome_known")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_{TABLE}_{column}_{table}"),
                ondelete=ondelete,
            )
            for column, (table, ondelete) in LINKS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    with op.batch_alter_table(TABLE, schema=None) as batch_op:
        for column in LINKS:
            batch_op.create_index(batch_op.f(f"ix_{TABLE}_{column}"), [column], unique=False)


def downgrade() -> None:
    # What was handed over stays with the region that has it; only how it came there is lost.
    op.drop_table(TABLE)
