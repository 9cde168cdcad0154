"""Entering a file with a new seal, in the place of one whose key was lost; the old one stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from academy.kernel import clock
from academy.kernel.db import db
from academy.kernel.messages.engine import announce
from academy.kernel.policy import SYSTEM, Actor
from certificates.adapters.keys import KeyInfo
from certificates.models import Certificate, CertificateFile
from certificates.queries.resealing import LostKey, ToReseal, is_to_reseal
from certificates.services.keys import enter_working_key
from certificates.services.life import add_event

RESEALED = "certificates/resealed"


@dataclass(frozen=True, slots=True)
class ResealedFile:
    """A file with a new seal that lies in storage, and the key of that seal."""

    sha256: str
    size_bytes: int
    key: KeyInfo
    level: str
    stamp_until: datetime | None


def record_resealed(
    found: ToReseal, file: ResealedFile, *, lost: LostKey, by: Actor = SYSTEM
) -> bool:
    """Enter a file with a new seal and tell its holder, once per lost key; the older files stay.

    False, and nothing changes, when it has a new seal already or does not count any more. Raises
    KeysError for a new key that was lost as well.
    """
    certificate = db.session.get_one(
        Certificate, found.certificate_id, with_for_update=True, populate_existing=True
    )
    if not is_to_reseal(certificate.id, lost):
        return False
    db.session.add(
        CertificateFile(
            certificate_id=certificate.id,
            key_id=enter_working_key(file.key),
            sha256=file.sha256,
            size_bytes=file.size_bytes,
            level=file.level,
            made_at=clock.now(),
            stamp_until=file.stamp_until,
        )
    )
    add_event(certificate, "resealed", by=by)
    announce(
        RESEALED,
        key=f"{RESEALED}-{lost.key_id}",
        person_ids=[certificate.person_id],
        certificate_id=certificate.id,
    )
    return True
