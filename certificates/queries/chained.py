"""What of a certificate the register's chain ties down."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.kernel.db import db
from certificates.models import Certificate, CertificateFile, ChainEntry, SigningKey
from certificates.rules.chain import content_hash, day_text, facts_hash, keyed_hash


@dataclass(frozen=True, slots=True)
class Chained:
    """One certificate as it stands in the register now. `raw_content` is JSON as it is stored.

    `later` names the files that were made of the issued one, with their levels, ends and keys.
    """

    id: int
    number: str
    letter: str
    year: int
    serial: int
    track: str
    language: str
    issued_on: date
    valid_until: date | None
    state: str
    sha256: str | None
    size_bytes: int | None
    key: str | None
    replaces: str | None
    renews: str | None
    standing: str
    standing_since: date | None
    name_hidden_on: date | None
    raw_content: str
    person_id: int
    printed_name: str
    promise: str
    code_hash: str | None
    later: tuple[str, ...] = ()

    @property
    def facts(self) -> str:
        """The hash of what is nobody's person."""
        return facts_hash(
            (
                self.number,
                self.letter,
                self.year,
                self.serial,
                self.track,
                self.language,
                day_text(self.issued_on),
                day_text(self.valid_until),
                self.state,
                self.sha256,
                self.size_bytes,
                self.key,
                self.replaces,
                self.renews,
                self.standing,
                day_text(self.standing_since),
                day_text(self.name_hidden_on),
                _content_hash(self.raw_content),
                *self.later,
            )
        )

    def holder(self, salt: bytes) -> str:
        """Return the keyed hash of whose it is."""
        whose = (self.person_id, self.printed_name, self.promise, self.code_hash)
        return keyed_hash(salt, (self.number, *whose))

    def step(self, salt: bytes, *, by_id: int | None, ground: str | None) -> str:
        """Return the keyed hash of who did a step and on which ground."""
        return keyed_hash(salt, (self.number, by_id, ground))


def chained_by_id(ids: Collection[int]) -> dict[int, Chained]:
    """Return these certificates by their ids."""
    return {one.id: one for one in _chained(Certificate.id.in_(ids))}


def every_chained() -> Iterator[Chained]:
    """Yield every certificate, in the order in which they were entered."""
    return _chained(sa.true())


def has_chain() -> bool:
    """Say whether the table of the register's chain is there."""
    return sa.inspect(db.session.connection()).has_table(ChainEntry.__tablename__)


def oldest_entry() -> datetime | None:
    """Return when the first step was entered in the register's chain, or None."""
    return db.session.scalar(sa.select(sa.func.min(ChainEntry.at)))


def _chained(condition: sa.ColumnElement[bool]) -> Iterator[Chained]:
    replaced, renewed = aliased(Certificate), aliased(Certificate)
    rows: Iterable[Any] = db.session.execute(
        sa.select(
            Certificate.id,
            Certificate.number,
            Certificate.letter,
            Certificate.year,
            Certificate.serial,
            Certificate.track,
            Certificate.language,
            Certificate.issued_on,
            Certificate.valid_until,
            Certificate.state,
            Certificate.sha256,
            Certificate.size_bytes,
            SigningKey.kid,
            replaced.number,
            renewed.number,
            Certificate.standing,
            Certificate.standing_since,
            Certificate.name_hidden_on,
            sa.cast(Certificate.content, sa.Text),
            Certificate.person_id,
            Certificate.printed_name,
            Certificate.promise,
            Certificate.code_hash,
        )
        .outerjoin(SigningKey, SigningKey.id == Certificate.key_id)
        .outerjoin(replaced, replaced.id == Certificate.replaces_id)
        .outerjoin(renewed, renewed.id == Certificate.renews_id)
        .where(condition)
        .order_by(Certificate.id)
    )
    later = _later(condition)
    return (Chained(*(*row, tuple(later.get(row.id, ())))) for row in rows)


def _later(condition: sa.ColumnElement[bool]) -> dict[int, list[str]]:
    rows = db.session.execute(
        sa.select(
            CertificateFile.certificate_id,
            CertificateFile.sha256,
            CertificateFile.level,
            CertificateFile.stamp_until,
            SigningKey.kid,
        )
        .join(Certificate, Certificate.id == CertificateFile.certificate_id)
        .outerjoin(SigningKey, SigningKey.id == CertificateFile.key_id)
        .where(condition, CertificateFile.sha256 != Certificate.sha256)
        .order_by(CertificateFile.id)
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        until = row.stamp_until.isoformat() if row.stamp_until else ""
        said = f"{row.sha256} {row.level} {until} {row.kid or ''}"
        found.setdefault(row.certificate_id, []).append(said)
    return found


@lru_cache(maxsize=1024)
def _content_hash(raw: str) -> str:
    """A group's certificates say the same; what they say is parsed once."""
    return content_hash(json.loads(raw))
