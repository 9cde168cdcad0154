"""What people did in their cohorts: registers, practice assignments, quizzes, self-scan, promises.

What the files leave open is decided here: a register is saved when its session ends; people hand
in for themselves; the answers of the self-scan are handed over in a pile, with the last
completion; a promise is made at the last session; "add something" says one kind sentence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import partial

import sqlalchemy as sa

from academy.demo.cohorts import clock_time
from academy.demo.data import DataFault, DataSet, Row
from academy.demo.memory import Memory
from academy.demo.steps import Rank, Step, because
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.errors import InvalidInputError
from courses.models import MARKS, Module, PracticeAssignment, Quiz
from courses.services import attendance, practice, promises, quizzes, self_scan

SOURCES = {"telefoon": "phone", "papier": "paper", "web": "web", "zelf": "self"}
KNOWN_MARKS = {mark: mark for mark in MARKS}
REVIEWS = {"submitted": "", "done": "done", "add_something": "add_something"}
ADD_SOMETHING = "Vertel er nog iets meer over. Eén zin is genoeg."


def steps(data: DataSet, memory: Memory) -> Iterator[Step]:
    """Return what people did, at the day of each row."""
    yield from _register_steps(data, memory)
    for row in data["practice"]:
        hand_in = partial(_hand_in, row, memory)
        yield Step(row.day("submitted_on"), Rank.WORK, row, hand_in)
        if row.word("status", REVIEWS):
            review = partial(_review, row, memory)
            yield Step(row.day("reviewed_on"), Rank.REVIEW, row, review, rows=0)
    for row in data["quiz_results"]:
        yield Step(row.day("taken_on"), Rank.WORK, row, partial(_take_quiz, row, memory))
    yield from _scan_steps(data, memory)
    for row in data["promises"]:
        day = _last_session(row, data)
        yield Step(day, Rank.REVIEW, row, partial(_promise, row, memory))


# --- registers -------------------------------------------------------------------------------


def _register_steps(data: DataSet, memory: Memory) -> Iterator[Step]:
    sessions = {row["session_id"]: row for row in data["sessions"]}
    registers: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in data["attendance"]:
        if row["session_id"] not in sessions:
            raise row.fault(f"{row['session_id']} is er niet.")
        registers[row["session_id"], row["marked_by"], row["source"]].append(row)
    for (session_id, _marker, _source), rows in registers.items():
        session = sessions[session_id]
        day = session.day("date")
        yield Step(
            day,
            Rank.REGISTER,
            rows[0],
            partial(_mark, session, rows, memory),
            rows=len(rows),
            moment=clock_time(session, "end", day),
        )


def _mark(session: Row, rows: list[Row], memory: Memory) -> None:
    marks = {}
    for row in rows:
        cohort = {**row.values, "cohort_id": session["cohort_id"]}
        enrolment_id = memory.enrolment(Row(row.file, row.line, cohort))
        if enrolment_id in marks:
            raise row.fault("deze persoon staat twee keer in dit register.")
        marks[enrolment_id] = attendance.NewMark(
            enrolment_id,
            row.word("status", KNOWN_MARKS),
            minutes_late=row.find_number("minutes_late"),
            note=row["note"],
        )
    try:
        attendance.save_register(
            memory.id("session", rows[0], "session_id"),
            list(marks.values()),
            by=memory.actor(rows[0], "marked_by"),
            source=rows[0].word("source", SOURCES),
        )
    except InvalidInputError as refused:
        raise _about_one(refused, dict(zip(marks, rows, strict=True)), rows[0]) from refused


def _about_one(refused: InvalidInputError, row_of: dict[int, Row], first: Row) -> DataFault:
    """Return the fault at the row of the person whom the first wrong field names."""
    field = next(iter(refused.fields), "")
    enrolment = field.partition(".")[0]
    row = row_of.get(int(enrolment), first) if enrolment.isdigit() else first
    return because(row, refused)


# --- practice and quizzes --------------------------------------------------------------------


def _hand_in(row: Row, memory: Memory) -> None:
    submission_id = practice.hand_in(
        memory.enrolment(row),
        _assignment(row, memory),
        evidence=row["evidence"],
        by=memory.actor(row, "person_id"),
    )
    memory.keep("hand-in", _hand_in_key(row), submission_id)


def _assignment(row: Row, memory: Memory) -> int:
    return _of_version(PracticeAssignment, "practice_id", row, memory)


def _of_version(
    model: type[PracticeAssignment] | type[Quiz], column: str, row: Row, memory: Memory
) -> int:
    """Return the id of an assignment or quiz in the course version of the row's cohort."""
    version_id = memory.id("version", row, "cohort_id")
    key = f"{version_id} {row[column]}"
    if not memory.knows(column, key):
        found = db.session.execute(
            sa.select(model.key, model.id)
            .join(Module, Module.id == model.module_id)
            .where(Module.course_version_id == version_id)
        )
        for name, id_ in found:
            memory.keep(column, f"{version_id} {name}", id_)
    if not memory.knows(column, key):
        raise row.fault(f"{column}: {row[column]} hoort niet bij deze opleiding.")
    return memory.id_of(column, key, row)


def _hand_in_key(row: Row) -> str:
    return f"{row['practice_id']} {row['person_id']} {row['cohort_id']}"


def _review(row: Row, memory: Memory) -> None:
    state = row.word("status", REVIEWS)
    practice.review(
        memory.id_of("hand-in", _hand_in_key(row), row),
        state=state,
        by=memory.actor(row, "reviewed_by"),
        sentence=ADD_SOMETHING if state == "add_something" else "",
    )


def _take_quiz(row: Row, memory: Memory) -> None:
    quizzes.record_attempt(
        memory.enrolment(row),
        _of_version(Quiz, "quiz_id", row, memory),
        attempt=row.number("attempt"),
        percent=row.number("percent"),
        by=memory.actor(row, "person_id"),
    )


# --- self-scan and promises ------------------------------------------------------------------


def _scan_steps(data: DataSet, memory: Memory) -> Iterator[Step]:
    last: dict[tuple[str, str], date] = {}
    for row in data["selfscan_completions"]:
        day = row.day("completed_on")
        yield Step(day, Rank.WORK, row, partial(_complete_scan, row, memory))
        pile = row["cohort_id"], row["moment"]
        last[pile] = max(day, last.get(pile, day))
    piles: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in data["selfscan_answers"]:
        piles[row["cohort_id"], row["moment"]].append(row)
    for pile, rows in piles.items():
        if pile not in last:
            raise rows[0].fault("niemand vulde deze zelfscan in.")
        answers = partial(_keep_answers, rows, memory)
        yield Step(last[pile], Rank.REVIEW, rows[0], answers, rows=len(rows))


def _complete_scan(row: Row, memory: Memory) -> None:
    by = memory.actor(row, "person_id")
    self_scan.record_completion(memory.enrolment(row), moment=row["moment"], by=by)


def _keep_answers(rows: list[Row], memory: Memory) -> None:
    first = rows[0]
    scopes = {"cohort": first["cohort_id"]}
    trainer = memory.holder("trainer", first, day=clock.today(), scopes=scopes)
    self_scan.record_answers(
        memory.id("cohort", first, "cohort_id"),
        moment=first["moment"],
        answers=[(row["item"], row.find_number("value")) for row in rows],
        by=memory.acting(trainer, first),
    )


def _last_session(row: Row, data: DataSet) -> date:
    days = [
        one.day("date")
        for one in data["sessions"]
        if one["cohort_id"] == row["cohort_id"] and one["status"] == "held"
    ]
    if not days:
        raise row.fault("deze groep had nog geen bijeenkomst.")
    return max(days)


def _promise(row: Row, memory: Memory) -> None:
    promises.make_promise(
        memory.enrolment(row),
        row["promise"],
        due_on=row.find_day("due_on"),
        by=memory.actor(row, "person_id"),
    )
