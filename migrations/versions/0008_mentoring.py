"""Graduates who walk along with who begins, or help train and assess.

Revision: 0008. After: 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LIVE = sa.text("state <> 'ended'")


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_person")
    return sa.ForeignKeyConstraint([column], ["person.id"], name=name, ondelete="RESTRICT")


def upgrade() -> None:
    op.create_table(
        "mentor_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("walk_along", sa.Boolean(), nullable=False),
        sa.Column("train", sa.Boolean(), nullable=False),
        sa.Column("assess", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("walk_along or train or assess", name=op.f("ck_mentor_offer_something")),
        _person("mentor_offer", "person_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentor_offer")),
        sa.UniqueConstraint("person_id", name=op.f("uq_mentor_offer_person_id")),
    )

    op.create_table(
        "mentor_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mentor_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("mentor_yes_on", sa.Date(), nullable=True),
        sa.Column("person_yes_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "state in ('open', 'running', 'ended')", name=op.f("ck_mentor_pair_state_known")
        ),
        sa.CheckConstraint("mentor_id <> person_id", name=op.f("ck_mentor_pair_two_people")),
        sa.CheckConstraint(
            "state <> 'running' or (mentor_yes_on is not null and person_yes_on is not null)",
            name=op.f("ck_mentor_pair_both_said_yes"),
        ),
        sa.CheckConstraint(
            "(state = 'ended') = (ended_on is not null)",
            name=op.f("ck_mentor_pair_ended_has_a_day"),
        ),
        _person("mentor_pair", "mentor_id"),
        _person("mentor_pair", "person_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentor_pair")),
    )
    with op.batch_alter_table("mentor_pair", schema=None) as batch_op:
        for column in ("mentor_id", "person_id"):
            batch_op.create_index(op.f(f"ix_mentor_pair_{column}"), [column], unique=False)
        batch_op.create_index(
            "uq_mentor_pair_live",
            ["person_id"],
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        )

    op.create_table(
        "mentor_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("pair_id", sa.Integer(), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind in ('walk_along', 'train', 'assess')", name=op.f("ck_mentor_day_kind_known")
        ),
        sa.CheckConstraint(
            "(kind = 'walk_along') = (pair_id is not null)", name=op.f("ck_mentor_day_met_somebody")
        ),
        _person("mentor_day", "person_id"),
        sa.ForeignKeyConstraint(
            ["pair_id"],
            ["mentor_pair.id"],
            name=op.f("fk_mentor_day_pair_id_mentor_pair"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentor_day")),
        sa.UniqueConstraint(
            "person_id",
            "kind",
            "done_on",
            "pair_id",
            name=op.f("uq_mentor_day_person_id_kind_done_on_pair_id"),
        ),
    )
    with op.batch_alter_table("mentor_day", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_mentor_day_pair_id"), ["pair_id"], unique=False)
        batch_op.create_index(op.f("ix_mentor_day_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    for table in ("mentor_day", "mentor_pair", "mentor_offer"):
        op.drop_table(table)
