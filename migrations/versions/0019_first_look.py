"""Tell apart what is held back by itself, so that a coordinator looks first.

Revision: 0019. After: 0018.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NAME = "ck_coaching_signal_held_back_because_known"
BEFORE = "held_back_because in ('at_home', 'raiser', 'advised')"
NOW = "held_back_because in ('at_home', 'raiser', 'advised', 'first_look')"


def upgrade() -> None:
    # Rows of before keep what was written then.
    _allow(NOW)


def downgrade() -> None:
    # Before, what was held back by itself was written like this.
    op.execute(
        "update coaching_signal set held_back_because = 'at_home'"
        " where held_back_because = 'first_look'"
    )
    _allow(BEFORE)


def _allow(reasons: str) -> None:
    with op.batch_alter_table("coaching_signal", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(NAME), type_="check")
        batch_op.create_check_constraint(batch_op.f(NAME), sa.text(reasons))
