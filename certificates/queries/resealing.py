"""Which key sealed which file, and which files need a new seal because theirs was lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.kernel.db import db
from certificates.models import Certificate, CertificateFile, SigningKey
from certificates.rules.standing import COUNTING

PROVED = ("B-LT", "B-LTA")
"""The levels of a file with proof for later."""


@dataclass(frozen=True, slots=True)
class LostKey:
    """A key that sealed certificates, and since when it has been in other hands, if it has."""

    id: int
    key_id: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class ToReseal:
    """A certificate whose newest file has a seal to replace.

    `sha256` is the first file with that seal: what was put behind it later went by it. `has_proof`:
    it had proof for later, which a new seal must get again.
    """

    certificate_id: int
    number: str
    sha256: str
    level: str
    has_proof: bool


@dataclass(frozen=True, slots=True)
class LostSeal:
    """A file whose key is in other hands: whether it was by then, and has a successor."""

    by_then: bool
    resealed: bool


def find_key(key_id: str) -> LostKey | None:
    """Return a key that seals certificates, by the id that people see; None for any other."""
    row = db.session.execute(
        sa.select(SigningKey.id, SigningKey.kid, SigningKey.compromised_at).where(
            SigningKey.kid == key_id, SigningKey.purpose == "certificates"
        )
    ).one_or_none()
    return LostKey(*row) if row else None


def key_of(file: type[CertificateFile] = CertificateFile) -> sa.ColumnElement[int]:
    """Return the key of a file's seal: its own, or else its certificate's."""
    return sa.func.coalesce(file.key_id, Certificate.key_id)


def sealed_at(file: type[CertificateFile] = CertificateFile) -> sa.ColumnElement[datetime]:
    """Return since when the register knows the seal of a file, which may have grown since."""
    twin = aliased(CertificateFile)
    first = (
        sa.select(sa.func.min(twin.made_at))
        .where(twin.certificate_id == Certificate.id, twin.key_id == file.key_id)
        .correlate(Certificate, file)
        .scalar_subquery()
    )
    return sa.case((key_of(file) == Certificate.key_id, Certificate.issued_at), else_=first)


def newest_key() -> sa.ColumnElement[int]:
    """Return, for a query of certificates, the key of the newest seal of each."""
    newest, later = aliased(CertificateFile), aliased(CertificateFile)
    is_later = sa.exists().where(
        later.certificate_id == newest.certificate_id, later.id > newest.id
    )
    key = (
        sa.select(newest.key_id)
        .where(newest.certificate_id == Certificate.id, ~is_later)
        .correlate(Certificate)
        .scalar_subquery()
    )
    return sa.func.coalesce(key, Certificate.key_id)


def sealed_by(certificate_id: int) -> sa.Select[int]:
    """Return the query for the key of a certificate's newest seal."""
    return sa.select(newest_key()).where(Certificate.id == certificate_id)


def count_to_reseal(key: LostKey, *, everything: bool) -> int:
    """Return how many certificates need a new seal in the place of that of a key."""
    wanted = _wanted(key, everything=everything).with_only_columns(sa.func.count())
    return db.session.scalar(wanted.order_by(None)) or 0


def to_reseal(key: LostKey, *, everything: bool, after: int, limit: int) -> list[ToReseal]:
    """Return the next certificates, above the id `after`, whose newest seal is of this key.

    Those that were sealed since its loss; with `everything` those of before it too, but for what
    had proof for later by then.
    """
    rows = db.session.execute(
        _wanted(key, everything=everything).where(Certificate.id > after).limit(limit)
    ).all()
    first = _first_files(key, [row.id for row in rows])
    return [
        ToReseal(row.id, row.number, *first.get(row.id, (row.sha256, "B-B", False))) for row in rows
    ]


def is_to_reseal(certificate_id: int, key: LostKey) -> bool:
    """Say whether the newest seal of a certificate that counts is of this key."""
    wanted = _wanted(key, everything=True).where(Certificate.id == certificate_id)
    return db.session.execute(wanted).first() is not None


def _wanted(key: LostKey, *, everything: bool) -> sa.Select[int, str, str | None]:
    # The first file with a seal says when the register got to know it.
    first = (
        sa.select(sa.func.min(CertificateFile.made_at))
        .where(CertificateFile.certificate_id == Certificate.id, CertificateFile.key_id == key.id)
        .correlate(Certificate)
        .scalar_subquery()
    )
    known_at = sa.case((Certificate.key_id == key.id, Certificate.issued_at), else_=first)
    return (
        sa.select(Certificate.id, Certificate.number, Certificate.sha256)
        .where(
            Certificate.state == "issued",
            Certificate.standing.in_(COUNTING),
            newest_key() == key.id,
            sa.or_(known_at >= key.since, ~_had_proof(key))
            if everything
            else known_at >= key.since,
        )
        .order_by(Certificate.id)
    )


def _had_proof(key: LostKey) -> sa.ColumnElement[bool]:
    """Return whether the proof of a certificate shows that its seal is older than the loss."""
    file = aliased(CertificateFile)
    return sa.exists().where(
        file.certificate_id == Certificate.id,
        key_of(file) == key.id,
        file.level.in_(PROVED),
        file.made_at < key.since,
    )


def _first_files(key: LostKey, ids: list[int]) -> dict[int, tuple[str, str, bool]]:
    rows = db.session.execute(
        sa.select(CertificateFile.certificate_id, CertificateFile.sha256, CertificateFile.level)
        .join(Certificate, Certificate.id == CertificateFile.certificate_id)
        .where(Certificate.id.in_(ids), key_of() == key.id)
        .order_by(CertificateFile.id.desc())
    ).all()
    proved = {row.certificate_id for row in rows if row.level in PROVED}
    return {
        row.certificate_id: (row.sha256, row.level, row.certificate_id in proved) for row in rows
    }


def lost_seals() -> dict[str, LostSeal]:
    """Return the files that carry the seal of a lost key, by their hashes."""
    lost = SigningKey.compromised_at
    issued = sa.select(
        Certificate.sha256,
        (Certificate.issued_at >= lost).label("by_then"),
        (newest_key() != Certificate.key_id).label("resealed"),
    ).join(SigningKey, SigningKey.id == Certificate.key_id)
    later = (
        sa.select(
            CertificateFile.sha256,
            (sealed_at() >= lost).label("by_then"),
            (newest_key() != key_of()).label("resealed"),
        )
        .join(Certificate, Certificate.id == CertificateFile.certificate_id)
        .join(SigningKey, SigningKey.id == key_of())
    )
    rows: Iterable[Any] = chain.from_iterable(
        db.session.execute(query.where(lost.is_not(None))) for query in (issued, later)
    )
    return {row.sha256: LostSeal(bool(row.by_then), bool(row.resealed)) for row in rows}
