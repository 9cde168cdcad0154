"""Which files wait for proof for later, and which lost it. All files of a certificate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.settings import current
from certificates.models import Certificate, CertificateFile, SigningKey
from certificates.queries.resealing import key_of
from certificates.rules.archiving import RENEW_BEFORE, Newest, State, due_first, state_of
from certificates.rules.standing import COUNTING

PATIENCE_DAYS = 2
"""How long a file may wait before somebody should look."""


@dataclass(frozen=True, slots=True)
class ArchiveStand:
    """How many files wait for proof, since when the oldest, and how many lost or missed it."""

    level: str
    due: int
    since: datetime | None
    ended: int
    missed: int


def newest_sha256() -> sa.ScalarSelect[str]:
    """Return, for a query of certificates, the hash of the newest file of each."""
    newest = (
        sa.select(sa.func.max(CertificateFile.id))
        .where(CertificateFile.certificate_id == Certificate.id)
        .correlate(Certificate)
        .scalar_subquery()
    )
    return (
        sa.select(CertificateFile.sha256)
        .where(CertificateFile.id == newest)
        .correlate(Certificate)
        .scalar_subquery()
    )


def has_file(sha256: sa.BindParameter[str]) -> sa.ColumnElement[bool]:
    """Return, for a query of certificates, whether a file is the issued one or a later one."""
    owner = sa.select(CertificateFile.certificate_id).where(CertificateFile.sha256 == sha256)
    return sa.or_(Certificate.sha256 == sha256, Certificate.id == owner.scalar_subquery())


def later_files() -> dict[int, list[str]]:
    """Return the hashes of what was made of each issued file later, oldest first."""
    rows = db.session.execute(
        sa.select(CertificateFile.certificate_id, CertificateFile.sha256)
        .join(Certificate, Certificate.id == CertificateFile.certificate_id)
        .where(CertificateFile.sha256 != Certificate.sha256)
        .order_by(CertificateFile.id)
    )
    found: dict[int, list[str]] = {}
    for certificate_id, sha256 in rows:
        found.setdefault(certificate_id, []).append(sha256)
    return found


def files_of(certificate: Certificate) -> list[str]:
    """Return the hashes of all files of one certificate, the issued one first."""
    rows = db.session.scalars(
        sa.select(CertificateFile.sha256)
        .where(CertificateFile.certificate_id == certificate.id)
        .order_by(CertificateFile.id)
    )
    issued = [certificate.sha256] if certificate.sha256 else []
    return list(dict.fromkeys([*issued, *rows]))


def is_newest(certificate_id: int, sha256: str) -> bool:
    """Say whether a file is the newest one of a certificate that counts."""
    found = sa.select(Certificate.id).where(
        Certificate.id == certificate_id,
        Certificate.standing.in_(COUNTING),
        newest_sha256() == sha256,
    )
    return db.session.scalar(found) is not None


def due_files() -> list[Newest]:
    """Return the files that wait for proof now, the most urgent first; none when none is wanted."""
    wanted, now = current().archive_level, clock.real_now()
    return due_first(_candidates(wanted, now=now), wanted, now=now) if wanted else []


def archive_stand() -> ArchiveStand:
    """Return how it stands with the proof of all files."""
    wanted, now = current().archive_level, clock.real_now()
    found = _candidates(wanted, now=now) if wanted else []
    due = _in_state(found, "due", wanted, now=now)
    since = min((_waits_since(one) for one in due), default=None)
    ended = _in_state(found, "ended", wanted, now=now)
    missed = _in_state(found, "missed", wanted, now=now)
    return ArchiveStand(wanted, len(due), since, len(ended), len(missed))


def waiting_for_proof() -> int:
    """Return how many files wait for proof, for `/metrics`."""
    return archive_stand().due


def archive_faults() -> list[str]:
    """Return what `academy check` says: what waits too long, missed its proof, or lost it."""
    wanted, now = current().archive_level, clock.real_now()
    faults = []
    for one in _candidates(wanted, now=now) if wanted else ():
        state = state_of(one, wanted, now=now)
        if state == "ended":
            faults.append(f"the time stamp of certificate {one.number} ended and nobody renewed it")
        elif state == "missed":
            faults.append(f"certificate {one.number} missed level {wanted}: its key or stamp ended")
        elif state == "due" and (now - _waits_since(one)).days >= PATIENCE_DAYS:
            faults.append(f"certificate {one.number} still waits for level {wanted}")
    return faults


def _waits_since(file: Newest) -> datetime:
    """A renewal waits from the day on which it may begin."""
    if file.level in {"B-LT", "B-LTA"} and file.stamp_until is not None:
        return max(file.made_at, file.stamp_until - RENEW_BEFORE)
    return file.made_at


def _in_state(files: Iterable[Newest], state: State, wanted: str, *, now: datetime) -> list[Newest]:
    return [one for one in files if state_of(one, wanted, now=now) == state]


def _candidates(wanted: str, *, now: datetime) -> list[Newest]:
    """Return the newest file of each certificate that counts, but those that need nothing."""
    proved = CertificateFile.level.in_(("B-LT", "B-LTA"))
    might_begin = sa.and_(CertificateFile.level == "B-T", SigningKey.compromised_at.is_(None))
    ends_soon = sa.and_(proved, CertificateFile.stamp_until <= now + RENEW_BEFORE)
    is_weaker = sa.and_(CertificateFile.level == "B-LT", sa.literal(wanted) == "B-LTA")
    rows = db.session.execute(
        sa.select(
            Certificate.id,
            Certificate.number,
            CertificateFile.sha256,
            CertificateFile.level,
            CertificateFile.made_at,
            CertificateFile.stamp_until,
            SigningKey.valid_to,
        )
        .join(CertificateFile, CertificateFile.certificate_id == Certificate.id)
        .join(SigningKey, SigningKey.id == key_of())
        .where(
            Certificate.state == "issued",
            Certificate.standing.in_(COUNTING),
            CertificateFile.sha256 == newest_sha256(),
            sa.or_(might_begin, ends_soon, is_weaker),
        )
        .order_by(Certificate.id)
    )
    return [Newest(*row) for row in rows]
