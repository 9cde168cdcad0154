"""Columns that the tables of coaching share."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import mapped_column

from academy.kernel.db import NOTE, PERSON, PLAIN
from academy.kernel.encrypted import Encrypted


def person(*, nullable: bool = False) -> Any:
    """Return a column that names a person."""
    return mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"),
        index=True,
        nullable=nullable,
        info=PERSON,
    )


def parent(table: str, *, nullable: bool = False) -> Any:
    """Return a column that names the row of another table of coaching."""
    return mapped_column(
        sa.ForeignKey(f"{table}.id", ondelete="RESTRICT"),
        index=True,
        nullable=nullable,
        info=PLAIN,
    )


def note() -> Any:
    """Return a column of words that are encrypted at rest."""
    return mapped_column(Encrypted, default="", info=NOTE)
