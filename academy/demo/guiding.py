"""What coaches offer, what participants want, later plans and what yearly reviews brought.

Where a wish names a rhythm, an employer arranged guidance for a professional.

A data set may lack these files: the guidance itself stands in the files of `academy.demo.coaching`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

import sqlalchemy as sa

from academy.coaching.models import LogEntry, PlanSheet, PlanStep, YearlyReview
from academy.coaching.services import matching, professionals, sheets
from academy.demo.coaching import OWNERS
from academy.demo.data import DataSet, Row
from academy.demo.memory import Memory
from academy.demo.people import CHANNELS
from academy.demo.steps import Rank, Step
from academy.kernel import clock
from academy.kernel.db import db

DAYS = {
    "ma": "mon",
    "di": "tue",
    "wo": "wed",
    "do": "thu",
    "vr": "fri",
    "za": "sat",
    "zo": "sun",
}
PARTS = {"ochtend": "morning", "middag": "afternoon", "avond": "evening"}
DAY_PARTS = {
    f"{day} {part}": f"{day_code}-{part_code}"
    for day, day_code in DAYS.items()
    for part, part_code in PARTS.items()
}
HOW_FAR = {"buurt": "here", "gemeente": "municipality", "overal": "anywhere"}
WANTS = {"zelfde": "same", "ander": "other", "stoppen": "stop"}
AGREED = {"zelf": False, "voorgelezen": True, "nog niet": None}


def steps(data: DataSet, memory: Memory) -> Iterator[Step]:
    """Return what was offered and wanted, and how plans went on."""
    for row in data["coach_offers"]:
        yield Step(row.day("saved_on"), Rank.FOLLOW_UP, row, partial(_offer, row, memory))
    for row in data["coaching_wishes"]:
        yield Step(row.day("saved_on"), Rank.FOLLOW_UP, row, partial(_wish, row, memory))
    for row in data["coaching_sheets"]:
        yield Step(row.day("written_on"), Rank.FOLLOW_UP, row, partial(_sheet, row, memory))
        yield from _ticks(row, memory)
    talks = {row["entry_id"]: row for row in data["coaching_log"]}
    for row in data["coaching_reviews"]:
        talk = talks.get(row["entry_id"])
        if talk is None:
            raise row.fault(f"{row['entry_id']} is er niet.")
        yield Step(talk.day("date"), Rank.FOLLOW_UP, row, partial(_review, row, memory))


def _parts(row: Row) -> tuple[str, ...]:
    return tuple(_known(row, one, DAY_PARTS) for one in row.many("day_parts"))


def _known(row: Row, word: str, known: dict[str, str]) -> str:
    if word not in known:
        raise row.fault(f"het woord “{word}” ken ik niet.")
    return known[word]


def _offer(row: Row, memory: Memory) -> None:
    offer = matching.NewOffer(
        languages=row.many("languages"),
        day_parts=_parts(row),
        channels=tuple(_known(row, one, CHANNELS) for one in row.many("channels")),
        place_id=memory.find_id("place", row, "neighbourhood_id"),
        how_far=row.word("how_far", HOW_FAR),
        most=row.number("most"),
        about=row["about"],
    )
    by = memory.actor(row, "person_id")
    matching.save_offer(memory.id("person", row, "person_id"), offer, by=by)


def _wish(row: Row, memory: Memory) -> None:
    wish = matching.NewWish(
        languages=row.many("languages"),
        day_parts=_parts(row),
        wished_coach_id=memory.find_id("person", row, "wished_coach"),
        words=row["words"],
    )
    by = memory.actor(row, "person_id")
    person_id = memory.id("person", row, "person_id")
    matching.save_wish(person_id, wish, by=by)
    rhythm_days = row.find_number("rhythm_days")
    if rhythm_days is not None:
        scopes = {"place": row["region"]}
        who = memory.holder("coordinator", row, day=clock.today(), scopes=scopes)
        professionals.arrange(person_id, rhythm_days, by=memory.acting(who, row))


def _sheet(row: Row, memory: Memory) -> None:
    plan = next(one for one in memory.data["coaching_plans"] if one["plan_id"] == row["plan_id"])
    plan_id = memory.id("plan", row, "plan_id")
    sheet = sheets.NewSheet(
        goal=row["goal"],
        strengths=row["strengths"],
        learning=row["learning"],
        overload=row["overload"],
        rhythm_days=plan.number("rhythm_days"),
        channel=plan.word("channel", CHANNELS),
        steps=tuple(_step(row, one) for one in row.many("steps")),
    )
    coach = memory.actor(plan, "coach_id")
    number = sheets.write_sheet(plan_id, sheet, by=coach).number
    read_aloud = row.word("agreed", AGREED)
    if read_aloud is None:
        return
    person_id = memory.id("person", plan, "person_id")
    if read_aloud:
        sheets.agree_sheet(plan_id, number, by=coach, on_behalf_of=person_id, read_aloud=True)
    else:
        sheets.agree_sheet(plan_id, number, by=memory.actor(plan, "person_id"))


def _step(row: Row, cell: str) -> sheets.NewStep:
    owner, text, due_on, *_done = _cells(cell)
    return sheets.NewStep(text, _day(row, due_on), _known(row, owner, OWNERS))


def _cells(cell: str) -> list[str]:
    """Return who, what, before when and, once done, on which day."""
    return [part.strip() for part in cell.split("|")]


def _day(row: Row, text: str) -> date:
    return Row(row.file, row.line, {"steps": text}).day("steps")


def _ticks(row: Row, memory: Memory) -> Iterator[Step]:
    for order, cell in enumerate(row.many("steps"), start=1):
        done = _cells(cell)[3:]
        if done:
            tick = partial(_tick, row, order, memory)
            yield Step(_day(row, done[0]), Rank.FOLLOW_UP, row, tick, rows=0)


def _tick(row: Row, order: int, memory: Memory) -> None:
    plan = next(one for one in memory.data["coaching_plans"] if one["plan_id"] == row["plan_id"])
    step_id = db.session.scalar(
        sa.select(PlanStep.id)
        .join(PlanSheet, PlanSheet.id == PlanStep.sheet_id)
        .where(
            PlanSheet.plan_id == memory.id("plan", row, "plan_id"),
            PlanSheet.agreed_at.is_not(None),
            PlanStep.order == order,
        )
        .order_by(PlanSheet.number.desc())
        .limit(1)
    )
    if step_id is None:
        raise row.fault("deze stap is er niet.")
    sheets.settle_step(step_id, is_done=True, by=memory.actor(plan, "person_id"))


def _review(row: Row, memory: Memory) -> None:
    """Add what the talk brought; the plan of that day is the one that followed from it."""
    entry = db.session.get_one(LogEntry, memory.id("entry", row, "entry_id"))
    written = clock.local(entry.happened_on)
    sheet_id = db.session.scalar(
        sa.select(PlanSheet.id)
        .where(PlanSheet.plan_id == entry.plan_id, PlanSheet.written_at >= written)
        .order_by(PlanSheet.id)
        .limit(1)
    )
    db.session.add(
        YearlyReview(
            plan_id=entry.plan_id,
            person_id=entry.person_id,
            entry_id=entry.id,
            sheet_id=sheet_id,
            held_on=entry.happened_on,
            circle_mine=row["circle_mine"],
            circle_together=row["circle_together"],
            circle_not=row["circle_not"],
            wants=row.word("wants", WANTS),
            written_at=clock.now(),
        )
    )
