"""What people did: sessions, assignments, quizzes, practicals and self-scans, of many enrolments.

The rules judge it; `courses.queries.progress` brings the two together. The number of statements
does not depend on the number of enrolments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import UtcDateTime, db
from courses.models import (
    AgreedLevel,
    AttendanceCell,
    AttendanceMark,
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
from courses.rules import Evidence, Mark, SessionEvidence
from courses.rules import FinalAttempt as FinalEvidence

DONE = "done"


@dataclass(frozen=True, slots=True)
class _Chain:
    """The enrolments a person's evidence comes from: the own one, and those it was moved from."""

    enrolment_id: int
    cohort_id: int
    earlier: tuple[int, ...]

    @property
    def all(self) -> tuple[int, ...]:
        return (*self.earlier, self.enrolment_id)


def evidence_of(rows: Sequence[Any]) -> dict[int, Evidence]:
    """Return all evidence per enrolment, in three statements, or four if somebody was moved."""
    if not rows:
        return {}
    chains = _chains(rows)
    ids = sorted({one for chain in chains for one in chain.all})
    sessions = _session_rows(ids)
    done, finals = _done(ids), _finals(ids)
    return {
        chain.enrolment_id: Evidence(
            sessions=_sessions(chain, sessions),
            practice=_practice(chain, done),
            quiz_percents=_quizzes(chain, done),
            finals=_numbered(chain, finals),
            selfscan_moments=frozenset(row.key for row in _of(chain, done, "selfscan")),
        )
        for chain in chains
    }


def _chains(rows: Sequence[Any]) -> list[_Chain]:
    """Find for each enrolment those that were transferred into it, however often, oldest first."""
    into = [row.id for row in rows if row.was_moved]
    earlier: dict[int, list[int]] = defaultdict(list)
    if into:
        first = sa.select(Enrolment.id, Enrolment.transferred_to_id.label("into_id"))
        found = first.where(Enrolment.transferred_to_id.in_(into)).cte("moved", recursive=True)
        further = sa.select(Enrolment.id, found.c.into_id).join(
            found, Enrolment.transferred_to_id == found.c.id
        )
        found = found.union(further)
        for enrolment_id, into_id in db.session.execute(sa.select(found.c.id, found.c.into_id)):
            earlier[into_id].append(enrolment_id)
    return [_Chain(row.id, row.cohort_id, tuple(sorted(earlier[row.id]))) for row in rows]


@dataclass(frozen=True, slots=True)
class _SessionRows:
    """Sessions by cohort, as evidence without a mark; and marked ones by enrolment."""

    planned: dict[int, dict[int, SessionEvidence]]
    marked: dict[int, dict[int, SessionEvidence]]


def _session_rows(enrolment_ids: list[int]) -> _SessionRows:
    mine = AttendanceCell.enrolment_id.in_(enrolment_ids)
    cohorts = sa.select(Enrolment.cohort_id).where(Enrolment.id.in_(enrolment_ids))
    rows = db.session.execute(
        sa.select(
            Session.id,
            Session.cohort_id,
            Session.state,
            Session.starts_at,
            Module.key,
            AttendanceCell.enrolment_id,
            AttendanceMark.status,
            AttendanceMark.minutes_late,
            AttendanceMark.counts_anyway,
        )
        .join(Module, Module.id == Session.module_id)
        .outerjoin(AttendanceCell, sa.and_(AttendanceCell.session_id == Session.id, mine))
        .outerjoin(AttendanceMark, AttendanceMark.id == AttendanceCell.mark_id)
        .where(Session.cohort_id.in_(cohorts))
        .order_by(Session.starts_at, Session.id)
    )
    found = _SessionRows(planned=defaultdict(dict), marked=defaultdict(dict))
    for row in rows:
        session = SessionEvidence(row.key, row.state, held_on=_day(row.starts_at))
        found.planned[row.cohort_id][row.id] = session
        if row.enrolment_id is not None:
            mark = Mark(row.status, row.minutes_late, override=row.counts_anyway)
            found.marked[row.enrolment_id][row.id] = replace(session, mark=mark)
    return found


def _sessions(chain: _Chain, rows: _SessionRows) -> tuple[SessionEvidence, ...]:
    """Return the own cohort's sessions, marked or not, and what was marked in earlier cohorts.

    An earlier cohort's unmarked sessions are left out: nobody waits for those any more.
    """
    own = {**rows.planned[chain.cohort_id], **rows.marked[chain.enrolment_id]}
    before = (session for one in chain.earlier for session in rows.marked[one].values())
    return (*own.values(), *before)


Done = dict[int, list[sa.Row[Any]]]
"""Hand-ins, quiz attempts and self-scans by enrolment: `kind`, `key`, `word`, `number`."""


def _done(enrolment_ids: list[int]) -> Done:
    """Read assignments, quizzes and self-scans in one statement, in the order they were done."""
    no_word, no_number = sa.cast(sa.null(), sa.String), sa.cast(sa.null(), sa.Integer)
    practice = _done_part(
        "practice",
        PracticeSubmission,
        PracticeAssignment.key,
        word=PracticeSubmission.state,
        number=no_number,
        at=PracticeSubmission.submitted_at,
    ).join(PracticeAssignment, PracticeAssignment.id == PracticeSubmission.assignment_id)
    quizzes = _done_part(
        "quiz",
        QuizAttempt,
        Quiz.key,
        word=no_word,
        number=QuizAttempt.percent,
        at=QuizAttempt.started_at,
    ).join(Quiz, Quiz.id == QuizAttempt.quiz_id)
    scans = _done_part(
        "selfscan",
        SelfScanCompletion,
        SelfScanCompletion.moment,
        word=no_word,
        number=no_number,
        at=sa.cast(sa.null(), UtcDateTime),
    )
    rows = db.session.execute(
        sa.union_all(
            practice.where(PracticeSubmission.enrolment_id.in_(enrolment_ids)),
            quizzes.where(QuizAttempt.enrolment_id.in_(enrolment_ids)),
            scans.where(SelfScanCompletion.enrolment_id.in_(enrolment_ids)),
        ).order_by("at", "row_id")
    )
    found: Done = defaultdict(list)
    for row in rows:
        found[row.enrolment_id].append(row)
    return found


def _done_part(
    kind: str, model: Any, key: Any, *, word: Any, number: Any, at: Any
) -> sa.Select[Any]:
    return sa.select(
        model.enrolment_id.label("enrolment_id"),
        sa.literal_column(f"'{kind}'").label("kind"),
        key.label("key"),
        word.label("word"),
        number.label("number"),
        at.label("at"),
        model.id.label("row_id"),
    ).select_from(model)


def _of(chain: _Chain, done: Done, kind: str) -> Iterator[sa.Row[Any]]:
    return (row for one in chain.all for row in done[one] if row.kind == kind)


def _practice(chain: _Chain, done: Done) -> dict[str, str]:
    """Return the state of each assignment: the last hand-in of the last cohort counts.

    What was done in an earlier cohort stays done.
    """
    found: dict[str, str] = {}
    for one in chain.earlier:
        states = {row.key: row.word for row in done[one] if row.kind == "practice"}
        found |= {key: state for key, state in states.items() if state == DONE}
    own = {row.key: row.word for row in done[chain.enrolment_id] if row.kind == "practice"}
    return {**own, **found}


def _quizzes(chain: _Chain, done: Done) -> dict[str, int]:
    """Return the best percentage of each quiz."""
    found: dict[str, int] = {}
    for row in _of(chain, done, "quiz"):
        if row.number is not None:
            found[row.key] = max(row.number, found.get(row.key, 0))
    return found


def _finals(enrolment_ids: list[int]) -> dict[int, list[FinalEvidence]]:
    """Return the tries at the practical by enrolment; levels only once the outcome is there."""
    rows = db.session.execute(
        sa.select(
            FinalAttempt.id,
            FinalAttempt.enrolment_id,
            FinalAttempt.attempt,
            FinalAttempt.state,
            FinalAttempt.planned_on,
            FinalAttempt.decided_on,
            AgreedLevel.criterion,
            AgreedLevel.level,
        )
        .outerjoin(AgreedLevel, AgreedLevel.final_attempt_id == FinalAttempt.id)
        .where(FinalAttempt.enrolment_id.in_(enrolment_ids))
        .order_by(FinalAttempt.attempt, FinalAttempt.id)
    ).all()
    levels: dict[int, dict[str, int]] = defaultdict(dict)
    for row in rows:
        if row.criterion is not None:
            levels[row.id][row.criterion] = row.level
    found: dict[int, list[FinalEvidence]] = defaultdict(list)
    for row in {row.id: row for row in rows}.values():
        attempt = FinalEvidence(
            number=row.attempt,
            levels=levels[row.id] if row.state == "outcome" else None,
            decided_on=row.decided_on,
            void=row.state == "void",
            planned_on=to_come(row.state, row.planned_on),
        )
        found[row.enrolment_id].append(attempt)
    return found


def to_come(state: str, planned_on: date | None) -> date | None:
    """Return the day of a practical that is planned for today or later, or None."""
    if state != "planned" or planned_on is None:
        return None
    return planned_on if planned_on >= clock.today() else None


def _numbered(chain: _Chain, finals: dict[int, list[FinalEvidence]]) -> tuple[FinalEvidence, ...]:
    """Return the tries at the practical in every cohort of the chain, counted on."""
    tries = [one for enrolment_id in chain.all for one in finals[enrolment_id]]
    return tuple(replace(one, number=place) for place, one in enumerate(tries, start=1))


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.AMSTERDAM).date()
