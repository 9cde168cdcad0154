"""No change in the audit chain stays unseen, as long as its end is also kept elsewhere (T32)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from academy.kernel import audit, clock
from academy.kernel.audit import GENESIS, AuditEvent, AuditHead, PersonSalt, chain_hash
from academy.kernel.checkpoint import Checkpoint, chain_holds
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import Actor
from tests.trust.sizes import size

pytestmark = pytest.mark.trust("T32")

EVENTS = 30
MOST_SECONDS = 3.0
ROWS = size(100_000, otherwise=10_000)


def events() -> list[dict[str, Any]]:
    """Return the rows of the chain, in order."""
    rows = db.session.execute(sa.select(*AuditEvent.__table__.columns).order_by(AuditEvent.id))
    return [dict(row) for row in rows.mappings()]


@pytest.fixture
def checkpoint(app) -> Checkpoint:
    """Write a chain about three people and return where it ended, as kept outside."""
    for number in range(EVENTS):
        with unit_of_work():
            audit.record(
                "test:thing:changed",
                ("thing", number),
                by=Actor(person_id=1 + number % 2),
                subject_id=1 + number % 3 if number % 5 else None,
                code=number,
            )
    last = events()[-1]
    db.session.rollback()
    return Checkpoint(clock.real_now(), EVENTS, last["hash"])


def found(checkpoint: Checkpoint) -> list[str]:
    """Return what is said of the chain: its own faults, and whether its end is still there."""
    db.session.rollback()
    faults = list(audit.chain_faults())
    if not chain_holds(checkpoint):
        faults.append("the end that was kept is not there")
    return faults


@dataclass(frozen=True)
class Attack:
    """What somebody with the database in hand does, and whether the hashes are made anew."""

    change: Callable[[list[dict[str, Any]]], None]
    covers_up: bool = False


def rewritten(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with every commitment, link and hash made anew, as an insider would."""
    previous = GENESIS
    salts = {row.person_id: row.salt for row in db.session.scalars(sa.select(PersonSalt))}
    for row in rows:
        row["commitment"] = audit.commitment(salts.get(row["subject_id"]), row["data"])
        row["previous"] = previous
        row["hash"] = previous = chain_hash(row)
    return rows


def carry_out(attack: Attack) -> None:
    """Put a changed chain in the place of the real one, its head too if it covers up."""
    rows = events()
    attack.change(rows)
    if attack.covers_up:
        rows = rewritten(rows)
    for number, row in enumerate(rows, 1):
        row["id"] = number
    db.session.rollback()  # SQLite has one writer
    with db.engine.begin() as connection:
        connection.execute(sa.delete(AuditEvent))
        connection.execute(sa.insert(AuditEvent), rows)
        if attack.covers_up:
            head = {"hash": rows[-1]["hash"], "events": len(rows)}
            connection.execute(sa.update(AuditHead).values(head))


def other(value: Any) -> Any:
    """Return another value of the same kind."""
    if value is None:
        return 7
    if isinstance(value, str):
        return f"{value[:-1]}{'a' if value[-1:] != 'a' else 'b'}"
    if isinstance(value, int):
        return value + 1
    if isinstance(value, dict):
        return {**value, "code": 999}
    return value.replace(year=value.year - 1)


def set_other(column: str, place: int) -> Callable[[list[dict[str, Any]]], None]:
    def change(rows: list[dict[str, Any]]) -> None:
        rows[place][column] = other(rows[place][column])

    return change


def swap(rows: list[dict[str, Any]]) -> None:
    rows[4], rows[5] = rows[5], rows[4]


def insert(rows: list[dict[str, Any]]) -> None:
    rows.insert(9, {**rows[9], "object_id": 999, "hash": "f" * 64})


COLUMNS = [column.name for column in AuditEvent.__table__.columns if column.name != "id"]
ATTACKS = {
    **{
        f"{column} of {place}": Attack(set_other(column, place))
        for column in COLUMNS
        for place in (0, 12, EVENTS - 1)
    },
    "delete first": Attack(lambda rows: rows.pop(0)),
    "delete one": Attack(lambda rows: rows.pop(12)),
    "cut the end": Attack(lambda rows: rows.pop()),
    "insert one": Attack(insert),
    "twice the same": Attack(lambda rows: rows.insert(3, {**rows[3], "hash": "e" * 64})),
    "swap two": Attack(swap),
    "reverse": Attack(list.reverse),
    "shuffle": Attack(lambda rows: random.Random(32).shuffle(rows)),
    "cut the end, covered up": Attack(lambda rows: rows.pop(), covers_up=True),
    "delete one, covered up": Attack(lambda rows: rows.pop(12), covers_up=True),
    "swap two, covered up": Attack(swap, covers_up=True),
    "insert one, covered up": Attack(insert, covers_up=True),
    **{
        f"{column}, covered up": Attack(set_other(column, 12), covers_up=True)
        for column in ("at", "actor_id", "action", "object_id", "result", "data")
    },
}


def test_an_untouched_chain_has_no_fault(checkpoint):
    assert found(checkpoint) == []


@pytest.mark.trust("T32", planted=True)
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_every_change_is_found(checkpoint, attack):
    carry_out(attack)
    assert found(checkpoint) != []


def test_covering_up_is_found_by_the_end_that_was_kept_elsewhere(checkpoint):
    """The chain alone cannot see it: that is what the checkpoint is for."""
    carry_out(ATTACKS["delete one, covered up"])
    assert found(checkpoint) == ["the end that was kept is not there"]


def test_a_salt_that_vanished_without_an_erasure_is_found(checkpoint):
    """Otherwise somebody could destroy a salt and then write other data."""
    with unit_of_work():
        db.session.execute(sa.delete(PersonSalt).where(PersonSalt.person_id == 2))
    assert found(checkpoint) == ["the salt of person 2 was destroyed without an erasure"]


def test_after_an_erasure_the_chain_is_whole(checkpoint):
    with unit_of_work():
        db.session.execute(sa.delete(PersonSalt).where(PersonSalt.person_id == 2))
        audit.record(audit.ERASED, ("person", 2), by=Actor(person_id=1), subject_id=None, person=2)
    assert found(checkpoint) == []


def empty(*places: int) -> None:
    with unit_of_work():
        audit.empty([events()[place]["id"] for place in places])


def test_an_emptied_chain_is_whole_and_tells_nothing_more(checkpoint):
    empty(0, 1, 12, EVENTS - 1)
    assert found(checkpoint) == []
    left = events()[12]
    assert {name: left[name] for name in audit.EMPTIED} == dict(audit.EMPTIED)
    assert left["hash"] == events()[13]["previous"]


def test_a_changed_event_is_evidence_and_is_not_emptied(checkpoint):
    carry_out(Attack(set_other("result", 12)))
    with pytest.raises(ValueError, match="was changed"):
        empty(11, 12)
    assert all(one["action"] for one in events())


PARTS = [name for name in COLUMNS if name in audit.EMPTIED]


@pytest.mark.trust("T32", planted=True)
@pytest.mark.parametrize("column", PARTS)
def test_an_emptied_event_that_tells_something_again_is_found(checkpoint, column):
    values = events()[12][column]
    empty(12)
    carry_out(Attack(lambda rows: rows[12].update({column: values or 7})))
    assert found(checkpoint) != []


@pytest.mark.slow
def test_a_long_chain_is_judged_quickly(app):
    moment, previous, rows = clock.real_now(), GENESIS, []
    for number in range(ROWS):
        row = {
            **dict.fromkeys(("at", "recorded_at"), moment),
            "actor_id": 1,
            "subject_id": None,
            "action": "test:thing:changed",
            "object_kind": "thing",
            "object_id": number,
            "origin": "web",
            "result": "done",
            "data": {"code": number},
            "previous": previous,
        }
        row["commitment"] = audit.commitment(None, row["data"])
        row["hash"] = previous = chain_hash(row)
        rows.append(row)
    with db.engine.begin() as connection:
        for start in range(0, ROWS, 1_000):
            connection.execute(sa.insert(AuditEvent), rows[start : start + 1_000])
        connection.execute(sa.insert(AuditHead).values(id=1, hash=previous, events=ROWS))

    started = time.process_time()
    faults = list(audit.chain_faults())
    seconds = time.process_time() - started

    assert faults == []
    print(f"{ROWS} events in {seconds:.2f} s")
    assert seconds <= MOST_SECONDS
