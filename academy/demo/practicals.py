"""The practicals: planned, scored apart, talked about, concluded.

What the files leave open is decided here: a practical is planned by its first assessor on the day
of the scores. The agreed levels and the outcome are computed by the services; a row that says
something else stops the load.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial

import sqlalchemy as sa

from academy.demo.data import DataSet, Row, Table
from academy.demo.memory import Memory
from academy.demo.steps import Rank, Step, because
from academy.kernel.db import db
from academy.kernel.errors import InvalidInputError
from courses.models import AgreedLevel, FinalAttempt
from courses.services import practical

Key = tuple[str, str, str]
"""Person, cohort and attempt, as in the files."""

FIRST, SECOND, THIRD = "first", "second", "third"


def steps(data: DataSet, memory: Memory) -> Iterator[Step]:
    """Return how each attempt went."""
    talks = {_key(row): row for row in data["score_talks"]}
    results = {_key(row): row for row in data["final_results"]}
    agreed = _grouped(data["agreed_levels"])
    attempts = _grouped(data["grades"])
    for key, levels in agreed.items():
        if key not in results:
            raise levels[0].fault("hierbij hoort geen uitslag in final_results.csv.")
    for key, rows in attempts.items():
        by_role = _by_role(rows)
        yield from _score_steps(key, by_role, memory)
        result, talk = results.pop(key, None), talks.pop(key, None)
        if talk is not None and not talk.is_yes("agreed"):
            yield from _third_steps(key, talk, by_role, memory)
        if result is not None:
            conclude = partial(_conclude, key, result, talk, agreed.get(key, []), memory)
            many = 1 + len(agreed.get(key, [])) + bool(talk and talk.is_yes("agreed"))
            yield Step(result.day("decided_on"), Rank.OUTCOME, result, conclude, rows=many)
    for left_over in (*results.values(), *talks.values()):
        raise left_over.fault("hierbij horen geen scores in grades.csv.")


def _key(row: Row) -> Key:
    return row["person_id"], row["cohort_id"], row["attempt"]


def _grouped(table: Table) -> Mapping[Key, list[Row]]:
    groups: dict[Key, list[Row]] = defaultdict(list)
    for row in table:
        groups[_key(row)].append(row)
    return groups


def _by_role(rows: list[Row]) -> dict[str, list[Row]]:
    roles: dict[str, list[Row]] = {FIRST: [], SECOND: [], THIRD: []}
    for row in rows:
        row.word("assessor_role", roles).append(row)
    for role in (FIRST, SECOND):
        if not roles[role]:
            raise rows[0].fault(f"bij deze proeve ontbreekt de beoordelaar “{role}”.")
    return roles


def _score_steps(key: Key, by_role: dict[str, list[Row]], memory: Memory) -> Iterator[Step]:
    first, second = by_role[FIRST], by_role[SECOND]
    day = min(first[0].day("assessed_on"), second[0].day("assessed_on"))
    plan = partial(_plan, key, first[0], second[0], day, memory)
    yield Step(day, Rank.REVIEW, first[0], plan, rows=0)
    for rows in (first, second):
        score = partial(_score, key, rows, memory)
        yield Step(rows[0].day("assessed_on"), Rank.SCORE, rows[0], score, rows=len(rows))


def _third_steps(
    key: Key, talk: Row, by_role: dict[str, list[Row]], memory: Memory
) -> Iterator[Step]:
    third = by_role[THIRD]
    if not third:
        raise talk.fault("zij werden het niet eens; de scores van een derde ontbreken.")
    first = by_role[FIRST][0]
    disagree = partial(_disagree, key, talk, first, third[0], memory)
    yield Step(talk.day("talk_on"), Rank.TALK, talk, disagree)
    score = partial(_score, key, third, memory)
    yield Step(third[0].day("assessed_on"), Rank.THIRD_SCORE, third[0], score, rows=len(third))


def _plan(key: Key, first: Row, second: Row, day: date, memory: Memory) -> None:
    attempt_id = practical.plan_attempt(
        memory.enrolment(first),
        first_id=memory.id("person", first, "assessor_id"),
        second_id=memory.id("person", second, "assessor_id"),
        by=memory.actor(first, "assessor_id"),
        planned_on=day,
    )
    memory.keep("attempt", " ".join(key), attempt_id)


def _score(key: Key, rows: list[Row], memory: Memory) -> None:
    row_of = {row["criterion"]: row for row in rows}
    scores = {
        criterion: practical.Score(row.number("level"), row["comment"])
        for criterion, row in row_of.items()
    }
    by = memory.actor(rows[0], "assessor_id")
    attempt_id = memory.id_of("attempt", " ".join(key), rows[0])
    try:
        practical.declare(attempt_id, knows_privately=False, by=by)
        practical.hand_in_scores(attempt_id, scores=scores, by=by)
    except InvalidInputError as refused:
        row = row_of.get(next(iter(refused.fields), ""), rows[0])
        raise because(row, refused) from refused


def _disagree(key: Key, talk: Row, first: Row, third: Row, memory: Memory) -> None:
    by = memory.actor(first, "assessor_id")
    attempt_id = memory.id_of("attempt", " ".join(key), talk)
    practical.record_talk(
        attempt_id, talk_on=talk.day("talk_on"), line=talk["line"], agreed=False, by=by
    )
    third_id = memory.id("person", third, "assessor_id")
    practical.name_third(attempt_id, third_id=third_id, by=by)


def _conclude(key: Key, result: Row, talk: Row | None, agreed: list[Row], memory: Memory) -> None:
    attempt_id = memory.id_of("attempt", " ".join(key), result)
    first = next(row for row in memory.data["grades"] if _key(row) == key)
    by = memory.actor(first, "assessor_id")
    if talk is not None and talk.is_yes("agreed"):
        practical.record_talk(
            attempt_id,
            talk_on=talk.day("talk_on"),
            line=talk["line"],
            agreed=True,
            by=by,
            raised={row["criterion"]: row.number("level") for row in agreed if _by_talk(row)},
        )
    else:
        practical.conclude(attempt_id, by=by)
    _compare(attempt_id, result, agreed)


def _by_talk(row: Row) -> bool:
    return row["how"] == "talk"


def _compare(attempt_id: int, result: Row, agreed: list[Row]) -> None:
    db.session.flush()  # what was concluded is read back
    attempt = db.session.get_one(FinalAttempt, attempt_id)
    if (attempt.outcome, attempt.agreed_total) != (
        result["outcome"],
        result.number("agreed_total"),
    ):
        found = f"{attempt.outcome} met {attempt.agreed_total} punten"
        raise result.fault(f"volgens de regels is de uitslag {found}.")
    rows = db.session.execute(
        sa.select(AgreedLevel.criterion, AgreedLevel.level, AgreedLevel.how).where(
            AgreedLevel.final_attempt_id == attempt_id
        )
    )
    computed = {criterion: (level, how) for criterion, level, how in rows}
    for row in agreed:
        level, how = computed.pop(row["criterion"], (0, "-"))
        if (level, how) != (row.number("level"), row["how"]):
            raise row.fault(f"volgens de regels is dit niveau {level} ({how}).")
    if computed:
        raise result.fault(f"het afgesproken niveau van {next(iter(computed))} ontbreekt.")
