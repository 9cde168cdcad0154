"""Let a round of certificates be ended, which leaves go of what it did not grant.

Revision: 0017. After: 0016.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATES = "state in ('asked', 'granted', 'refused'{more})"


def upgrade() -> None:
    # Nobody could end the rounds there are: they rest, or were granted whole.
    with op.batch_alter_table("issue_round", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    _let_proposals_be(STATES.format(more=", 'released'"))


def downgrade() -> None:
    # The tables of before cannot say it: a proposal that was let go was never in the round.
    op.execute("delete from issue_round_proposal where state = 'released'")
    _let_proposals_be(STATES.format(more=""))
    with op.batch_alter_table("issue_round", schema=None) as batch_op:
        batch_op.drop_column("ended_at")


def _let_proposals_be(states: str) -> None:
    with op.batch_alter_table("issue_round_proposal", schema=None) as batch_op:
        name = batch_op.f("ck_issue_round_proposal_state_known")
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, sa.text(states))
