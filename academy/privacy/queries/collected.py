"""Everything that is somebody's, as plain values: the content of an export."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching.services.third_parties import notes_without_others
from academy.kernel import clock
from academy.kernel.db import NOTE, WORDS, db
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from academy.people.models import Person
from academy.privacy.queries.plan import LINK, TablePlan, acting_columns, label_of, owned
from academy.privacy.queries.standing import group_of
from academy.privacy.rules.masking import masked, masked_ids, person_word
from certificates.models import Certificate
from certificates.rules.standing import EMPTIED
from courses.models import Enrolment

NOTES = NOTE["personal"]
TEXTS = (NOTES, WORDS["personal"])
ENDS = {"image/jpeg": "jpg", "audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a"}
ENDS |= {"audio/mpeg": "mp3", "audio/wav": "wav"}
FOLDER = "bestanden"


@dataclass(frozen=True, slots=True)
class Kind:
    """All rows of one table that are somebody's. `group` is the part of the academy."""

    name: str
    group: str
    texts: frozenset[str]
    rows: tuple[dict[str, Any], ...]


@dataclass(slots=True)
class Collected:
    """What an export holds: rows, files by their name, and how often somebody did what."""

    person_id: int
    name: str
    kinds: list[Kind] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)


def collect(person_id: int) -> Collected:
    """Return everything that the academy holds about a person, others blacked out.

    Whoever calls this shows notes: the reading is written down first (`services.exports`).
    """
    person = db.session.get_one(Person, person_id)
    found = Collected(person_id, person.display_name)
    others, own = names_around(person_id), _own_words(person)
    for plan in owned():
        rows = _rows(plan, person_id, found, others=others, own=own)
        if rows:
            texts = frozenset(one.name for one in plan.given if label_of(one) in TEXTS)
            found.kinds.append(Kind(plan.name, group_of(plan), texts, rows))
    found.files |= _certificate_files(person_id)
    found.done = _done(person_id)
    return found


def _rows(
    plan: TablePlan,
    person_id: int,
    found: Collected,
    *,
    others: Collection[str],
    own: Collection[str],
) -> tuple[dict[str, Any], ...]:
    query = sa.select(*plan.given).where(plan.of(person_id)).order_by(*plan.table.primary_key)
    query = query.where(*_told(plan.table))
    answer = []
    for row in db.session.execute(query).mappings():
        values: dict[str, Any] = {}
        for column in plan.given:
            value = row[column]
            if label_of(column) == LINK:
                value = person_word(value, person_id)
            elif isinstance(value, bytes):
                named = {one.name: row[one] for one in plan.given}
                value = _as_file(plan.name, named, value, found)
            elif isinstance(value, str) and label_of(column) in TEXTS:
                value = masked(value, others=others, own=own)
            elif column.name == "data" and isinstance(value, dict):
                value = masked_ids(value, person_id)
            values[column.name] = _plain(value)
        answer.append(values)
    _mask_notes(person_id, answer, [one.name for one in plan.given if label_of(one) == NOTES])
    return tuple(answer)


def _mask_notes(person_id: int, rows: list[dict[str, Any]], names: list[str]) -> None:
    """Take the names of others, first names too, out of the notes of guidance."""
    places = [(row, name) for row in rows for name in names if row[name]]
    texts = notes_without_others(person_id, [row[name] for row, name in places]) if places else []
    for (row, name), text in zip(places, texts, strict=True):
        row[name] = text


def _told(table: sa.Table) -> list[sa.ColumnElement[bool]]:
    """Return conditions that leave out what is held back for safety, thirty days at most.

    Also what refers to it: who read a log because of it, and what was recorded of it.
    """
    found: list[sa.ColumnElement[bool]] = []
    for held in db.metadata.sorted_tables:
        if "held_back_until" not in held.c:
            continue
        until = held.c.held_back_until
        if held is table:
            found.append(sa.or_(until.is_(None), until <= clock.today()))
            continue
        untold = sa.select(held.c.id).where(until > clock.today())
        found += [
            sa.or_(column.is_(None), column.not_in(untold))
            for column in table.c
            if column.references(held.c.id)
        ]
        if table.name == "audit_event":
            is_of_it = sa.and_(table.c.object_kind == held.name, table.c.object_id.in_(untold))
            found.append(sa.not_(is_of_it))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _as_file(table: str, row: dict[str, Any], content: bytes, found: Collected) -> str:
    end = ENDS.get(str(row.get("media_type", "")), "bin")
    name = f"{FOLDER}/{table}-{row.get('id', len(found.files))}.{end}"
    found.files[name] = content
    return name


def _certificate_files(person_id: int) -> dict[str, bytes]:
    storage = Storage(current().storage)
    rows = db.session.execute(
        sa.select(Certificate.number, Certificate.sha256).where(
            Certificate.person_id == person_id,
            Certificate.state == "issued",
            Certificate.standing.not_in(EMPTIED),
        )
    )
    return {
        f"{FOLDER}/certificaat-{number}.pdf": storage.path(sha256).read_bytes()
        for number, sha256 in rows
        if sha256 and storage.path(sha256).is_file()
    }


def names_around(person_id: int) -> set[str]:
    """Return the names of who took part in the same groups: they are not for the subject to have.

    Whoever guided, trained or scored did so for the academy; their first names stand as written.
    """
    mine, theirs = aliased(Enrolment), aliased(Enrolment)
    people = db.session.scalars(
        sa.select(Person)
        .join(theirs, theirs.person_id == Person.id)
        .join(mine, mine.cohort_id == theirs.cohort_id)
        .where(mine.person_id == person_id, Person.id != person_id)
        .distinct()
    )
    return {one.display_name for one in people}


def _own_words(person: Person) -> set[str]:
    return {one for one in (person.email, person.phone) if one}


def _done(person_id: int) -> dict[str, int]:
    """Return how often a person did something in rows of others; whose they are stays out."""
    columns = [one for one in acting_columns() if one.table.name != "person_salt"]
    counts = [
        sa.select(sa.func.count())
        .where(column == person_id)
        .scalar_subquery()
        .label(f"{column.table.name}.{column.name}")
        for column in columns
    ]
    row = db.session.execute(sa.select(*counts)).mappings().one()
    return {name: times for name, times in row.items() if times}
