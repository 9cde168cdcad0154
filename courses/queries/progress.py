"""How far people are: all evidence of many enrolments at once, and what the rules say about it.

The number of statements does not depend on the number of enrolments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import Page, db, from_cursor, to_cursor
from academy.kernel.errors import NotFoundError
from academy.people.models import Person
from courses.models import (
    AgreedLevel,
    AttendanceCell,
    AttendanceMark,
    Cohort,
    CourseVersion,
    Enrolment,
    FinalAttempt,
    Module,
    PracticeAssignment,
    PracticeSubmission,
    Quiz,
    QuizAttempt,
    SelfScanCompletion,
    Session,
)
from courses.rules import (
    CourseRule,
    Evidence,
    Mark,
    SessionEvidence,
    Verdict,
    parse_rule,
    verdict,
)
from courses.rules import FinalAttempt as FinalEvidence

PAGE_SIZE = 25
VERDICTS_AT_ONCE = 200

K = TypeVar("K", bound=Hashable)


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


# --- who -------------------------------------------------------------------------------------


def progress_of(enrolment_id: int) -> Progress:
    """Return how far one enrolment is. Raises NotFoundError."""
    found = _progress(Enrolment.id == enrolment_id)
    if not found:
        raise NotFoundError
    return found[0]


def progress_of_many(enrolment_ids: Sequence[int]) -> dict[int, Progress]:
    """Return how far these enrolments are, by id; unknown ids are left out."""
    found = _progress(Enrolment.id.in_(enrolment_ids))
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
        conditions.append(sa.tuple_(Person.sort_key, Enrolment.id) > sa.tuple_(*last))
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
        raise NotFoundError(f"no cohort {cohort}")
    return found


def _progress(*conditions: sa.ColumnElement[bool], limit: int | None = None) -> list[Progress]:
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
            Person.sort_key,
            Cohort.course_version_id,
            CourseVersion.content_hash,
        )
        .join(Person, Person.id == Enrolment.person_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .join(CourseVersion, CourseVersion.id == Cohort.course_version_id)
        .where(*conditions)
        .order_by(Person.sort_key, Enrolment.id)
        .limit(limit)
    ).all()
    evidence = _evidence({row.id: row.cohort_id for row in rows})
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


# --- what they did ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Chain:
    """The enrolments a person's evidence comes from: the own one, and those it was moved from."""

    enrolment_id: int
    cohort_id: int
    earlier: tuple[int, ...]

    @property
    def all(self) -> tuple[int, ...]:
        return (*self.earlier, self.enrolment_id)


def _evidence(cohorts: dict[int, int]) -> dict[int, Evidence]:
    """Return all evidence per enrolment. `cohorts` maps enrolment to cohort."""
    if not cohorts:
        return {}
    chains = _chains(cohorts)
    ids = sorted({one for chain in chains for one in chain.all})
    marks = _marks(ids)
    planned = _planned(sorted(set(cohorts.values())))
    practice, quizzes = _practice(ids), _quizzes(ids)
    finals, moments = _finals(ids), _moments(ids)
    return {
        chain.enrolment_id: Evidence(
            sessions=_sessions(chain, planned[chain.cohort_id], marks),
            practice=_joined(chain, practice),
            quiz_percents=_joined(chain, quizzes, better=max),
            finals=_numbered(chain, finals),
            selfscan_moments=frozenset(m for one in chain.all for m in moments[one]),
        )
        for chain in chains
    }


def _chains(cohorts: dict[int, int]) -> list[_Chain]:
    """Find for each enrolment those that were transferred into it, however often, oldest first."""
    start = sa.select(Enrolment.id, Enrolment.transferred_to_id.label("into")).where(
        Enrolment.transferred_to_id.in_(list(cohorts))
    )
    found = start.cte("transferred", recursive=True)
    further = sa.select(Enrolment.id, found.c.into).join(
        found, Enrolment.transferred_to_id == found.c.id
    )
    found = found.union(further)
    earlier = defaultdict(list)
    for enrolment_id, into in db.session.execute(sa.select(found.c.id, found.c.into)):
        earlier[into].append(enrolment_id)
    return [
        _Chain(enrolment_id, cohort_id, tuple(sorted(earlier[enrolment_id])))
        for enrolment_id, cohort_id in cohorts.items()
    ]


@dataclass(frozen=True, slots=True)
class _Planned:
    """One session of a cohort."""

    id: int
    module: str
    status: str
    held_on: date


def _planned(cohort_ids: list[int]) -> dict[int, list[_Planned]]:
    rows = db.session.execute(
        sa.select(Session.id, Session.cohort_id, Module.key, Session.state, Session.starts_at)
        .join(Module, Module.id == Session.module_id)
        .where(Session.cohort_id.in_(cohort_ids))
        .order_by(Session.starts_at, Session.id)
    )
    found: dict[int, list[_Planned]] = defaultdict(list)
    for row in rows:
        found[row.cohort_id].append(_Planned(row.id, row.key, row.state, _day(row.starts_at)))
    return found


@dataclass(frozen=True, slots=True)
class _Marked:
    """A mark that counts, with what is needed of its session."""

    session_id: int
    session: SessionEvidence


def _marks(enrolment_ids: list[int]) -> dict[int, list[_Marked]]:
    rows = db.session.execute(
        sa.select(
            AttendanceCell.enrolment_id,
            AttendanceCell.session_id,
            AttendanceMark.status,
            AttendanceMark.minutes_late,
            AttendanceMark.counts_anyway,
            Session.state,
            Session.starts_at,
            Module.key,
        )
        .join(AttendanceMark, AttendanceMark.id == AttendanceCell.mark_id)
        .join(Session, Session.id == AttendanceCell.session_id)
        .join(Module, Module.id == Session.module_id)
        .where(AttendanceCell.enrolment_id.in_(enrolment_ids))
    )
    found: dict[int, list[_Marked]] = defaultdict(list)
    for row in rows:
        mark = Mark(row.status, row.minutes_late, override=row.counts_anyway)
        session = SessionEvidence(row.key, row.state, held_on=_day(row.starts_at), mark=mark)
        found[row.enrolment_id].append(_Marked(row.session_id, session))
    return found


def _sessions(
    chain: _Chain, planned: list[_Planned], marks: dict[int, list[_Marked]]
) -> tuple[SessionEvidence, ...]:
    """Return the own cohort's sessions, marked or not, and what was marked in earlier cohorts.

    An earlier cohort's unmarked sessions are left out: nobody waits for those any more.
    """
    own = {marked.session_id: marked.session for marked in marks[chain.enrolment_id]}
    now = (
        own.get(one.id, SessionEvidence(one.module, one.status, held_on=one.held_on))
        for one in planned
    )
    before = (marked.session for earlier in chain.earlier for marked in marks[earlier])
    return (*now, *before)


def _practice(enrolment_ids: list[int]) -> dict[int, dict[str, str]]:
    """Return per enrolment the state of each assignment; the last hand-in counts."""
    rows = db.session.execute(
        sa.select(PracticeSubmission.enrolment_id, PracticeAssignment.key, PracticeSubmission.state)
        .join(PracticeAssignment, PracticeAssignment.id == PracticeSubmission.assignment_id)
        .where(PracticeSubmission.enrolment_id.in_(enrolment_ids))
        .order_by(PracticeSubmission.submitted_at, PracticeSubmission.id)
    )
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for enrolment_id, key, state in rows:
        found[enrolment_id][key] = state
    return found


def _quizzes(enrolment_ids: list[int]) -> dict[int, dict[str, int]]:
    rows = db.session.execute(
        sa.select(QuizAttempt.enrolment_id, Quiz.key, sa.func.max(QuizAttempt.percent))
        .join(Quiz, Quiz.id == QuizAttempt.quiz_id)
        .where(QuizAttempt.enrolment_id.in_(enrolment_ids), QuizAttempt.percent.is_not(None))
        .group_by(QuizAttempt.enrolment_id, Quiz.key)
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for enrolment_id, key, percent in rows:
        found[enrolment_id][key] = percent or 0
    return found


def _joined(
    chain: _Chain,
    found: dict[int, dict[str, K]],
    *,
    better: Callable[[K, K], K] | None = None,
) -> dict[str, K]:
    """Join what was done in every cohort of the chain; a later one never undoes `done`."""
    joined: dict[str, K] = {}
    for one in chain.all:
        for key, value in found[one].items():
            before = joined.get(key)
            if before is not None and better is not None:
                joined[key] = better(before, value)
            elif before != "done":
                joined[key] = value
    return joined


def _finals(enrolment_ids: list[int]) -> dict[int, list[FinalEvidence]]:
    levels: dict[int, dict[str, int]] = defaultdict(dict)
    mine = sa.select(FinalAttempt.id).where(FinalAttempt.enrolment_id.in_(enrolment_ids))
    agreed = sa.select(AgreedLevel.final_attempt_id, AgreedLevel.criterion, AgreedLevel.level)
    for attempt_id, criterion, level in db.session.execute(
        agreed.where(AgreedLevel.final_attempt_id.in_(mine))
    ):
        levels[attempt_id][criterion] = level
    attempts = db.session.execute(
        sa.select(
            FinalAttempt.id,
            FinalAttempt.enrolment_id,
            FinalAttempt.attempt,
            FinalAttempt.state,
            FinalAttempt.decided_on,
        )
        .where(FinalAttempt.enrolment_id.in_(enrolment_ids))
        .order_by(FinalAttempt.attempt)
    )
    found: dict[int, list[FinalEvidence]] = defaultdict(list)
    for row in attempts:
        found[row.enrolment_id].append(
            FinalEvidence(
                number=row.attempt,
                levels=levels.get(row.id) if row.state == "outcome" else None,
                decided_on=row.decided_on,
                void=row.state == "void",
            )
        )
    return found


def _numbered(chain: _Chain, finals: dict[int, list[FinalEvidence]]) -> tuple[FinalEvidence, ...]:
    """Return the tries at the practical in every cohort of the chain, counted on."""
    tries = [one for enrolment_id in chain.all for one in finals[enrolment_id]]
    return tuple(replace(one, number=place) for place, one in enumerate(tries, start=1))


def _moments(enrolment_ids: list[int]) -> dict[int, list[str]]:
    rows = db.session.execute(
        sa.select(SelfScanCompletion.enrolment_id, SelfScanCompletion.moment).where(
            SelfScanCompletion.enrolment_id.in_(enrolment_ids)
        )
    )
    found: dict[int, list[str]] = defaultdict(list)
    for enrolment_id, moment in rows:
        found[enrolment_id].append(moment)
    return found


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.AMSTERDAM).date()
