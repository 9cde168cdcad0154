"""The academy of two regions holds what the checks of access need."""

from __future__ import annotations

from academy.kernel.db import db
from tests.access import marks
from tests.access.world import PRINCIPALS


def test_every_text_column_carries_a_mark_or_is_named(academy):
    assert marks.unmarked_columns() == []


def test_every_table_of_a_tenant_has_rows_in_both_regions(academy):
    rows = academy.world.ledger.rows
    tables = {table.name for table in marks.tables() if marks.marked_columns(table)}
    missing = {
        table
        for table in tables
        for tenant in ("A", "B")
        if not any(cell.startswith(tenant) for cell in rows.get(table, {}))
    }
    assert missing == {"account", "api_token", "second_factor", "sign_in"}


def test_every_principal_is_signed_in(academy, browsers):
    for name in PRINCIPALS:
        status = browsers(name).get("/vandaag").status_code
        assert status == (303 if name == "anonymous" else 200), name
    assert db.session.is_active
