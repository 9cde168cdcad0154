"""Cohorts, their sessions, and how people came into them and out of them.

What the files leave open is decided here:

* A cohort is planned and opened on the first day on which anything names it; a coordinator of its
  place does so. It finishes with its last session and is completed with its last outcome.
* A moved session was moved the day before it would have been.
* Introduction talk, code of conduct and the answer fall on the day of the application.
* Who withdrew did so on the last day on which they did anything. Why is not stored: the column
  `reason` counts only where it is the academy's word (a waiting place, an outcome).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial

import sqlalchemy as sa

from academy.demo.data import DataSet, Row
from academy.demo.memory import Memory
from academy.demo.steps import Rank, Step
from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.policy import Actor
from courses.models import Course, CourseVersion, Module
from courses.services import cohorts, enrolment

WITHOUT_LOCATION = "-"
COHORT_STATES = {
    "planned": ("open",),
    "running": ("open", "running"),
    "finishing": ("open", "running", "finishing"),
    "completed": ("open", "running", "finishing", "completed"),
    "cancelled": ("open", "cancelled"),
}
SEATED = ("admitted", "active", "paused", "completed", "not_passed", "withdrawn", "transferred")
ANSWERS = ("waitlisted", "not_now", "other_track")
STATES = {state: state for state in (*SEATED, *ANSWERS, "applied", "intake_planned")}
WORK = {
    "practice": ("submitted_on", "reviewed_on"),
    "quiz_results": ("taken_on",),
    "selfscan_completions": ("completed_on",),
    "grades": ("assessed_on",),
    "final_results": ("decided_on",),
}
"""The files about somebody in a cohort, and the days that they name."""


def steps(data: DataSet, memory: Memory) -> Iterator[Step]:
    """Return how cohorts ran, and who took part in them."""
    for row in data["cohorts"]:
        yield from _cohort_steps(row, data, memory)
    for row in data["enrolments"]:
        yield from _enrolment_steps(row, data, memory)


# --- cohorts ---------------------------------------------------------------------------------


def _cohort_steps(row: Row, data: DataSet, memory: Memory) -> Iterator[Step]:
    states = row.word("status", COHORT_STATES)
    planned_on = _first_named(row, data)
    sessions = _sessions_of(row["cohort_id"], data)
    plan = partial(_plan, row, sessions, memory)
    yield Step(planned_on, Rank.COHORT, row, plan, rows=1 + len(sessions))
    for session in sessions:
        yield from _session_steps(session, row, planned_on, memory)
    days = {
        "running": (row.day("start"), Rank.COHORT_BEGINS),
        "cancelled": (row.day("start"), Rank.COHORT_BEGINS),
        "finishing": (_last_day(sessions, row), Rank.COHORT_ENDS),
        "completed": (_last_outcome(row, data, _last_day(sessions, row)), Rank.COHORT_ENDS),
    }
    for state in states[1:]:
        day, rank = days[state]
        yield Step(day, rank, row, partial(_change, row, state, memory), rows=0)


def _sessions_of(cohort: str, data: DataSet) -> list[Row]:
    return [row for row in data["sessions"] if row["cohort_id"] == cohort]


def _last_day(sessions: list[Row], row: Row) -> date:
    return max((one.day("date") for one in sessions), default=row.day("start"))


def _first_named(row: Row, data: DataSet) -> date:
    cohort = row["cohort_id"]
    days = [row.day("start")]
    days += [one.day("applied_on") for one in data["enrolments"] if one["cohort_id"] == cohort]
    days += [
        one.day("valid_from")
        for one in data["grants"]
        if one["scope_kind"] == "cohort" and one["scope_id"] == cohort
    ]
    return min(days)


def _last_outcome(row: Row, data: DataSet, last_session: date) -> date:
    people = [one for one in data["enrolments"] if one["cohort_id"] == row["cohort_id"]]
    return max([last_session, *(_end_of(one, data) for one in people)])


def _by_coordinator(row: Row, memory: Memory) -> Actor:
    """Return a coordinator of the cohort's place, as of today."""
    scopes = {"place": row["neighbourhood_id"], "organisation": row["client_org"]}
    today = clock.today()
    return memory.acting(memory.holder("coordinator", row, day=today, scopes=scopes), row)


def _plan(row: Row, sessions: list[Row], memory: Memory) -> None:
    by = _by_coordinator(row, memory)
    version_id = _newest_version(row)
    plan = cohorts.CohortPlan(
        course_version_id=version_id,
        name=row["name"],
        place_id=memory.id("place", row, "neighbourhood_id"),
        starts_on=row.day("start"),
        location=_location(row),
        capacity=row.number("capacity"),
        client_organisation_id=memory.find_id("organisation", row, "client_org"),
    )
    cohort_id = cohorts.plan_cohort(plan, by=by, source_id=row["cohort_id"])
    memory.keep("cohort", row["cohort_id"], cohort_id)
    memory.keep("version", row["cohort_id"], version_id)
    for trainer in row.many("trainers"):
        cohorts.add_trainer(cohort_id, memory.id_of("person", trainer, row), by=by)
    modules = _modules(version_id)
    for session in sessions:
        _plan_session(session, cohort_id, modules, by, memory)
    cohorts.change_state(cohort_id, "open", by=by)


def _newest_version(row: Row) -> int:
    found = db.session.scalar(
        sa.select(CourseVersion.id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.key == row["course_id"])
        .order_by(CourseVersion.id.desc())
        .limit(1)
    )
    if found is None:
        raise row.fault(f"de opleiding {row['course_id']} is er niet.")
    return found


def _modules(version_id: int) -> dict[str, int]:
    rows = db.session.execute(
        sa.select(Module.key, Module.id).where(Module.course_version_id == version_id)
    )
    return {row.key: row.id for row in rows}


def _location(row: Row) -> str:
    return "" if row["location"] == WITHOUT_LOCATION else row["location"]


def _plan_session(
    row: Row, cohort_id: int, modules: dict[str, int], by: Actor, memory: Memory
) -> None:
    first_day = row.find_day("moved_from") or row.day("date")
    plan = cohorts.SessionPlan(
        module_id=row.word("module_id", modules),
        starts_at=clock_time(row, "start", first_day),
        ends_at=clock_time(row, "end", first_day),
        location=_location(row),
        source_id=row["session_id"],
    )
    (session_id,) = cohorts.plan_sessions(cohort_id, [plan], by=by)
    memory.keep("session", row["session_id"], session_id)


def clock_time(row: Row, column: str, day: date) -> datetime:
    """Return the moment on `day` of the wall-clock time in a cell."""
    try:
        hour = time.fromisoformat(row[column])
    except ValueError:
        raise row.fault(f"{column}: {row[column]} is geen tijd, zoals 19:00.") from None
    return clock.local(day, hour.hour, hour.minute)


def _session_steps(row: Row, cohort: Row, planned_on: date, memory: Memory) -> Iterator[Step]:
    moved_from = row.find_day("moved_from")
    if moved_from is not None:
        day = max(planned_on, moved_from - timedelta(days=1))
        yield Step(day, Rank.SESSION_CHANGE, row, partial(_move, row, cohort, memory), rows=0)
    cancelled = row["status"] == "cancelled" and cohort["status"] != "cancelled"
    if cancelled:
        cancel = partial(_cancel, row, cohort, memory)
        yield Step(row.day("date"), Rank.SESSION_CHANGE, row, cancel, rows=0)
    unmarked = not any(one["session_id"] == row["session_id"] for one in memory.data["attendance"])
    if row["status"] == "held" and unmarked:
        hold = partial(_hold, row, cohort, memory)
        yield Step(row.day("date"), Rank.REGISTER, row, hold, rows=0)


def _move(row: Row, cohort: Row, memory: Memory) -> None:
    cohorts.move_session(
        memory.id("session", row, "session_id"),
        clock_time(row, "start", row.day("date")),
        by=_by_coordinator(cohort, memory),
        ends_at=clock_time(row, "end", row.day("date")),
    )


def _cancel(row: Row, cohort: Row, memory: Memory) -> None:
    by = _by_coordinator(cohort, memory)
    cohorts.cancel_session(memory.id("session", row, "session_id"), by=by)


def _hold(row: Row, cohort: Row, memory: Memory) -> None:
    by = _by_coordinator(cohort, memory)
    cohorts.hold_session(memory.id("session", row, "session_id"), by=by)


def _change(row: Row, state: str, memory: Memory) -> None:
    cohort_id = memory.id("cohort", row, "cohort_id")
    cohorts.change_state(cohort_id, state, by=_by_coordinator(row, memory))


# --- enrolments ------------------------------------------------------------------------------


def _enrolment_steps(row: Row, data: DataSet, memory: Memory) -> Iterator[Step]:
    state = row.word("status", STATES)
    cohort = _cohort_of(row, data)
    applied_on = row.day("applied_on")
    yield Step(applied_on, Rank.APPLICATION, row, partial(_apply, row, cohort, memory))
    begun = cohort["status"] in ("running", "finishing", "completed")
    if _gets_chair(row) and begun and applied_on > cohort.day("start"):
        activate = partial(_activate, row, cohort, memory)
        yield Step(applied_on, Rank.COHORT_BEGINS, row, activate, rows=0)
    if state == "transferred":
        there = _transferred_to(row, data)
        transfer = partial(_transfer, row, there, cohort, memory)
        yield Step(there.day("applied_on"), Rank.TRANSFER, row, transfer, rows=0)
    leave = {"withdrawn": _withdraw, "not_passed": _not_pass, "paused": _pause}.get(state)
    if leave is not None:
        end = partial(leave, row, cohort, memory)
        yield Step(_end_of(row, data), Rank.LEAVING, row, end, rows=0)


def _gets_chair(row: Row) -> bool:
    """Say whether this person was admitted: who withdrew before any talk was not."""
    withdrew_early = row["status"] == "withdrawn" and not row["intake_talk_by"]
    return row["status"] in SEATED and not withdrew_early


def _cohort_of(row: Row, data: DataSet) -> Row:
    found = next((one for one in data["cohorts"] if one["cohort_id"] == row["cohort_id"]), None)
    if found is None:
        raise row.fault(f"de groep {row['cohort_id']} is er niet.")
    return found


def _transferred_to(row: Row, data: DataSet) -> Row:
    courses = {one["cohort_id"]: one["course_id"] for one in data["cohorts"]}
    for one in data["enrolments"]:
        is_other = one["person_id"] == row["person_id"] and one["cohort_id"] != row["cohort_id"]
        same_course = courses.get(one["cohort_id"]) == courses[row["cohort_id"]]
        if is_other and same_course and one["applied_on"] >= row["applied_on"]:
            return one
    raise row.fault("er is geen andere groep waar deze persoon naartoe ging.")


def _end_of(row: Row, data: DataSet) -> date:
    """Return the last day on which anything is told of somebody in a cohort."""
    person, cohort = row["person_id"], row["cohort_id"]
    days = [row.day("applied_on")]
    for name, columns in WORK.items():
        days += [
            day
            for one in data[name]
            if one["person_id"] == person and one["cohort_id"] == cohort
            for day in map(one.find_day, columns)
            if day is not None
        ]
    sessions = {one["session_id"]: one for one in _sessions_of(cohort, data)}
    days += [
        sessions[one["session_id"]].day("date")
        for one in data["attendance"]
        if one["person_id"] == person and one["session_id"] in sessions
    ]
    days += [
        one.day("decided_on")
        for one in data["decisions"]
        if one["enrolment_id"] == row["enrolment_id"] and not _is_change(one, data)
    ]
    if row["status"] == "transferred":
        days.append(_transferred_to(row, data).day("applied_on"))
    return max(days)


def _is_change(decision: Row, data: DataSet) -> bool:
    """Say whether a decision replaced or renewed a certificate that was there already."""
    number = decision["certificate_no"]
    return any(
        one["certificate_no"] == number and one["replaces"]
        for one in data["certificates"]
        if number
    )


def _apply(row: Row, cohort: Row, memory: Memory) -> None:
    by = (
        memory.actor(row, "intake_talk_by")
        if row["intake_talk_by"]
        else _by_coordinator(cohort, memory)
    )
    enrolment_id = enrolment.apply(
        memory.id("person", row, "person_id"),
        memory.id("cohort", row, "cohort_id"),
        by=by,
        source_id=row["enrolment_id"],
    )
    memory.keep("enrolment", row["enrolment_id"], enrolment_id)
    memory.keep("enrolment", f"{row['person_id']} in {row['cohort_id']}", enrolment_id)
    if row["intake_talk_by"]:
        agreed = row.is_yes("agreed_to_code_of_conduct")
        enrolment.record_intake(enrolment_id, by=by, agreed_to_code_of_conduct=agreed)
    _answer(enrolment_id, row, by)


def _answer(enrolment_id: int, row: Row, by: Actor) -> None:
    state = row["status"]
    if _gets_chair(row):
        enrolment.admit(enrolment_id, by=by)
    elif state == "intake_planned":
        enrolment.plan_intake(enrolment_id, by=by)
    elif state == "waitlisted":
        enrolment.waitlist(enrolment_id, by=by, note=row["reason"])
    elif state == "not_now":
        enrolment.not_now(enrolment_id, by=by, note=row["reason"])
    elif state == "other_track":
        enrolment.other_track(enrolment_id, by=by, note=row["reason"])


def _activate(row: Row, cohort: Row, memory: Memory) -> None:
    by = _by_coordinator(cohort, memory)
    enrolment.activate(memory.id("enrolment", row, "enrolment_id"), by=by)


def _transfer(row: Row, there: Row, cohort: Row, memory: Memory) -> None:
    enrolment.transfer(
        memory.id("enrolment", row, "enrolment_id"),
        memory.id("cohort", there, "cohort_id"),
        by=_by_coordinator(cohort, memory),
    )


def _withdraw(row: Row, cohort: Row, memory: Memory) -> None:
    by = _by_coordinator(cohort, memory)
    enrolment.withdraw(memory.id("enrolment", row, "enrolment_id"), by=by)


def _not_pass(row: Row, cohort: Row, memory: Memory) -> None:
    by = _by_coordinator(cohort, memory)
    enrolment_id = memory.id("enrolment", row, "enrolment_id")
    enrolment.not_pass(enrolment_id, by=by, note=row["reason"])


def _pause(row: Row, cohort: Row, memory: Memory) -> None:
    by = _by_coordinator(cohort, memory)
    enrolment.pause(memory.id("enrolment", row, "enrolment_id"), by=by)
