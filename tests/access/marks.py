"""A mark of its own in every text of the test academy, so that a page tells whose text it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from academy.kernel.db import db

MARK = re.compile(r"qz\d{5}zq")

KERNEL = {
    "announced_message",
    "attempt",
    "audit_event",
    "audit_head",
    "certificate_file",
    "demo_clock",
    "job",
    "outgoing_mail",
    "person_salt",
    "register_entry",
    "register_head",
    "sign_in_code",
    "sign_in_letter",
}
"""Tables of the house itself: ids, codes, hashes and mailboxes; no page shows them."""

CONTENT = {
    "certificate_serial",
    "course",
    "course_version",
    "design_version",
    "module",
    "practice_assignment",
    "quiz",
    "signing_key",
    "track",
    "verification_count",
    "working_method",
}
"""Tables that belong to everybody."""

FREE_TEXT = {"name or spelling", "way to reach", "free text about or by a person"}
NOTES = {"coaching text, encrypted"}

PUBLIC_TEXT = {
    ("api_token", "name"),
    ("cohort", "location"),
    ("cohort", "name"),
    ("grant", "reason"),
    ("meet_up", "place"),
    ("meet_up", "title"),
    ("organisation", "city"),
    ("organisation", "name"),
    ("person", "support"),
    ("person", "titles"),
    ("place", "municipality"),
    ("place", "name"),
    ("research_observation", "place_hint"),
    ("research_project", "title"),
    ("second_factor", "device"),
    ("session", "location"),
    ("sign_in", "device"),
    ("story", "title"),
}
"""Texts that are nobody's own, yet belong to one tenant."""

CODES = {
    ("agreed_action", "owner"),
    ("agreed_level", "criterion"),
    ("certificate", "credential_id"),
    ("certificate", "language"),
    ("certificate", "letter"),
    ("certificate", "number"),
    ("certificate", "sha256"),
    ("certificate", "track"),
    ("coaching_log_entry", "form_key"),
    ("coaching_plan", "certificate_number"),
    ("coaching_read", "sha256"),
    ("contact_step", "to_state"),
    ("criterion_score", "criterion"),
    ("declined_message", "name"),
    ("enrolment_event", "from_state"),
    ("enrolment_event", "to_state"),
    ("held_form", "page"),
    ("held_form", "path"),
    ("kept_count", "value"),
    ("kept_count", "what"),
    ("person", "language"),
    ("person", "ui_language"),
    ("practice_submission", "evidence"),
    ("renewal_evidence", "requirement"),
    ("renewal_evidence", "source_kind"),
    ("renewal_evidence", "source_ref"),
    ("self_scan_answer", "instrument"),
    ("sent_message", "key"),
    ("sent_message", "name"),
    ("sent_message", "part_of"),
    ("self_scan_answer", "item"),
    ("self_scan_answer", "moment"),
    ("self_scan_completion", "instrument"),
    ("self_scan_completion", "moment"),
}
"""Codes that the house itself chooses; a mark in them would not be a value of theirs."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Whose text carries a mark: the cell of the academy, and where it stands."""

    cell: str
    table: str
    column: str
    row: int


@dataclass
class Ledger:
    """Every mark that was set, and every row by table and cell."""

    marks: dict[str, Mark] = field(default_factory=dict)
    rows: dict[str, dict[str, list[int]]] = field(default_factory=dict)

    @contextmanager
    def cell(self, name: str) -> Iterator[None]:
        """Let every row that is made inside belong to this cell."""
        before = {table.name: _last(table) for table in tables()}
        yield
        db.session.flush()
        for table in tables():
            made = db.session.scalars(
                sa.select(_key(table)).where(_key(table) > before[table.name])
            ).all()
            if made:
                self.rows.setdefault(table.name, {}).setdefault(name, []).extend(made)

    def write(self) -> None:
        """Put the marks into every text column of every row that belongs to a cell."""
        for table in tables():
            for cell, rows in self.rows.get(table.name, {}).items():
                for row in rows:
                    self._mark_row(table, cell, row)

    def _mark_row(self, table: sa.Table, cell: str, row: int) -> None:
        values: dict[str, Any] = {}
        for column in marked_columns(table):
            mark = f"qz{len(self.marks):05d}zq"
            self.marks[mark] = Mark(cell, table.name, column.name, row)
            is_mailbox = column.name in ("email", "mailbox", "contact_email", "reach")
            values[column.name] = f"{mark}@test.example" if is_mailbox else mark
            if isinstance(column.type, sa.JSON):
                values[column.name] = {"empathy": {"level": 2, "comment": mark}}
        if values:
            db.session.execute(sa.update(table).where(_key(table) == row).values(values))

    def ids(self, table: str, *, cell: str = "") -> list[int]:
        """Return the ids of a table, of all cells or of one."""
        cells = self.rows.get(table, {})
        return [one for name, rows in cells.items() if cell in ("", name) for one in rows]

    def cell_of(self, table: str, row: int) -> str:
        """Return the cell a row belongs to; empty when it belongs to none."""
        cells = self.rows.get(table, {})
        return next((name for name, rows in cells.items() if row in rows), "")


def tables() -> list[sa.Table]:
    names = KERNEL | CONTENT
    return [table for table in db.metadata.sorted_tables if table.name not in names]


def _key(table: sa.Table) -> sa.Column[Any]:
    return next(iter(table.primary_key))


def _last(table: sa.Table) -> int:
    return db.session.scalar(sa.select(sa.func.max(_key(table)))) or 0


def is_text(column: sa.Column[Any]) -> bool:
    """Say whether a column holds words: strings, encrypted strings, and what somebody answered."""
    kind = column.info["personal"].kind
    if isinstance(column.type, sa.JSON):
        return kind in FREE_TEXT
    impl = getattr(column.type, "impl_instance", column.type)
    return isinstance(impl, sa.String)


def is_code(column: sa.Column[Any]) -> bool:
    """Say whether a column holds one of a few known words, a secret or an id from outside.

    Or a copy that the database itself keeps: it changes with what it was copied from.
    """
    known = f"{column.name}_known"
    constrained = any(
        str(check.name or "").endswith(known)
        for check in column.table.constraints
        if isinstance(check, sa.CheckConstraint)
    )
    kind = column.info["personal"].kind
    is_secret = kind == "secret or its hash"
    return (
        constrained
        or is_secret
        or bool(column.foreign_keys)
        or column.name == "source_id"
        or (column.table.name, column.name) in CODES
    )


def marked_columns(table: sa.Table) -> list[sa.Column[Any]]:
    """Return the columns of a table that carry marks."""
    return [
        column
        for column in table.columns
        if is_text(column)
        and not is_code(column)
        and (
            column.info["personal"].kind in FREE_TEXT | NOTES
            or (table.name, column.name) in PUBLIC_TEXT
        )
    ]


def unmarked_columns() -> list[str]:
    """Return the text columns that carry no mark and are no code: there should be none."""
    return [
        f"{table.name}.{column.name}"
        for table in tables()
        for column in table.columns
        if is_text(column) and not is_code(column) and column not in marked_columns(table)
    ]
