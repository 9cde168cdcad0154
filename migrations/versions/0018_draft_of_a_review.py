"""Let a coach have a draft of a yearly review beside one of a talk.

Revision: 0018. After: 0017.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLE = "coaching_log_entry"
COLUMNS = ["plan_id", "coach_id"]
EACH = "state = 'draft'"
OF_TALKS = "state = 'draft' and kind <> 'yearly_review'"
OF_REVIEWS = "state = 'draft' and kind = 'yearly_review'"
UNLINK = """
update coaching_signal set entry_id = null where entry_id in (
    select id from coaching_log_entry where state = 'draft' and kind = 'yearly_review')
"""
DROP = "delete from coaching_log_entry where state = 'draft' and kind = 'yearly_review'"


def upgrade() -> None:
    op.drop_index("uq_coaching_log_entry_draft", table_name=TABLE)
    _one("uq_coaching_log_entry_draft", OF_TALKS)
    _one("uq_coaching_log_entry_review_draft", OF_REVIEWS)


def _one(name: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, TABLE, COLUMNS, unique=True, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    # Before this the academy kept no review that was not finished: those go.
    op.execute(UNLINK)
    op.execute(DROP)
    op.drop_index("uq_coaching_log_entry_review_draft", table_name=TABLE)
    op.drop_index("uq_coaching_log_entry_draft", table_name=TABLE)
    _one("uq_coaching_log_entry_draft", EACH)
