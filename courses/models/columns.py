"""Columns that point at a person or at the row above."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import mapped_column

from academy.kernel.db import PERSON, PLAIN


def person_column(*, nullable: bool = False, index: bool = True) -> Any:
    """Return a column with a person's id; a person that is named here is not removed."""
    return mapped_column(
        sa.ForeignKey("person.id", ondelete="RESTRICT"),
        index=index,
        nullable=nullable,
        info=PERSON,
    )


def parent_column(table: str, *, ondelete: str = "CASCADE", nullable: bool = False) -> Any:
    """Return a column with the id of a row of `table`."""
    return mapped_column(
        sa.ForeignKey(f"{table}.id", ondelete=ondelete), index=True, nullable=nullable, info=PLAIN
    )
