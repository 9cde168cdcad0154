"""every issued file as a row of its own

Revision: 0003. After: 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Enter the file of each certificate that was issued before files had rows."""
    op.execute(
        sa.text(
            "insert into certificate_file"
            " (certificate_id, sha256, size_bytes, level, made_at)"
            " select id, sha256, size_bytes, 'B-B', issued_at from certificate"
            " where state = 'issued' and sha256 is not null"
            " and not exists (select 1 from certificate_file as known"
            " where known.sha256 = certificate.sha256)"
        )
    )


def downgrade() -> None:
    """Leave the rows: they tell what stands in the certificates too, and go with their table."""
