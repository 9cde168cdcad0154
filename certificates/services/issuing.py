"""The last step of a certificate: its sealed file is stored, now the register says so.

Order (trust.md, section 6): render, seal and check outside any transaction; store the file so
that it survives a power cut; then this, in one transaction. A kill before it leaves an orphan
file and a job that is done again; a kill after it leaves nothing to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from academy.kernel import clock, events, mail
from academy.kernel.db import db
from academy.kernel.messages.engine import announce
from academy.kernel.policy import SYSTEM, Actor
from academy.kernel.settings import current
from academy.people.models import Person
from academy.people.queries.recipients import is_silent
from certificates.adapters.keys import KeyInfo
from certificates.events import CertificateIssued
from certificates.models import Certificate, CertificateFile
from certificates.rules.code import code_digest
from certificates.rules.standing import EMPTIED
from certificates.services.keys import enter_working_key
from certificates.services.life import add_event, set_standing

ISSUED_MAIL = "certificates/issued"
READY = "certificates/ready"
"""The same for who has no mail."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A sealed file that lies in storage, the key that sealed it and the code printed on it.

    `stamp_until` is the end of the certificate that made its time stamp, at level B-T.
    """

    sha256: str
    size_bytes: int
    key: KeyInfo
    code: str
    level: str = "B-B"
    stamp_until: datetime | None = None


class WeakerSealError(Exception):
    """A file has no time stamp while the academy wants one; it is not entered."""


def record_issued(certificate_id: int, file: StoredFile, *, by: Actor = SYSTEM) -> bool:
    """Enter the file of a granted certificate; False if it was entered before, or revoked.

    Ends the certificate it replaces or renews, tells who listens, and lets the holder hear.
    """
    certificate = db.session.scalars(
        sa.select(Certificate)
        .where(Certificate.id == certificate_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if certificate.state != "approved" or certificate.standing != "valid":
        return False
    certificate.sha256 = file.sha256
    certificate.size_bytes = file.size_bytes
    certificate.code_hash = code_digest(file.code)
    certificate.key_id = enter_working_key(file.key)
    certificate.issued_at = clock.now()
    certificate.state = "issued"
    _enter_file(certificate, file)
    add_event(certificate, "issued", by=by)
    _end_earlier(certificate, by=by)
    events.emit(
        CertificateIssued(
            certificate_id=certificate.id,
            person_id=certificate.person_id,
            track=certificate.track,
            issued_on=certificate.issued_on,
            first=certificate.replaces_id is None and certificate.renews_id is None,
        )
    )
    _mail_holder(certificate)
    return True


def _enter_file(certificate: Certificate, file: StoredFile) -> None:
    if current().tsa_url and file.level == "B-B":
        raise WeakerSealError
    db.session.add(
        CertificateFile(
            certificate_id=certificate.id,
            key_id=certificate.key_id,
            sha256=file.sha256,
            size_bytes=file.size_bytes,
            level=file.level,
            made_at=certificate.issued_at,
            stamp_until=file.stamp_until,
        )
    )


def _end_earlier(certificate: Certificate, *, by: Actor) -> None:
    for earlier_id, standing in (
        (certificate.replaces_id, "replaced"),
        (certificate.renews_id, "renewed"),
    ):
        if earlier_id is None:
            continue
        earlier = db.session.get_one(Certificate, earlier_id, with_for_update=True)
        if earlier.standing == "valid":  # what was revoked in between stays revoked
            set_standing(earlier, standing, by=by)


def _mail_holder(certificate: Certificate) -> None:
    person = db.session.get_one(Person, certificate.person_id)
    if not person.email:  # somebody calls or writes
        announce(
            READY,
            key=f"{READY}-{certificate.id}",
            person_ids=[person.id],
            certificate_id=certificate.id,
        )
        return
    mail.send(
        ISSUED_MAIL,
        to=person.email,
        person_id=person.id,
        language=person.ui_language,
        key=f"certificate-{certificate.id}",
        certificate_id=certificate.id,
    )


def mail_values(certificate_id: int) -> dict[str, str] | None:
    """Return what the mail to the holder prints.

    None when the certificate was taken back, or the holder wants to hear nothing.
    """
    certificate = db.session.get(Certificate, certificate_id)
    if certificate is None or certificate.standing in (*EMPTIED, "revoked"):
        return None
    if is_silent(certificate.person_id, clock.now()):
        return None
    person = db.session.get_one(Person, certificate.person_id)
    return {"call_name": person.call_name or person.display_name}
