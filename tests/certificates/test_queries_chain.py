"""No change in the register, its steps or its chain stays unseen (T32)."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from academy.kernel import audit, clock
from academy.kernel.audit import PersonSalt
from academy.kernel.db import db, unit_of_work
from academy.kernel.policy import SYSTEM
from certificates.models import Certificate, CertificateEvent, ChainEntry, ChainHead, Decision
from certificates.queries.chain_checks import chain_faults
from certificates.queries.chained import every_chained
from certificates.rules.chain import GENESIS, entry_hash
from certificates.services.chain import entry
from certificates.services.life import add_event
from tests.certificates.registered import make_registered
from tests.postgres import look_over
from tests.trust.sizes import size

pytestmark = pytest.mark.trust("T32")

ENTRIES = 9
MOST_SECONDS = 3.0
ROWS = size(100_000, otherwise=10_000)
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Kept:
    """Where the chain ended, as somebody outside the database knows it."""

    entries: int
    hash: str


@pytest.fixture
def kept(app) -> Kept:
    make_registered()
    head = db.session.scalars(sa.select(ChainHead)).one()
    end = Kept(head.entries, head.hash)
    db.session.rollback()
    assert end.entries == ENTRIES
    return end


def found(kept: Kept) -> list[str]:
    db.session.rollback()
    faults = chain_faults()
    place = sa.select(ChainEntry.hash).where(ChainEntry.position == kept.entries)
    if db.session.scalar(place) != kept.hash:
        faults.append("the end that was kept is not there")
    db.session.rollback()
    return faults


def entries() -> Rows:
    rows = db.session.execute(sa.select(*ChainEntry.__table__.columns).order_by(ChainEntry.id))
    return [dict(row) for row in rows.mappings()]


def covered_up(rows: Rows) -> Rows:
    """Return the rows with place, link and hash made anew, as an insider would."""
    previous = GENESIS
    for position, row in enumerate(rows, 1):
        row |= {"position": position, "previous": previous}
        row["hash"] = previous = entry_hash(row)
    return rows


def put(rows: Rows, *, with_head: bool) -> None:
    """Put a changed chain in the place of the real one."""
    for number, row in enumerate(rows, 1):
        row["id"] = number
    db.session.rollback()  # SQLite has one writer
    with db.engine.begin() as connection:
        connection.execute(sa.delete(ChainEntry))
        connection.execute(sa.insert(ChainEntry), rows)
        if with_head:
            head = {"hash": rows[-1]["hash"], "entries": len(rows)}
            connection.execute(sa.update(ChainHead).values(head))


def other(value: Any) -> Any:
    """Return another value of the same kind."""
    if value is None:
        return 7
    if isinstance(value, str):
        return f"{value[:-1]}{'a' if value[-1:] != 'a' else 'b'}"
    if isinstance(value, int):
        return value + 1000
    return value.replace(year=value.year - 1)


def test_an_untouched_register_has_no_fault(kept):
    assert found(kept) == []


def test_a_taken_back_name_breaks_nothing(kept):
    """The third of them was withdrawn and its name is gone; see `make_registered`."""
    names = db.session.scalars(sa.select(Certificate.printed_name).order_by(Certificate.id)).all()
    assert names[2] == ""
    assert found(kept) == []


# --- the chain -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Attack:
    """What somebody with the database in hand does, and whether the hashes are made anew."""

    change: Callable[[Rows], object]
    covers_up: bool = False


def set_other(column: str, place: int) -> Callable[[Rows], object]:
    def change(rows: Rows) -> None:
        rows[place][column] = other(rows[place][column])

    return change


def in_order(change: Callable[[Rows], object]) -> Callable[[Rows], object]:
    """Return a change after which each row says the place where it now stands."""

    def changed(rows: Rows) -> None:
        change(rows)
        for position, row in enumerate(rows, 1):
            row["position"] = position

    return changed


def swap(rows: Rows) -> None:
    rows[4], rows[5] = rows[5], rows[4]


def insert(rows: Rows) -> None:
    """Enter a step again under the number of the last; each step may stand there once."""
    last = rows.pop()
    rows.insert(4, {**last, "kind": "handed_out"})


COLUMNS = [column.name for column in ChainEntry.__table__.columns if column.name != "id"]
SHAPES: dict[str, Callable[[Rows], object]] = {
    "delete first": lambda rows: rows.pop(0),
    "delete one": lambda rows: rows.pop(4),
    "cut the tail": lambda rows: rows.pop(),
    "insert one": insert,
    "swap two": in_order(swap),
    "reverse": in_order(list.reverse),
    "shuffle": in_order(lambda rows: random.Random(32).shuffle(rows)),
}
ATTACKS = {
    **{
        f"{column} of {place}": Attack(set_other(column, place))
        for column in COLUMNS
        for place in (0, 4, ENTRIES - 1)
    },
    **{name: Attack(change) for name, change in SHAPES.items()},
    **{f"{name}, covered up": Attack(change, covers_up=True) for name, change in SHAPES.items()},
    **{
        f"{column}, covered up": Attack(set_other(column, 4), covers_up=True)
        for column in ("kind", "number", "sha256", "at", "facts", "holder", "step")
    },
}


@pytest.mark.trust("T32", planted=True)
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_every_change_of_the_chain_is_found(kept, attack):
    rows = entries()
    attack.change(rows)
    event_ids = {row["event_id"] for row in rows}
    if attack.covers_up:
        rows = covered_up(rows)
    known = set(db.session.scalars(sa.select(CertificateEvent.id)))
    if not event_ids <= known:  # the database itself refuses a step that is not there
        with pytest.raises(sa.exc.IntegrityError):
            put(rows, with_head=attack.covers_up)
        return
    put(rows, with_head=attack.covers_up)
    assert found(kept) != []


# --- the register and its steps --------------------------------------------------------------

CERTIFICATE_CHANGES: dict[str, Any] = {
    "number": "SLHZ-B-2026-00099-99",
    "issued_on": date(2025, 1, 1),
    "valid_until": date(2039, 11, 23),
    "track": "professionals",
    "language": "en",
    "printed_name": "Iemand Anders",
    "promise": "Iets anders",
    "content": {"title": {"nl": "Diploma"}, "signatories": []},
    "code_hash": "a" * 64,
    "sha256": "b" * 64,
    "size_bytes": 21,
    "standing": "ended",
    "standing_since": date(2026, 1, 1),
    "name_hidden_on": date(2026, 1, 1),
    "serial": 77,
}


def change(statement: sa.Executable) -> None:
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(statement)


@pytest.mark.trust("T32", planted=True)
@pytest.mark.parametrize("column", CERTIFICATE_CHANGES)
def test_every_change_in_the_register_is_found(kept, column):
    first = sa.select(sa.func.min(Certificate.id)).scalar_subquery()
    values = {column: CERTIFICATE_CHANGES[column]}
    change(sa.update(Certificate).where(Certificate.id == first).values(values))
    assert found(kept) != []


@pytest.mark.trust("T32", planted=True)
def test_a_revocation_that_was_undone_is_found(kept):
    values = {"standing": "valid", "standing_since": None}
    change(sa.update(Certificate).where(Certificate.standing == "revoked").values(values))
    assert [one for one in found(kept) if "is not what the register's chain says" in one]


STEPS: dict[str, dict[str, Any]] = {
    "kind": {"kind": "expired"},
    "at": {"at": datetime(2020, 1, 1, tzinfo=clock.AMSTERDAM)},
    "by": {"by_id": None},
    "ground": {"ground": "fraud"},
}


@pytest.mark.trust("T32", planted=True)
@pytest.mark.parametrize("values", STEPS.values(), ids=STEPS)
def test_every_change_of_a_step_is_found(kept, values):
    event_id = sa.select(CertificateEvent.id).where(CertificateEvent.kind == "revoked")
    where = CertificateEvent.id == event_id.scalar_subquery()
    change(sa.update(CertificateEvent).where(where).values(values))
    assert [one for one in found(kept) if one.startswith("the step of register entry")]


@pytest.mark.trust("T32", planted=True)
def test_a_step_that_moved_to_another_certificate_is_found(kept):
    last = sa.select(sa.func.max(Certificate.id)).scalar_subquery()
    where = CertificateEvent.kind == "revoked"
    change(sa.update(CertificateEvent).where(where).values(certificate_id=last))
    assert found(kept) != []


@pytest.mark.trust("T32", planted=True)
def test_a_step_beside_the_door_is_found(kept):
    last = db.session.scalars(sa.select(sa.func.max(Certificate.id))).one()
    values = {"certificate_id": last, "kind": "handed_out", "at": clock.now()}
    change(sa.insert(CertificateEvent).values(values))
    assert [one for one in found(kept) if "is not in the register's chain" in one]


@pytest.mark.trust("T32", planted=True)
def test_a_certificate_that_nobody_issued_is_found(kept):
    """Its entry and its step are taken out as well, and the chain is made anew."""
    rows = entries()
    issued = [row for row in rows if row["kind"] == "issued"]
    gone = issued[-1]
    put(covered_up([row for row in rows if row is not gone]), with_head=True)
    change(sa.delete(CertificateEvent).where(CertificateEvent.id == gone["event_id"]))
    assert f"certificate {gone['number']} was never entered in the register's chain" in found(kept)


@pytest.mark.trust("T32", planted=True)
def test_a_certificate_that_was_taken_out_is_found(kept):
    """Only the end that was kept elsewhere knows, when everything about it goes."""
    rows = entries()
    number = rows[4]["number"]
    gone = {row["event_id"] for row in rows if row["number"] == number}
    put(covered_up([row for row in rows if row["number"] != number]), with_head=True)
    change(sa.delete(CertificateEvent).where(CertificateEvent.id.in_(gone)))
    change(sa.delete(Certificate).where(Certificate.number == number))
    assert found(kept) == ["the end that was kept is not there"]


# --- erasure ---------------------------------------------------------------------------------


def test_after_an_erasure_the_chain_is_whole(kept):
    """Without the salt nobody can prove the name, and nobody needs to."""
    person_id = db.session.scalars(sa.select(Certificate.person_id).limit(1)).one()
    with unit_of_work():
        db.session.execute(sa.delete(PersonSalt).where(PersonSalt.person_id == person_id))
        db.session.execute(
            sa.update(Certificate)
            .where(Certificate.person_id == person_id)
            .values(printed_name="", promise="", code_hash="e" * 64)
        )
    assert found(kept) == []


def test_no_entry_tells_whose_it_is(kept):
    """Two people with the same name have other hashes: nobody can guess a name and look it up."""
    said = " ".join(str(row) for row in entries())
    assert "Deelnemer" not in said
    assert len({row["holder"] for row in entries() if row["kind"] == "issued"}) == 5
    plain = hashlib.sha256(b"Deelnemer 1").hexdigest()
    assert plain not in said


# --- writing ---------------------------------------------------------------------------------


def _fail_after_a_step(certificate_id: int) -> None:
    with unit_of_work():
        add_event(db.session.get_one(Certificate, certificate_id), "handed_out", by=SYSTEM)
        db.session.flush()
        _ = 1 / 0


def test_what_is_rolled_back_is_not_in_the_chain(kept):
    certificate_id = db.session.scalars(sa.select(Certificate.id).limit(1)).one()
    db.session.rollback()
    with pytest.raises(ZeroDivisionError):
        _fail_after_a_step(certificate_id)
    with unit_of_work():
        add_event(db.session.get_one(Certificate, certificate_id), "reprinted", by=SYSTEM)
    assert [row["kind"] for row in entries()[ENTRIES:]] == ["reprinted"]
    assert found(kept) == []


@pytest.mark.slow
def test_a_long_register_is_judged_quickly(kept):
    """Two steps for each of half as many certificates."""
    lengthen(ROWS)
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        look_over(db.engine.url.render_as_string(hide_password=False))

    started = time.process_time()
    faults = chain_faults()
    seconds = time.process_time() - started

    assert faults == []
    print(f"{ROWS} entries in {seconds:.2f} s")
    assert seconds <= MOST_SECONDS


def lengthen(total: int) -> None:
    """Fill the register up to `total` entries, by the ways of the database."""
    with db.engine.begin() as connection:
        for table in (ChainEntry, CertificateEvent):
            connection.execute(sa.delete(table))
        pattern = _first(connection, Certificate)
        connection.execute(sa.delete(Certificate))
        decision = _first(connection, Decision)
        connection.execute(sa.delete(Decision))
        serials = range(1, total // 2 + 1)
        _insert(connection, Decision, [{**decision, "id": one} for one in serials])
        _insert(connection, Certificate, [_numbered(pattern, one) for one in serials])
        at = clock.now() - timedelta(days=1)
        events = [
            {"id": 2 * one + turn, "certificate_id": one, "kind": kind, "at": at, "by_id": None}
            for one in serials
            for turn, kind in enumerate(("issued", "handed_out"))
        ]
        _insert(connection, CertificateEvent, events)
    _chain_anew()


def _first(connection: sa.Connection, table: Any) -> dict[str, Any]:
    rows = connection.execute(sa.select(*table.__table__.columns).order_by(table.id))
    return dict(rows.mappings().first())


def _numbered(pattern: dict[str, Any], one: int) -> dict[str, Any]:
    hashes = {
        name: hashlib.sha256(f"{name}{one}".encode()).hexdigest()
        for name in ("sha256", "code_hash")
    }
    place = {"id": one, "decision_id": one, "serial": one % 90_000, "year": 2000 + one // 90_000}
    return {**pattern, **hashes, **place, "number": f"SLHZ-B-{one}", "standing": "valid"}


def _insert(connection: sa.Connection, table: Any, rows: Rows) -> None:
    for start in range(0, len(rows), 1_000):
        connection.execute(sa.insert(table), rows[start : start + 1_000])


def _chain_anew() -> None:
    salts = {row.person_id: row.salt for row in db.session.scalars(sa.select(PersonSalt))}
    rows: Rows = []
    by_id = {one.id: one for one in every_chained()}
    steps = db.session.scalars(sa.select(CertificateEvent).order_by(CertificateEvent.id)).all()
    for step in steps:
        one = by_id[step.certificate_id]
        rows.append(entry(step, one, position=0, salt=salts[one.person_id]))
    db.session.rollback()
    covered_up(rows)
    with db.engine.begin() as connection:
        _insert(connection, ChainEntry, rows)
        head = {"hash": rows[-1]["hash"], "entries": len(rows)}
        connection.execute(sa.update(ChainHead).values(head))


def test_a_vanished_salt_is_found_by_the_audit_chain(kept):
    """Otherwise somebody could destroy a salt and then write another name."""
    person_id = db.session.scalars(sa.select(Certificate.person_id).limit(1)).one()
    with unit_of_work():
        db.session.execute(sa.delete(PersonSalt).where(PersonSalt.person_id == person_id))
    assert list(audit.chain_faults()) != []
