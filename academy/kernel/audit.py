"""The audit chain: append-only, hash-chained events that hold ids and never what a note says.

Each event commits to `HMAC(person's salt, data)` and to the hash of the event before it. Erasing
a salt makes the data unprovable and leaves the chain whole. Events of one unit of work are kept
back and written together just before the commit, so the chain's head is locked only once.

An old event may be emptied: its place and its hash stay, so the chain goes on through it. That it
was old, and none that has to stay, only a checkpoint outside the database can say.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from academy.kernel import clock, ids
from academy.kernel.db import PERSON, PLAIN, SECRET, Id, Model, before_commit, db
from academy.kernel.policy import Actor

GENESIS = "0" * 64
ERASED = "privacy:person:erased"
"""What is recorded when a person's salt is destroyed, with the number of the person as `person`."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
EMPTIED: Mapping[str, Any] = MappingProxyType(
    {
        **dict.fromkeys(("at", "recorded_at"), LONG_AGO),
        **dict.fromkeys(("actor_id", "subject_id", "object_id")),
        **dict.fromkeys(("action", "object_kind", "origin", "result", "commitment"), ""),
        "data": {},
    }
)
"""What an emptied event tells: nothing. Beside it stand its id, the link back and its hash."""


class AuditEvent(Model):
    """One thing that was done: who, what, to which object, from where, with what result."""

    __tablename__ = "audit_event"
    __table_args__ = (sa.Index("ix_audit_event_object", "object_kind", "object_id"),)

    id: Mapped[Id]
    at: Mapped[datetime] = mapped_column(info=PLAIN)
    recorded_at: Mapped[datetime] = mapped_column(info=PLAIN)
    actor_id: Mapped[int | None] = mapped_column(index=True, info=PERSON)
    subject_id: Mapped[int | None] = mapped_column(index=True, info=PERSON)
    action: Mapped[str] = mapped_column(sa.String(80), info=PLAIN)
    object_kind: Mapped[str] = mapped_column(sa.String(40), info=PLAIN)
    object_id: Mapped[int | None] = mapped_column(info=PLAIN)
    origin: Mapped[str] = mapped_column(sa.String(40), info=PLAIN)
    result: Mapped[str] = mapped_column(sa.String(40), info=PLAIN)
    data: Mapped[dict[str, Any]] = mapped_column(info=PLAIN)
    commitment: Mapped[str] = mapped_column(sa.String(64), info=PLAIN)
    previous: Mapped[str] = mapped_column(sa.String(64), info=PLAIN)
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True, info=PLAIN)


class AuditHead(Model):
    """The single row that says where the chain ends; its lock puts writers in line."""

    __tablename__ = "audit_head"

    id: Mapped[Id]
    hash: Mapped[str] = mapped_column(sa.String(64), info=PLAIN)
    events: Mapped[int] = mapped_column(info=PLAIN)


class PersonSalt(Model):
    """The secret that ties the chain to a person's data; empty for good after an erasure."""

    __tablename__ = "person_salt"

    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PERSON)
    salt: Mapped[bytes] = mapped_column(sa.LargeBinary(32), info=SECRET)


Proofs = Mapping[int, tuple[int, str]]
"""By the id of a thing: the person whose it is, and the text to prove."""


@dataclass(frozen=True, slots=True)
class _Kept:
    action: str
    object_kind: str
    object_id: int | None
    actor_id: int | None
    subject_id: int | None
    origin: str
    result: str
    data: dict[str, Any]
    at: datetime
    proof_of: str | Proofs | None


def record(
    action: str,
    thing: tuple[str, int | None],
    *,
    by: Actor,
    subject_id: int | None = None,
    result: str = "done",
    proof_of: str | Proofs | None = None,
    **data: str | int | bool | None,
) -> None:
    """Keep one event for the chain; it is written with the commit of this unit of work.

    `thing` is (kind, id). `data` holds ids, codes and numbers only, never names or text.
    `subject_id` is the person it is about. Of `proof_of` only `HMAC(person's salt, text)` is kept,
    as `data["proof"]`: it shows later that the text is still the same, and tells nothing of it.
    For things of several people it may be `Proofs`, kept as `data["proofs"]` by thing.
    """
    kept = db.session().info.setdefault("audit", [])
    kept.append(
        _Kept(
            action=action,
            object_kind=thing[0],
            object_id=thing[1],
            actor_id=by.person_id,
            subject_id=subject_id,
            origin=by.origin,
            result=result,
            data=dict(data),
            at=clock.now(),
            proof_of=proof_of,
        )
    )


@contextmanager
def savepoint() -> Iterator[None]:
    """Undo what the block did when it raises, its events too; the rest of the unit stays."""
    kept = db.session().info.setdefault("audit", [])
    before = len(kept)
    try:
        with db.session.begin_nested():
            yield
    except BaseException:
        del kept[before:]
        raise


def on_behalf(by: Actor, person_id: int) -> int | None:
    """Return for whom `by` acts, as `on_behalf_of`; None for who acts for themselves or a job."""
    return None if by.person_id in (None, person_id) else person_id


@before_commit
def _write_kept(session: Session) -> None:
    kept: list[_Kept] = session.info.pop("audit", [])
    if not kept:
        return
    head = session.scalars(sa.select(AuditHead).with_for_update()).one_or_none()
    if head is None:
        head = AuditHead(id=1, hash=GENESIS, events=0)
        session.add(head)
        session.flush()  # a second writer now waits, or fails on the primary key
    salts = salts_of(session, _people_in(kept))
    recorded_at = clock.real_now()
    previous = head.hash
    rows: list[dict[str, Any]] = []
    for one in kept:
        salt = salts.get(one.subject_id)
        data = one.data | _proofs(one, salts)
        row: dict[str, Any] = {
            "at": one.at,
            "recorded_at": recorded_at,
            "actor_id": one.actor_id,
            "subject_id": one.subject_id,
            "action": one.action,
            "object_kind": one.object_kind,
            "object_id": one.object_id,
            "origin": one.origin,
            "result": one.result,
            "data": data,
            "commitment": commitment(salt, data),
            "previous": previous,
        }
        row["hash"] = previous = chain_hash(row)
        rows.append(row)
    session.execute(sa.insert(AuditEvent), rows)
    head.hash = previous
    head.events += len(rows)
    session.flush()


def _people_in(kept: Iterable[_Kept]) -> set[int]:
    subjects = {one.subject_id for one in kept if one.subject_id is not None}
    several = (one.proof_of for one in kept if isinstance(one.proof_of, Mapping))
    return subjects | {whose for proofs in several for whose, _text in proofs.values()}


def _proofs(one: _Kept, salts: Mapping[int | None, bytes]) -> dict[str, Any]:
    if one.proof_of is None:
        return {}
    if isinstance(one.proof_of, str):
        return {"proof": proof(salts.get(one.subject_id), one.proof_of)}
    several = one.proof_of.items()
    return {"proofs": {str(thing): proof(salts.get(id_), text) for thing, (id_, text) in several}}


def salts_of(session: Session, person_ids: set[int]) -> dict[int | None, bytes]:
    """Return the salts of these people; who has none yet gets one.

    For who was erased it is one that nobody keeps: what comes after cannot be proved either.
    Call it only while the chain's head is locked, or two writers make the same salt.
    """
    rows = session.execute(
        sa.select(PersonSalt.person_id, PersonSalt.salt).where(PersonSalt.person_id.in_(person_ids))
    )
    known: dict[int | None, bytes] = {row.person_id: row.salt or ids.salt() for row in rows}
    fresh: dict[int | None, bytes] = {
        person_id: ids.salt() for person_id in sorted(person_ids - set(known))
    }
    if fresh:
        session.execute(
            sa.insert(PersonSalt),
            [{"person_id": person_id, "salt": salt} for person_id, salt in fresh.items()],
        )
    return {**known, **fresh}


def destroy_salt(person_id: int, *, by: Actor) -> None:
    """Make all that the chain holds of a person unprovable, for good, and record that it was done.

    An empty salt stays in its place, so that nobody ever gets another.
    """
    record(ERASED, ("person", None), by=by, person=person_id)
    session = db.session()
    found = session.get(PersonSalt, person_id)
    if found is None:
        session.add(PersonSalt(person_id=person_id, salt=b""))
    else:
        found.salt = b""
    session.flush()  # the events of this very unit are tied to no salt any more


def commitment(salt: bytes | None, data: dict[str, Any]) -> str:
    """Return `HMAC(salt, data)` as hexadecimal text; without a person the salt is empty."""
    return hmac.digest(salt or b"", _canonical(data), "sha256").hex()


def proof(salt: bytes | None, text: str) -> str:
    """Return `HMAC(salt, text)` as hexadecimal text."""
    return hmac.digest(salt or b"", text.encode(), "sha256").hex()


def chain_hash(row: dict[str, Any]) -> str:
    """Return the hash of one event: everything but its own id, data and hash."""
    fields = ("actor_id", "subject_id", "action", "object_kind", "object_id", "origin", "result")
    content = {name: row[name] for name in fields}
    content |= {"at": row["at"].isoformat(), "recorded_at": row["recorded_at"].isoformat()}
    content |= {"commitment": row["commitment"], "previous": row["previous"]}
    return hashlib.sha256(_canonical(content)).hexdigest()


# One for all: json.dumps would make another for every event of a long chain.
_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def _canonical(value: dict[str, Any]) -> bytes:
    return _encoder.encode(value).encode()


def chain_faults() -> Iterator[str]:
    """Yield one sentence per place where the chain is broken; nothing when it is whole."""
    previous, count = GENESIS, 0
    fields = [column for column in AuditEvent.__table__.columns if column.name != "id"]
    salts = known_salts()
    yield from _salt_faults(set(salts))
    rows = db.session.execute(sa.select(AuditEvent.id, *fields).order_by(AuditEvent.id))
    for row in rows.mappings():
        values = dict(row)
        if values["previous"] != previous:
            yield f"audit event {values['id']} does not follow the one before it"
        yield from event_faults(values, salts)
        previous, count = values["hash"], count + 1
    head = db.session.scalars(sa.select(AuditHead)).one_or_none()
    if (head.hash if head else GENESIS) != previous or (head.events if head else 0) != count:
        yield "the audit chain does not end where its head says"


def known_salts() -> dict[int, bytes]:
    """Return the salts of everybody who was not erased."""
    return {
        row.person_id: row.salt for row in db.session.scalars(sa.select(PersonSalt)) if row.salt
    }


def event_faults(values: dict[str, Any], salts: Mapping[int, bytes]) -> Iterator[str]:
    """Yield what is wrong with one event by itself."""
    if values["action"] == EMPTIED["action"]:
        if any(values[name] != value for name, value in EMPTIED.items()):
            yield f"audit event {values['id']} was emptied in part"
        return
    if values["hash"] != chain_hash(values):
        yield f"audit event {values['id']} was changed"
    subject = values["subject_id"]
    provable = subject is None or subject in salts
    if provable and values["commitment"] != commitment(salts.get(subject), values["data"]):
        yield f"the data of audit event {values['id']} were changed"


def empty(event_ids: Collection[int]) -> None:
    """Let events keep their place and their hash only; nobody can bring back what they told.

    A checkpoint must say first that they may go, or the next check finds them. Raises ValueError
    for an event that is not as it was written: it is evidence, and stays.
    """
    which = AuditEvent.id.in_(event_ids)
    salts = known_salts()
    rows = db.session.execute(sa.select(*AuditEvent.__table__.columns).where(which)).mappings()
    for values in rows:
        for fault in event_faults(dict(values), salts):
            raise ValueError(fault)
    db.session.execute(
        sa.update(AuditEvent).where(which).values(EMPTIED),
        execution_options={"synchronize_session": False},
    )


def _salt_faults(salted: set[int]) -> Iterator[str]:
    """Yield who has events and no salt any more, though no erasure destroyed it."""
    subjects = sa.select(AuditEvent.subject_id).where(AuditEvent.subject_id.is_not(None)).distinct()
    gone = {one for one in db.session.scalars(subjects) if one is not None} - salted
    if not gone:
        return
    erasures = db.session.scalars(sa.select(AuditEvent.data).where(AuditEvent.action == ERASED))
    for person_id in sorted(gone - {data.get("person") for data in erasures}):
        yield f"the salt of person {person_id} was destroyed without an erasure"
