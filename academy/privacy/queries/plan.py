"""The plan that the labels of all columns make: whose each row is, what is given, what goes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa

from academy.kernel.db import PERSON, PLAIN, SECRET, Label, Model
from academy.privacy.rules import answers

Erased = Literal["blanked", "deleted", "apart", "stays", "nobody's"]
ABOUT_NOBODY: Label = PLAIN["personal"]
LINK: Label = PERSON["personal"]
HIDDEN: Label = SECRET["personal"]


class NoAnswerError(LookupError):
    """A table with something about people has no answer; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class TablePlan:
    """What happens with one table.

    `path` leads to the person: the links to follow, the last one names the person. It is empty
    where no row is anybody's. `blanks` are the columns that erasure empties, with what they become.
    """

    table: sa.Table
    path: tuple[sa.Column[Any], ...]
    erased: Erased
    why: str
    blanks: dict[str, Any]

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name

    @property
    def given(self) -> tuple[sa.Column[Any], ...]:
        """The columns that an export holds: all but secrets and links of a chain."""
        return tuple(
            column
            for column in self.table.columns
            if label_of(column) != HIDDEN and column.name not in answers.NOT_EXPORTED
        )

    def of(self, person_id: int) -> sa.ColumnElement[bool]:
        """Return the condition for the rows of one person."""
        condition: sa.ColumnElement[bool] = self.path[-1] == person_id
        for link in reversed(self.path[:-1]):
            parent = next(iter(link.foreign_keys)).column
            condition = link.in_(sa.select(parent).where(condition))
        return condition


def label_of(column: sa.Column[Any]) -> Label:
    """Return the label of a column."""
    label: Label = column.info["personal"]
    return label


def is_about_people(table: sa.Table) -> bool:
    """Say whether any column of a table says something about a person."""
    return any(label_of(column) != ABOUT_NOBODY for column in table.columns)


@lru_cache(maxsize=1)
def plans() -> tuple[TablePlan, ...]:
    """Return the plan of every table, parents first. Raises NoAnswerError."""
    return plans_of(Model.metadata)


def plans_of(metadata: sa.MetaData) -> tuple[TablePlan, ...]:
    """Return the plan of every table of `metadata`, parents first. Raises NoAnswerError."""
    paths = _paths(metadata)
    return tuple(_plan(table, paths.get(table.name, ())) for table in metadata.sorted_tables)


def plan_of(name: str) -> TablePlan:
    """Return the plan of one table."""
    return next(one for one in plans() if one.name == name)


def owned() -> tuple[TablePlan, ...]:
    """Return the plans of the tables in which rows are somebody's."""
    return tuple(one for one in plans() if one.path)


def acting_columns() -> tuple[sa.Column[Any], ...]:
    """Return every link that says who did something in a row of somebody else or of nobody."""
    return tuple(
        column
        for one in plans()
        for column in one.table.columns
        if label_of(column) == LINK and column not in one.path
    )


def _paths(metadata: sa.MetaData) -> dict[str, tuple[sa.Column[Any], ...]]:
    """Return per table the shortest way to a person; what says so itself goes first."""
    found: dict[str, tuple[sa.Column[Any], ...]] = {}
    for table in metadata.sorted_tables:
        subject = _subject(table)
        if subject is not None:
            found[table.name] = (subject,)
    while True:
        further = {
            table.name: path
            for table in metadata.sorted_tables
            if table.name not in found and table.name not in answers.NOBODY
            if (path := _path_by_parent(table, found))
        }
        if not further:
            return found
        found |= further


def _subject(table: sa.Table) -> sa.Column[Any] | None:
    if table.name == "person":
        return table.c.id
    if table.name in answers.SUBJECT_OF:
        return table.c[answers.SUBJECT_OF[table.name]]
    if table.name in answers.NOBODY:
        return None
    names = [name for name in answers.SUBJECT_COLUMNS if name in table.c]
    return next((table.c[name] for name in names if label_of(table.c[name]) == LINK), None)


def _path_by_parent(
    table: sa.Table, found: dict[str, tuple[sa.Column[Any], ...]]
) -> tuple[sa.Column[Any], ...]:
    ways = [
        (column, *found[key.column.table.name])
        for column in table.columns
        if label_of(column) == ABOUT_NOBODY
        for key in column.foreign_keys
        if key.column.table.name in found and key.column.table.name != "person"
    ]
    return min(ways, key=len) if ways else ()


def _plan(table: sa.Table, path: tuple[sa.Column[Any], ...]) -> TablePlan:
    name = table.name
    if not path:
        if is_about_people(table) and name not in {*answers.NOBODY, *answers.BY_MAILBOX}:
            raise NoAnswerError(
                f"{name}: nobody knows whose its rows are. Give it a column named person_id with"
                " the label PERSON, or a foreign key to a table that has one; or name it in"
                " academy/privacy/rules/answers.py, NOBODY, with the reason"
            )
        return TablePlan(table, (), "nobody's", answers.NOBODY.get(name, ""), {})
    if name in answers.APART:
        return TablePlan(table, path, "apart", answers.APART[name], {})
    if name in answers.DELETED:
        return TablePlan(table, path, "deleted", "", {})
    blanks = blank_values(table)
    blanks |= answers.ALSO.get(name, {})
    if blanks and "source_id" in table.c:
        blanks["source_id"] = None
    return TablePlan(table, path, "blanked" if blanks else "stays", "", blanks)


def blank_values(table: sa.Table) -> dict[str, Any]:
    """Return what the columns of a row become that erasure empties. Raises NoAnswerError."""
    return {column.name: _blank(column) for column in table.columns if _goes(column)}


def _goes(column: sa.Column[Any]) -> bool:
    if label_of(column).on_erase == "keep":
        return False
    follows = any(
        column.name in key.columns and len(key.columns) > 1
        for key in column.table.foreign_key_constraints
    )
    # A copy that the database keeps changes with what it was copied from; a code says nothing of
    # somebody without a name.
    return not follows and (column.nullable or column.default is not None or not _is_code(column))


def _is_code(column: sa.Column[Any]) -> bool:
    known = f"{column.name}_known"
    return any(str(check.name or "").endswith(known) for check in column.table.constraints)


def _blank(column: sa.Column[Any]) -> Any:
    """Return what an emptied column holds. Raises NoAnswerError when it can hold nothing."""
    if column.nullable:
        return None
    default: Any = column.default
    if default is not None and default.is_scalar:
        return default.arg
    kind = column.type
    if isinstance(kind, sa.JSON):
        return {}
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, sa.LargeBinary):
        return b""
    text = getattr(kind, "impl_instance", kind)
    if isinstance(text, sa.String):
        return ""
    raise NoAnswerError(
        f"{column.table.name}.{column.name}: it cannot be emptied. Let it be nullable or give it"
        " a default; or name the table in academy/privacy/rules/answers.py, DELETED or APART"
    )
