"""Entering a file with proof for later: the register knows it beside the issued one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.policy import SYSTEM, Actor
from certificates.models import Certificate, CertificateFile
from certificates.queries.archive import files_of
from certificates.queries.resealing import sealed_by
from certificates.rules.standing import COUNTING
from certificates.services.life import add_event


@dataclass(frozen=True, slots=True)
class ProvedFile:
    """A file that lies in storage, its level, and until when its newest time stamp carries."""

    sha256: str
    size_bytes: int
    level: str
    stamp_until: datetime


def record_archived(
    certificate_id: int, file: ProvedFile, *, grown_from: str, by: Actor = SYSTEM
) -> bool:
    """Enter a file that grew from the newest one of a certificate; the older ones stay.

    False, and nothing changes, when another worker was first or when the certificate does not
    count any more.
    """
    certificate = db.session.get_one(Certificate, certificate_id, with_for_update=True)
    if certificate.standing not in COUNTING or files_of(certificate)[-1:] != [grown_from]:
        return False
    db.session.add(
        CertificateFile(
            certificate_id=certificate.id,
            key_id=db.session.scalar(sealed_by(certificate.id)),
            sha256=file.sha256,
            size_bytes=file.size_bytes,
            level=file.level,
            made_at=clock.real_now(),
            stamp_until=file.stamp_until,
        )
    )
    add_event(certificate, "archived", by=by)
    return True
