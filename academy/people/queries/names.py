"""Finding people by name: every word is in it. Accents, capitals and apostrophes do not count."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from academy.people.models import Person
from academy.people.rules import APOSTROPHES, search_parts


def name_key() -> sa.SQLColumnExpression[str]:
    """Return the key by which people are sorted, without apostrophes, as `search_parts` has it."""
    return without(Person.sort_key, APOSTROPHES)


def without(column: sa.SQLColumnExpression[Any], signs: str) -> sa.SQLColumnExpression[str]:
    """Return a text column without any of these signs."""
    for sign in signs:
        column = sa.func.replace(column, sign, "")
    return column


def bears(words: str) -> list[sa.ColumnElement[bool]]:
    """Return the conditions for people in whose name every word is; none without a word."""
    key = name_key()
    return [key.contains(part, autoescape=True) for part in search_parts(words)]
