"""How far people are: what the rules say about the evidence of many enrolments at once.

The evidence itself is read in `courses.queries.evidence`. The number of statements does not depend
on the number of enrolments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.errors import NotFoundError
from academy.people.models import Person
from courses.models import Cohort, CourseVersion, Enrolment
from courses.queries.evidence import evidence_of
from courses.rules import CourseRule, Evidence, Verdict, parse_rule, verdict

PAGE_SIZE = 20
VERDICTS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Progress:
    """One enrolment, its evidence and the verdict on it."""

    enrolment_id: int
    source_id: str | None
    person_id: int
    name: str
    sort_key: str
    cohort_id: int
    state: str
    verdict: Verdict

    @property
    def evidence(self) -> Evidence:
        """Return what the verdict rests on."""
        return self.verdict.evidence

    @property
    def rule(self) -> CourseRule:
        """Return the rule of the course version."""
        return self.verdict.rule


def progress_of(enrolment_id: int) -> Progress:
    """Return how far one enrolment is. Raises NotFoundError."""
    found = _progress(Enrolment.id == enrolment_id)
    if not found:
        raise NotFoundError
    return found[0]


def progress_of_many(enrolment_ids: Sequence[int]) -> dict[int, Progress]:
    """Return how far these enrolments are, by id; unknown ids are left out."""
    found = _progress(Enrolment.id.in_(enrolment_ids)) if enrolment_ids else []
    return {one.enrolment_id: one for one in found}


def progress_rows(
    cohort_id: int, after: str | None = None, *, limit: int = PAGE_SIZE, states: Iterable[str] = ()
) -> Page[Progress]:
    """Return how far the people of a cohort are, by name; `states` keeps those states only."""
    conditions = [Enrolment.cohort_id == cohort_id]
    if states:
        conditions.append(Enrolment.state.in_(sorted(states)))
    last = from_cursor(after, str, int)
    if last is not None:
        conditions.append(sa.tuple_(Enrolment.sort_key, Enrolment.id) > sa.tuple_(*last))
    found = _progress(*conditions, limit=limit + 1)
    shown = found[:limit]
    more = len(found) > limit
    cursor = to_cursor(shown[-1].sort_key, shown[-1].enrolment_id) if more else None
    return Page(tuple(shown), cursor)


def verdicts(cohort: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield what the rules say now about every enrolment, or about those of one cohort.

    `cohort` is the cohort's id or its id in the data it was loaded from. Also of enrolments that
    were decided: here the live verdict is printed, not the filed one. Each row is
    `{enrolment, complete, criteria: [{id, state, missing}]}`; `enrolment` is the id it had in the
    data, else our own. Raises NotFoundError for an unknown cohort.
    """
    conditions = [] if cohort is None else [Enrolment.cohort_id == _cohort_id(cohort)]
    ids = db.session.scalars(
        sa.select(Enrolment.id).where(*conditions).order_by(Enrolment.id)
    ).all()
    for start in range(0, len(ids), VERDICTS_AT_ONCE):
        chunk = progress_of_many(ids[start : start + VERDICTS_AT_ONCE])
        for enrolment_id in sorted(chunk):
            one = chunk[enrolment_id]
            yield {"enrolment": one.source_id or one.enrolment_id, **one.verdict.to_json()}


def _cohort_id(cohort: str) -> int:
    own = [Cohort.id == int(cohort)] if cohort.isascii() and cohort.isdigit() else []
    found = db.session.scalar(sa.select(Cohort.id).where(sa.or_(Cohort.source_id == cohort, *own)))
    if found is None:
        raise NotFoundError
    return found


def _progress(*conditions: sa.ColumnElement[bool], limit: int | None = None) -> list[Progress]:
    moved = aliased(Enrolment)
    # With a limit PostgreSQL looks in the index per row, and does not hash all enrolments first.
    into_this = sa.select(moved.id).where(moved.transferred_to_id == Enrolment.id).limit(1)
    first_moved = into_this.correlate(Enrolment).scalar_subquery()
    rows = db.session.execute(
        sa.select(
            Enrolment.id,
            Enrolment.source_id,
            Enrolment.person_id,
            Enrolment.cohort_id,
            Enrolment.state,
            Person.call_name,
            Person.prefix,
            Person.last_name,
            Enrolment.sort_key,
            Cohort.course_version_id,
            CourseVersion.content_hash,
            first_moved.is_not(None).label("was_moved"),
        )
        .join(Person, Person.id == Enrolment.person_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .where(*conditions)
        .order_by(Enrolment.sort_key, Enrolment.id)
        .limit(limit)
    ).all()
    evidence = evidence_of(rows)
    return [
        Progress(
            enrolment_id=row.id,
            source_id=row.source_id,
            person_id=row.person_id,
            name=" ".join(part for part in (row.call_name, row.prefix, row.last_name) if part),
            sort_key=row.sort_key,
            cohort_id=row.cohort_id,
            state=row.state,
            verdict=verdict(rule_of(row.course_version_id, row.content_hash), evidence[row.id]),
        )
        for row in rows
    ]


@lru_cache(maxsize=64)
def rule_of(course_version_id: int, content_hash: str) -> CourseRule:  # noqa: ARG001
    """Return the rule of a frozen version; the hash makes what is remembered safe to use again."""
    content = db.session.scalar(
        sa.select(CourseVersion.content).where(CourseVersion.id == course_version_id)
    )
    if content is None:
        raise NotFoundError
    return parse_rule(content)
