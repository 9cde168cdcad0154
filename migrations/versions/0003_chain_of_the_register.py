"""Enter what was issued before files had rows and the register had a chain.

Revision: 0003. After: 0002.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

GENESIS = "0" * 64
STEPS = """
select e.id, e.kind, e.at, e.by_id, e.ground, c.number, c.letter, c.year, c.serial, c.track,
  c.language, c.issued_on, c.valid_until, c.state, c.sha256, c.size_bytes, k.kid,
  old.number as replaces, before.number as renews, c.standing, c.standing_since, c.name_hidden_on,
  cast(c.content as text) as content, c.person_id, c.printed_name, c.promise, c.code_hash
from certificate_event e
join certificate c on c.id = e.certificate_id
left join signing_key k on k.id = c.key_id
left join certificate old on old.id = c.replaces_id
left join certificate before on before.id = c.renews_id
where e.id not in (select event_id from register_entry)
order by e.id
"""
FACTS = (
    *("number", "letter", "year", "serial", "track", "language", "issued_on", "valid_until"),
    *("state", "sha256", "size_bytes", "kid", "replaces", "renews", "standing", "standing_since"),
    "name_hidden_on",
)
ENTRY = sa.table(
    "register_entry",
    *(sa.column(name) for name in ("id", "position", "event_id", "kind", "number", "sha256")),
    sa.column("at", sa.DateTime(timezone=True)),
    *(sa.column(name) for name in ("facts", "holder", "step", "previous", "hash")),
)
HEAD = sa.table("register_head", *(sa.column(name) for name in ("id", "hash", "entries")))
SALT = sa.table("person_salt", sa.column("person_id"), sa.column("salt", sa.LargeBinary))


FILES = """
insert into certificate_file (certificate_id, sha256, size_bytes, level, made_at)
select id, sha256, size_bytes, 'B-B', issued_at from certificate
where state = 'issued' and sha256 is not null
  and not exists (select 1 from certificate_file as known where known.sha256 = certificate.sha256)
"""


def upgrade() -> None:
    """Enter every file, and every step in the order in which it was written down."""
    connection = op.get_bind()
    connection.execute(sa.text(FILES))
    steps = connection.execute(sa.text(STEPS)).mappings().all()
    if not steps or connection.execute(sa.select(HEAD.c.id)).first():
        return
    salts = {row.person_id: bytes(row.salt) for row in connection.execute(sa.select(SALT))}
    previous = GENESIS
    for position, step in enumerate(steps, 1):
        person_id = step["person_id"]
        if person_id not in salts:
            salts[person_id] = secrets.token_bytes(32)
            connection.execute(sa.insert(SALT).values(person_id=person_id, salt=salts[person_id]))
        row = _entry(step, position=position, salt=salts[person_id], previous=previous)
        previous = row["hash"]
        connection.execute(sa.insert(ENTRY).values(id=position, **row))
    connection.execute(sa.insert(HEAD).values(id=1, hash=previous, entries=len(steps)))
    if connection.dialect.name == "postgresql":
        connection.execute(
            sa.text(
                "select setval(pg_get_serial_sequence('register_entry', 'id'),"
                " (select max(id) from register_entry))"
            )
        )


def downgrade() -> None:
    """Empty the chain; 0002 takes its tables and the files' rows away."""
    connection = op.get_bind()
    connection.execute(sa.delete(ENTRY))
    connection.execute(sa.delete(HEAD))


def _entry(step: Any, *, position: int, salt: bytes, previous: str) -> dict[str, Any]:
    at = _moment(step["at"])
    content = json.loads(step["content"])
    content.pop("signatories", None)
    facts = [*(_plain(step[name]) for name in FACTS), _sha256(content)]
    number = step["number"]
    names = ("person_id", "printed_name", "promise", "code_hash")
    whose = [number, *(step[name] for name in names)]
    row: dict[str, Any] = {
        "position": position,
        "event_id": step["id"],
        "kind": step["kind"],
        "number": number,
        "sha256": step["sha256"],
        "facts": _sha256(facts),
        "holder": _keyed(salt, whose),
        "step": _keyed(salt, [number, step["by_id"], step["ground"]]),
        "previous": previous,
    }
    names = ("position", "event_id", "kind", "number", "sha256", "facts", "holder", "step")
    hashed = [*(row[name] for name in names), previous, at.isoformat()]
    return {**row, "at": at, "hash": _sha256(hashed)}


def _moment(value: Any) -> datetime:
    """Return an instant in UTC; SQLite gives text without a zone to a bare statement."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _sha256(value: Any) -> str:
    return hashlib.sha256(_canonical(value)).hexdigest()


def _keyed(salt: bytes, value: Any) -> str:
    return hmac.digest(salt, _canonical(value), "sha256").hex()
