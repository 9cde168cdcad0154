"""Old events of the audit log go, what tells of the register stays, and nobody empties more (T32).

Each attack is what somebody with the database in hand, and with the folder of checkpoints, can do.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from academy.kernel import audit, clock
from academy.kernel.audit import EMPTIED, AuditEvent, AuditHead, chain_hash
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import SYSTEM
from academy.kernel.settings import current
from certificates.adapters import checkpoints
from certificates.adapters.keys import init_keys
from certificates.queries import emptied
from certificates.queries.checkpoints import checkpoint_faults
from certificates.rules.checkpoint import GOES, STAYS, read, stays
from certificates.tasks.checkpoint import keep_checkpoint
from tests.certificates.ready import make_keys

pytestmark = pytest.mark.trust("T32")
FIRST = date(2026, 11, 20)
LONG_AGO = datetime(2024, 1, 10, 12, tzinfo=UTC)
OLD, YOUNG = 12, 4
REGISTER = (2, 7)
"""Which of the old events tell of the register, by their place from nought."""


def record(number: int) -> None:
    action = "certificates:certificate:issued" if number in REGISTER else "test:thing:changed"
    with unit_of_work():
        audit.record(action, ("thing", number), by=SYSTEM, subject_id=1 + number % 3, code=number)


@pytest.fixture
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of two years and longer, with checkpoints from before and after it may be cleared."""
    make_keys()
    found = tmp_path / "checkpoints"
    settings = replace(current(), checkpoints=found)
    monkeypatch.setitem(app.extensions, "academy.settings", settings)
    with unit_of_work():
        db.session.execute(sa.delete(AuditEvent))
        db.session.execute(sa.delete(AuditHead))
    for number in range(OLD):
        with time_machine.travel(LONG_AGO + timedelta(days=number), tick=False):
            record(number)
    monkeypatch.setattr(emptied, "_switches", [])
    keep_checkpoint(FIRST)
    for number in range(OLD, OLD + YOUNG):
        record(number)
    emptied.only_while(lambda: True)
    keep_checkpoint(FIRST + timedelta(days=1))
    db.session.rollback()
    return found


def rows() -> list[dict[str, Any]]:
    found = db.session.execute(sa.select(*AuditEvent.__table__.columns).order_by(AuditEvent.id))
    answer = [dict(row) for row in found.mappings()]
    db.session.rollback()
    return answer


def faults() -> list[str]:
    db.session.rollback()
    found = [*audit.chain_faults(), *checkpoint_faults()]
    db.session.rollback()
    return found


def old_ids() -> list[int]:
    before = emptied.kept_from(clock.real_today())
    allowed = AuditEvent.id <= emptied.last_that_may_go()
    found = list(db.session.scalars(emptied.old_events(before).where(allowed)))
    db.session.rollback()
    return found


def clear() -> None:
    ids = old_ids()
    with unit_of_work():
        audit.empty(ids)


def told() -> list[bool]:
    return [one["action"] != "" for one in rows()]


KEPT = [number in REGISTER for number in range(OLD)] + [True] * YOUNG


def test_what_is_old_goes_and_what_tells_of_the_register_stays(folder):
    clear()
    assert told() == KEPT
    assert faults() == []
    assert clear() is None
    keep_checkpoint(FIRST + timedelta(days=2))
    assert faults() == []


def test_nothing_goes_before_a_checkpoint_says_so(folder):
    for path in folder.glob("2026-11-21.*"):
        path.unlink()
    assert old_ids() == []


def test_nobody_lets_anything_go_while_the_clearing_is_off(folder, monkeypatch):
    monkeypatch.setattr(emptied, "_switches", [lambda: False])
    keep_checkpoint(FIRST + timedelta(days=2))
    assert read((folder / "2026-11-22.json").read_bytes()).emptied is None
    assert faults() == []


def test_what_was_changed_is_evidence_and_ends_what_may_go(folder):
    fifth = rows()[5]["id"]
    with db.engine.begin() as connection:
        connection.execute(sa.update(AuditEvent).where(AuditEvent.id == fifth).values(result="no"))
    keep_checkpoint(FIRST + timedelta(days=2))
    said = read((folder / "2026-11-22.json").read_bytes()).emptied
    assert said is not None
    assert said.rows == 5
    clear()
    assert told() == [False, False, True, False, False] + [True] * (OLD + YOUNG - 5)
    assert faults() == [f"audit event {fifth} was changed"]


def test_half_of_it_done_is_no_fault(folder):
    """A worker that was killed in the midst goes on the next day."""
    ids = old_ids()
    with unit_of_work():
        audit.empty(ids[:4])
    assert faults() == []
    clear()
    assert told() == KEPT


def test_what_stays_is_known_by_how_it_begins():
    assert audit.ERASED in STAYS
    assert stays("certificates:certificate:revoked")
    assert not stays(GOES)
    assert not stays("certificates:link:made")
    assert not stays(EMPTIED["action"])


# --- attacks on the log --------------------------------------------------------------------------


def put(changed: list[dict[str, Any]]) -> None:
    """Put a changed log in the place of the real one, with a head that fits."""
    for number, row in enumerate(changed, 1):
        row["id"] = number
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(sa.delete(AuditEvent))
        connection.execute(sa.insert(AuditEvent), changed)
        head = {"hash": changed[-1]["hash"], "events": len(changed)}
        connection.execute(sa.update(AuditHead).values(head))


def linked(changed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Let each link name the hash before it, as who covers up would; hashes stay as they are."""
    for before, row in pairwise(changed):
        row["previous"] = before["hash"]
    return changed


def rewritten(changed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make every hash anew that can be."""
    previous = audit.GENESIS
    for row in changed:
        row["previous"] = previous
        if row["action"]:
            row["hash"] = chain_hash(row)
        previous = row["hash"]
    return changed


def swapped(changed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    changed[0], changed[1] = changed[1], changed[0]
    changed[0]["previous"] = audit.GENESIS
    return linked(changed)


def blank(place: int) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    def change(changed: list[dict[str, Any]]) -> list[dict[str, Any]]:
        changed[place] |= EMPTIED
        return changed

    return change


def refilled(changed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    changed[4] |= {name: changed[2][name] for name in EMPTIED}
    return changed


def without(place: int) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    def change(changed: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return changed[:place] + changed[place + 1 :]

    return change


def other_hash(changed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    changed[4]["hash"] = changed[5]["previous"] = "f" * 64
    return changed


def one_more(changed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    changed.insert(5, {**changed[4], "hash": "e" * 64})
    return linked(changed)


ATTACKS: dict[str, Callable[[list[dict[str, Any]]], list[dict[str, Any]]]] = {
    "an emptied one is gone": without(4),
    "an emptied one is gone, links made to fit": lambda found: linked(without(4)(found)),
    "the first is gone, links made to fit": lambda found: rewritten(without(0)(found)),
    "two emptied ones changed places": swapped,
    "an emptied one has another hash": other_hash,
    "an emptied one too many": one_more,
    "an emptied one tells something": refilled,
    "a step of the register is emptied": blank(REGISTER[0]),
    "a step of the register is gone": lambda found: rewritten(without(REGISTER[0])(found)),
    "a young one is emptied": blank(OLD + 1),
    "the newest is emptied": blank(OLD + YOUNG - 1),
    "the end is cut off": lambda found: found[:-1],
    "all is emptied": lambda found: [row | EMPTIED for row in found],
    "all behind the emptied is written anew": lambda found: rewritten(
        [{**row, "result": "no"} if row["action"] else row for row in found]
    ),
    "all hashes are written anew": lambda found: rewritten(
        [row | {"hash": f"{number:064x}"} for number, row in enumerate(found)]
    ),
}


@pytest.mark.trust("T32", planted=True)
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_every_change_of_an_emptied_log_is_found(folder, attack):
    clear()
    keep_checkpoint(FIRST + timedelta(days=2))
    put(attack(rows()))
    assert faults() != []


@pytest.mark.trust("T32", planted=True)
def test_an_event_emptied_behind_our_back_is_named_by_its_place(folder):
    put(blank(OLD)(rows()))
    assert faults() == [
        "1 audit events were emptied that no checkpoint lets go, the first at place 13"
    ]


# --- attacks on what lets them go ----------------------------------------------------------------


def forge(folder: Path, **changes: Any) -> None:
    path = folder / "2026-11-21.json"
    values = json.loads(path.read_text())
    values["emptied"] |= changes
    path.write_text(json.dumps(values, indent=1, sort_keys=True) + "\n")


@pytest.mark.trust("T32", planted=True)
def test_a_checkpoint_that_is_made_to_let_more_go_lets_nothing_go(folder):
    forge(folder, rows=OLD + YOUNG)
    assert old_ids() == []
    put(blank(OLD)(rows()))
    assert "the checkpoint of 2026-11-21 was changed" in faults()
    assert any("no checkpoint lets go" in one for one in faults())


@pytest.mark.trust("T32", planted=True)
def test_a_checkpoint_of_another_key_lets_nothing_go(folder, tmp_path):
    init_keys(tmp_path / "others", "a passphrase of somebody else", now=clock.real_now())
    said = read((folder / "2026-11-21.json").read_bytes())
    assert said.emptied is not None
    more = replace(said, emptied=replace(said.emptied, rows=OLD + YOUNG))
    data, signature = checkpoints.sign(
        more,
        keys_folder=tmp_path / "others",
        passphrase="a passphrase of somebody else",
        now=clock.real_now(),
    )
    checkpoints.keep(folder, said.day, data=data, signature=signature)
    assert old_ids() == []


@pytest.mark.trust("T32", planted=True)
def test_without_the_checkpoints_the_emptied_events_are_told(folder):
    clear()
    for path in folder.glob("2026-11-2*"):
        path.unlink()
    assert faults() == [
        "10 audit events were emptied that no checkpoint lets go, the first at place 1"
    ]
