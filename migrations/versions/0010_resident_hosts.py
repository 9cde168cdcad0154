"""The resident who is host of a cohort and signs its proofs beside the trainer.

Revision: 0010. After: 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLE = "cohort_host"
LINKS = {
    "cohort_id": ("cohort", "CASCADE"),
    "person_id": ("person", "RESTRICT"),
    "noted_by_id": ("person", "RESTRICT"),
}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("printed_name", sa.String(length=200), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
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
        sa.UniqueConstraint("cohort_id", name=op.f(f"uq_{TABLE}_cohort_id")),
    )
    with op.batch_alter_table(TABLE, schema=None) as batch_op:
        for column in LINKS:
            batch_op.create_index(batch_op.f(f"ix_{TABLE}_{column}"), [column], unique=False)


def downgrade() -> None:
    # The names stay on what was issued; a new proof is signed by the trainer alone.
    op.drop_table(TABLE)
