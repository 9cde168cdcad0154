"""Evidence of many enrolments at once, and the verdicts on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.errors import NotFoundError
from courses.cli import courses
from courses.models import (
    AgreedLevel,
    AttendanceCell,
    AttendanceMark,
    Cohort,
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
from courses.queries.progress import progress_of, progress_of_many, progress_rows, verdicts
from tests.factories import make_cohort, make_course, make_enrolment, make_person

WHEN = clock.local(date(2026, 11, 10), 12)


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*parts: Any) -> None:
        seen.append(parts[2])

    engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def _sessions(cohort: Cohort) -> list[Session]:
    return list(
        db.session.scalars(
            sa.select(Session).where(Session.cohort_id == cohort.id).order_by(Session.starts_at)
        )
    )


def _mark(enrolment: Enrolment, session: Session, status: str = "present", **more: Any) -> None:
    mark = AttendanceMark(
        session_id=session.id,
        enrolment_id=enrolment.id,
        status=status,
        source="web",
        marked_by_id=enrolment.person_id,
        marked_at=WHEN,
        **more,
    )
    db.session.add(mark)
    db.session.flush()
    db.session.add(
        AttendanceCell(session_id=session.id, enrolment_id=enrolment.id, mark_id=mark.id, version=1)
    )


def _of_version(model: type, enrolment: Enrolment, key: str) -> Any:
    """Return the assignment or quiz with this key in the enrolment's course version."""
    version_id = db.session.get_one(Cohort, enrolment.cohort_id).course_version_id
    return db.session.scalars(
        sa.select(model)
        .join(Module, Module.id == model.module_id)
        .where(Module.course_version_id == version_id, model.key == key)
    ).one()


def _hand_in(enrolment: Enrolment, key: str, state: str = "done") -> None:
    db.session.add(
        PracticeSubmission(
            enrolment_id=enrolment.id,
            assignment_id=_of_version(PracticeAssignment, enrolment, key).id,
            state=state,
            evidence="gesproken",
            submitted_at=clock.now(),
            submitted_by_id=enrolment.person_id,
        )
    )
    db.session.flush()


def _complete(cohort: Cohort) -> Enrolment:
    enrolment = make_enrolment(cohort)
    for session in _sessions(cohort)[:2]:
        _mark(enrolment, session)
    for key in ("tst-01-p", "tst-02-p"):
        _hand_in(enrolment, key)
    return enrolment


def test_marks_and_assignments_lead_to_a_verdict(app: Flask) -> None:
    enrolment = _complete(make_cohort())
    progress = progress_of(enrolment.id)
    assert progress.verdict.complete
    assert progress.evidence.practice == {"tst-01-p": "done", "tst-02-p": "done"}


def test_an_unknown_enrolment_is_not_there(app: Flask) -> None:
    with pytest.raises(NotFoundError):
        progress_of(404)


def test_a_late_mark_carries_its_minutes_and_the_trainers_word(app: Flask) -> None:
    cohort = make_cohort()
    enrolment = make_enrolment(cohort)
    first, second, _third = _sessions(cohort)
    _mark(enrolment, first, "late", minutes_late=40, counts_anyway=True)
    _mark(enrolment, second, "late", minutes_late=40)
    marks = [one.mark for one in progress_of(enrolment.id).evidence.sessions]
    assert [(mark.minutes_late, mark.override) for mark in marks if mark] == [
        (40, True),
        (40, False),
    ]
    assert "2 keer" not in progress_of(enrolment.id).verdict.criteria[0].nl


def test_a_session_without_a_mark_is_open_and_not_absent(app: Flask) -> None:
    enrolment = make_enrolment()
    sessions = progress_of(enrolment.id).evidence.sessions
    assert [one.mark for one in sessions] == [None, None, None]
    kinds = {missing.kind for missing in progress_of(enrolment.id).verdict.missing}
    assert "session_missed" not in kinds


def test_the_last_hand_in_counts(app: Flask) -> None:
    enrolment = make_enrolment()
    _hand_in(enrolment, "tst-01-p", "add_something")
    _hand_in(enrolment, "tst-01-p", "submitted")
    assert progress_of(enrolment.id).evidence.practice == {"tst-01-p": "submitted"}


def test_the_best_quiz_counts(app: Flask) -> None:
    enrolment = make_enrolment()
    quiz = _of_version(Quiz, enrolment, "quiz-tst-01")
    for attempt, percent in enumerate((40, 80, 60), start=1):
        db.session.add(
            QuizAttempt(
                enrolment_id=enrolment.id,
                quiz_id=quiz.id,
                attempt=attempt,
                percent=percent,
                answers={},
                course_version_id=db.session.get_one(Cohort, enrolment.cohort_id).course_version_id,
                started_at=WHEN,
                finished_at=WHEN,
            )
        )
    db.session.flush()
    assert progress_of(enrolment.id).evidence.quiz_percents == {"quiz-tst-01": 80}


def test_levels_count_once_the_outcome_is_there(app: Flask) -> None:
    enrolment = make_enrolment()
    for number, state in enumerate(("outcome", "void", "both_scored"), start=1):
        attempt = FinalAttempt(
            enrolment_id=enrolment.id,
            attempt=number,
            state=state,
            first_assessor_id=make_person().id,
            second_assessor_id=make_person().id,
            decided_on=date(2026, 11, number),
        )
        db.session.add(attempt)
        db.session.flush()
        level = AgreedLevel(
            final_attempt_id=attempt.id, criterion="luisteren", level=3, how="equal"
        )
        db.session.add(level)
    db.session.flush()
    finals = progress_of(enrolment.id).evidence.finals
    assert [one.levels for one in finals] == [{"luisteren": 3}, None, None]
    assert [one.void for one in finals] == [False, True, False]


def test_the_self_scan_is_known_by_its_moment(app: Flask) -> None:
    enrolment = make_enrolment()
    db.session.add(
        SelfScanCompletion(
            enrolment_id=enrolment.id,
            instrument="scan",
            moment="before_tst_01",
            completed_on=date(2026, 11, 1),
        )
    )
    db.session.flush()
    assert progress_of(enrolment.id).evidence.selfscan_moments == {"before_tst_01"}


def test_who_changed_cohorts_takes_along_what_was_done(app: Flask) -> None:
    version = make_course()
    first, second = make_cohort(version=version), make_cohort(version=version)
    person = make_person()
    before = make_enrolment(first, person, state="transferred")
    _mark(before, _sessions(first)[0])
    _mark(before, _sessions(first)[1], "absent")
    _hand_in(before, "tst-02-p")
    after = make_enrolment(second, person)
    before.transferred_to_id = after.id
    _mark(after, _sessions(second)[1])
    _hand_in(after, "tst-01-p")
    db.session.flush()
    progress = progress_of(after.id)
    assert progress.verdict.complete
    assert len(progress.evidence.sessions) == 5
    assert not progress_of(before.id).verdict.complete


def test_rows_are_paged_by_name(app: Flask) -> None:
    cohort = make_cohort()
    for name in ("Anna", "Bert", "Carla"):
        make_enrolment(cohort, make_person(name, "Alef"))
    make_enrolment(cohort, make_person("Zoef", "Alef"), state="withdrawn")
    first = progress_rows(cohort.id, limit=2, states=["active"])
    assert [row.name for row in first.rows] == ["Anna Alef", "Bert Alef"]
    second = progress_rows(cohort.id, first.next_cursor, limit=2, states=["active"])
    assert [row.name for row in second.rows] == ["Carla Alef"]
    assert second.next_cursor is None


def test_statements_do_not_grow_with_people(app: Flask) -> None:
    cohort = make_cohort()
    for _number in range(2):
        _complete(cohort)
    progress_rows(cohort.id)
    with counted_statements() as few:
        progress_rows(cohort.id)
    for _number in range(18):
        _complete(cohort)
    with counted_statements() as many:
        rows = progress_rows(cohort.id).rows
    assert len(rows) == 20
    assert len(many) == len(few) <= 5


def test_many_are_asked_for_at_once(app: Flask) -> None:
    cohort = make_cohort()
    ids = [_complete(cohort).id, make_enrolment(cohort).id]
    found = progress_of_many([*ids, 404])
    assert [found[one].verdict.complete for one in ids] == [True, False]


def test_verdicts_name_the_enrolment_as_the_data_does(app: Flask) -> None:
    cohort = make_cohort(source_id="C99")
    enrolment = _complete(cohort)
    enrolment.source_id = "E-C99-P001"
    other = make_enrolment()
    db.session.flush()
    assert [one["enrolment"] for one in verdicts()] == ["E-C99-P001", other.id]
    assert [one["enrolment"] for one in verdicts("C99")] == ["E-C99-P001"]
    assert [one["enrolment"] for one in verdicts(str(cohort.id))] == ["E-C99-P001"]
    with pytest.raises(NotFoundError):
        list(verdicts("C98"))


def test_the_command_prints_verdicts_as_json(app: Flask) -> None:
    with unit_of_work():
        _complete(make_cohort())
    result = app.test_cli_runner().invoke(courses, ["verdicts", "--json"])
    (row,) = json.loads(result.stdout)
    assert row["complete"] is True
    assert [one["id"] for one in row["criteria"]] == ["attendance_rule", "practice_rule"]
    assert {one["state"] for one in row["criteria"]} == {"met"}


def test_the_command_prints_what_is_missing_in_words(app: Flask) -> None:
    with unit_of_work():
        make_enrolment()
    result = app.test_cli_runner().invoke(courses, ["verdicts"])
    assert "Je mist de opdracht bij les 2: Opdracht 2." in result.stdout


def test_the_command_says_that_a_cohort_is_unknown(app: Flask) -> None:
    result = app.test_cli_runner().invoke(courses, ["verdicts", "--cohort", "C98"])
    assert result.exit_code == 1
    assert "C98" in result.output
