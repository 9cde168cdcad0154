"""What `academy check` asks of the register, the files and the seals. Sentences for operators."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.documents import DocumentError
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.adapters.archive import end_of_stamp
from certificates.adapters.keys import KeysError, list_keys, root_certificate, trusted_leaves
from certificates.adapters.pinning import list_pinned, reader
from certificates.adapters.verify import Lookup, ReadSeal, check_file
from certificates.models import Certificate, CertificateFile, Serial, SigningKey
from certificates.queries.approvals import has_job, is_to_make, waits_for_name
from certificates.queries.resealing import key_of
from certificates.queries.round_jobs import MAY_REST, is_in_a_live_round
from certificates.rules.standing import EMPTIED
from certificates.rules.verdict import Finding, RegisterEntry

MOST_WAIT = timedelta(hours=1)
ORPHAN_AGE = timedelta(hours=24)
"""A younger unknown file may belong to a certificate that is being made."""
MOST_ORPHANS = 20
"""More files than this that belong to nothing do not come of a kill or a full disk."""


def file_faults() -> list[str]:
    """Return what is wrong with the files of issued certificates: absent, altered, badly sealed."""
    return list(_file_faults())


def _file_faults() -> Iterator[str]:
    rows = db.session.execute(
        sa.select(Certificate.number, Certificate.sha256, Certificate.size_bytes)
        .where(Certificate.state == "issued", Certificate.standing.not_in(EMPTIED))
        .union(
            sa.select(Certificate.number, CertificateFile.sha256, CertificateFile.size_bytes)
            .join(CertificateFile, CertificateFile.certificate_id == Certificate.id)
            .where(Certificate.standing.not_in(EMPTIED))
        )
        .order_by("number", "size_bytes")
    ).all()
    if not rows:
        return
    try:
        leaves, root = trusted_leaves(current().keys), root_certificate(current().keys)
    except KeysError:
        yield "there are issued certificates but no keys to check them with"
        return
    storage, read_seal = Storage(current().storage), reader(current().keys)
    now, told = clock.now(), _told()
    for number, sha256, size_bytes in rows:
        entry = RegisterEntry(number, "issued", None)
        try:
            data = storage.get(sha256 or "")
        except FileNotFoundError:
            yield f"certificate {number} has no file"
            continue
        except ValueError:
            yield f"the file of certificate {number} was altered"
            continue
        read: dict[str, Any] = {}
        finding = check_file(
            data,
            leaves=leaves,
            root=root,
            now=now,
            today=now.date(),
            lookup=_always(entry),
            read_seal=_noting(read_seal, read),
        )
        if finding.verdict != "original" or len(data) != size_bytes:
            yield _fault_of_seal(number, finding)
        elif sha256 in told and told[sha256] != _as_told(data, read):
            yield f"a file of certificate {number} is not sealed as the register says"


def _fault_of_seal(number: str, finding: Finding) -> str:
    if finding.reasons[0].code == "not_checked":
        return f"the seal of certificate {number} could not be looked at; check again"
    return f"the seal of certificate {number} is not valid"


@dataclass(frozen=True, slots=True)
class _Sealed:
    """How a file is sealed: its level, the key of its seal, and the end of its newest stamp."""

    level: str
    key_id: str
    stamp_until: datetime | None


def _told() -> dict[str, _Sealed]:
    """Return what the register says of how each file is sealed, by its hash."""
    rows = db.session.execute(
        sa.select(
            CertificateFile.sha256,
            CertificateFile.level,
            SigningKey.kid,
            CertificateFile.stamp_until,
        )
        .join(Certificate, Certificate.id == CertificateFile.certificate_id)
        .join(SigningKey, SigningKey.id == key_of())
    )
    return {row.sha256: _Sealed(row.level, row.kid, row.stamp_until) for row in rows}


def _as_told(data: bytes, read: dict[str, Any]) -> _Sealed | None:
    try:
        until = end_of_stamp(data) if read["level"] != "B-B" else None
    except DocumentError:
        return None
    return _Sealed(read["level"], read["key_id"], until)


def _noting(read_seal: ReadSeal, read: dict[str, Any]) -> ReadSeal:
    """Return `read_seal`, which leaves what it read in `read` too."""

    def noted(*data: bytes, **kept: Any) -> dict[str, Any]:
        read.update(read_seal(*data, **kept))
        return read

    return noted


def _always(entry: RegisterEntry) -> Lookup:
    return lambda _sha256: entry


def serial_faults() -> list[str]:
    """Return the letters and years whose serials have a gap or a double."""
    counted = sa.select(
        Certificate.letter,
        Certificate.year,
        sa.func.count().label("rows"),
        sa.func.count(Certificate.serial.distinct()).label("serials"),
        sa.func.max(Certificate.serial).label("highest"),
    ).group_by(Certificate.letter, Certificate.year)
    last = {
        (row.letter, row.year): row.last
        for row in db.session.execute(sa.select(Serial.letter, Serial.year, Serial.last))
    }
    faults = []
    for row in db.session.execute(counted):
        if row.rows != row.serials:
            faults.append(f"serials of {row.letter} {row.year} were given out twice")
        if row.highest != row.serials:
            faults.append(f"serials of {row.letter} {row.year} have a gap")
        if last.pop((row.letter, row.year), None) != row.highest:
            faults.append(f"the last serial of {row.letter} {row.year} is not the highest")
    faults += [f"serials of {one} {year} have a gap" for (one, year), n in last.items() if n]
    return faults


def waiting_faults() -> list[str]:
    """Return the granted certificates without a file that nobody is going to make.

    A round that somebody stopped makes its files later, but it is not forgotten for days.
    """
    numbers = db.session.scalars(
        sa.select(Certificate.number)
        .where(
            is_to_make(),
            Certificate.approved_at < clock.now() - MOST_WAIT,
            ~has_job("waiting", "running"),
            ~waits_for_name(),
            ~is_in_a_live_round(stopped_after=clock.now() - MAY_REST),
        )
        .order_by(Certificate.id)
    )
    return [f"certificate {number} was granted and nobody makes its file" for number in numbers]


def orphan_faults() -> list[str]:
    """Return the stored files that no certificate knows, and that nobody is busy with."""
    known = known_files()
    found = Storage(current().storage).orphans(known=known, older_than=orphans_before().timestamp())
    if are_too_many(found, known):
        fault = (
            f"{len(found)} stored files belong to nothing: is this the right database, and was it"
            " restored whole? They stay; if all is well: academy certificates sweep --all"
        )
        return [fault]
    return [
        f"file {sha256} belongs to nothing; move it aside with: academy certificates sweep"
        for sha256 in found
    ]


def are_too_many(orphans: Collection[str], known: Collection[str]) -> bool:
    """Say whether so many files belong to nothing that the database is suspect, not the files."""
    return len(orphans) > MOST_ORPHANS or (bool(orphans) and not known)


def known_files() -> set[str]:
    """Return the hashes of the files that certificates have; not of those taken back."""
    issued = sa.select(Certificate.sha256).where(
        Certificate.sha256.is_not(None), Certificate.standing.not_in(EMPTIED)
    )
    later = (
        sa.select(CertificateFile.sha256)
        .join(Certificate, Certificate.id == CertificateFile.certificate_id)
        .where(Certificate.standing.not_in(EMPTIED))
    )
    return set(db.session.scalars(issued.union(later)))


def orphans_before() -> datetime:
    """Return the instant before which an unknown file is nobody's work in progress."""
    return clock.real_now() - ORPHAN_AGE


def key_faults() -> list[str]:
    """Return the keys that sealed a certificate and are not in the folder any more."""
    folder = current().keys
    here = {key.key_id for key in (*list_keys(folder), *list_pinned(folder))}
    of_files = sa.select(CertificateFile.key_id).where(CertificateFile.key_id.is_not(None))
    first = sa.select(Certificate.key_id).where(Certificate.key_id.is_not(None))
    used = db.session.scalars(
        sa.select(SigningKey.kid)
        .where(SigningKey.id.in_(first.union(of_files)))
        .order_by(SigningKey.kid)
    )
    return [f"the public key {kid} is missing from the keys" for kid in used if kid not in here]
