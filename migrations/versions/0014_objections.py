"""Keep objections, and the right of who looks anew at one of them.

Revision: 0014. After: 0013.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ROLES = (
    "role in ('trainer', 'assessor', 'resident_assessor', 'coach', 'coordinator', 'board',"
    " 'client_contact', 'admin', 'certifier', 'privacy_officer'{more})"
)
SCOPES = "scope_kind in ('everything', 'organisation', 'place', 'cohort', 'person'{more})"
OPEN = "state in ('received', 'assigned')"


def upgrade() -> None:
    _let_grants_say(ROLES.format(more=", 'reviewer'"), SCOPES.format(more=", 'objection'"))
    op.create_table(
        "objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("final_attempt_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("result_on", sa.Date(), nullable=False),
        sa.Column("in_time_until", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("extended_on", sa.Date(), nullable=True),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("appointed_on", sa.Date(), nullable=True),
        sa.Column("heard_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state in ('received', 'assigned', 'decided', 'withdrawn')",
            name=op.f("ck_objection_state_known"),
        ),
        sa.CheckConstraint(
            "outcome in ('upheld', 'reassess', 'rejected', 'too_late')",
            name=op.f("ck_objection_outcome_known"),
        ),
        sa.CheckConstraint(
            "way in ('self', 'phone', 'talk', 'letter')", name=op.f("ck_objection_way_known")
        ),
        sa.CheckConstraint(
            "(state = 'decided') = (outcome is not null)"
            " and (outcome is null) = (decided_on is null)"
            " and (outcome is null) = (decided_by_id is null)",
            name=op.f("ck_objection_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "(reviewer_id is null) = (appointed_on is null)",
            name=op.f("ck_objection_reviewer_since_a_day"),
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_objection_enrolment_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["final_attempt_id"],
            ["final_attempt.id"],
            name=op.f("fk_objection_final_attempt_id_final_attempt"),
            ondelete="CASCADE",
        ),
        *(
            sa.ForeignKeyConstraint(
                [column],
                ["person.id"],
                name=op.f(f"fk_objection_{column}_person"),
                ondelete="RESTRICT",
            )
            for column in ("noted_by_id", "reviewer_id", "decided_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    with op.batch_alter_table("objection", schema=None) as batch_op:
        for column in (
            "enrolment_id",
            "final_attempt_id",
            "noted_by_id",
            "reviewer_id",
            "decided_by_id",
        ):
            batch_op.create_index(batch_op.f(f"ix_objection_{column}"), [column], unique=False)
        batch_op.create_index("ix_objection_clock", ["state", "due_on", "id"], unique=False)
        batch_op.create_index(
            "uq_objection_open",
            ["enrolment_id"],
            unique=True,
            sqlite_where=sa.text(OPEN),
            postgresql_where=sa.text(OPEN),
        )


def downgrade() -> None:
    # The tables of before cannot hold an objection, nor the right to look at one.
    op.drop_table("objection")
    op.execute("delete from \"grant\" where role = 'reviewer' or scope_kind = 'objection'")
    _let_grants_say(ROLES.format(more=""), SCOPES.format(more=""))


def _let_grants_say(roles: str, scopes: str) -> None:
    with op.batch_alter_table("grant", schema=None) as batch_op:
        for column, words in (("role", roles), ("scope_kind", scopes)):
            name = batch_op.f(f"ck_grant_{column}_known")
            batch_op.drop_constraint(name, type_="check")
            batch_op.create_check_constraint(name, sa.text(words))
