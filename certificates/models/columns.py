"""Columns that the tables of certificates share."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import mapped_column

from academy.kernel.db import PERSON, PLAIN


def person_column(*, nullable: bool = False) -> Any:
    """Return a column that names a person, who cannot be deleted under it."""
    return mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"),
        index=True,
        nullable=nullable,
        info=PERSON,
    )


def parent_column(table: str, *, nullable: bool = False, unique: bool = False) -> Any:
    """Return a column that names a row of `table`, which cannot be deleted under it."""
    return mapped_column(
        sa.ForeignKey(f"{table}.id", ondelete="RESTRICT"),
        index=not unique,
        unique=unique,
        nullable=nullable,
        info=PLAIN,
    )
