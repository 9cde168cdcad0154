"""Jobs: make a certificate's file, and remove the file of one that its holder took back."""

from __future__ import annotations

from datetime import timedelta

import structlog

from academy.kernel import clock, ids, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.resources import vendor_file
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.adapters.keys import KeyInfo, list_keys
from certificates.adapters.make import make_certificate
from certificates.adapters.pinning import list_pinned
from certificates.adapters.signer import external_seal
from certificates.adapters.timestamp import require_authority, stamped
from certificates.models import Certificate
from certificates.queries.printing import find_to_print
from certificates.rules.code import LENGTH
from certificates.services.credentials import prepare_credential
from certificates.services.expiring import note_expired
from certificates.services.issuing import StoredFile, record_issued

log = structlog.get_logger()

EXPIRE_JOB = "certificates.expire"
ROUNDS_KEPT = timedelta(days=30)


def issue(certificate_id: int, *, code: str | None = None) -> None:
    """Make, seal, check, store and enter one certificate; a second time changes nothing.

    The code is random and is in nothing but the file; `code` is for a register taken over from
    elsewhere. Raises DocumentError when the paper cannot be made, KeysError without a key, and
    AuthorityAwayError without a time stamp where one is wanted: then it waits, approved.
    """
    settings = current()
    require_authority(settings)
    code = code or ids.crockford(LENGTH)
    with unit_of_work():
        to_print = find_to_print(certificate_id, code=code, public_url=settings.public_url)
        credential = prepare_credential(certificate_id, code=code) if to_print else None
    if to_print is None:
        return
    sealed = make_certificate(
        to_print.printed,
        to_print.design,
        credential=credential,
        keys_folder=settings.keys,
        passphrase=settings.keys_passphrase,
        now=clock.real_now(),
        fonts_folder=vendor_file("print"),
        external=external_seal(settings),
        with_stamp=bool(settings.tsa_url),
        look=to_print.look,
    )
    sealed = stamped(sealed, settings, now=clock.real_now())
    file = StoredFile(
        sha256=Storage(settings.storage).put(sealed.pdf),
        size_bytes=len(sealed.pdf),
        key=key_of(sealed.key_id),
        code=code,
        level=sealed.level,
        stamp_until=sealed.stamp_until,
    )
    with unit_of_work():
        first = record_issued(certificate_id, file)
    log.info("certificate issued", certificate_id=certificate_id, first=first)


def key_of(key_id: str) -> KeyInfo:
    """Return the public half of the key that sealed a file."""
    folder = current().keys
    return next(k for k in (*list_keys(folder), *list_pinned(folder)) if k.key_id == key_id)


def remove_file(certificate_id: int) -> None:
    """Remove the file of a certificate that its holder took back; a second time changes nothing."""
    with unit_of_work():
        certificate = db.session.get_one(Certificate, certificate_id)
        sha256 = certificate.sha256 if certificate.standing in ("withdrawn", "ended") else None
    if sha256:
        Storage(current().storage).path(sha256).unlink(missing_ok=True)


def expire() -> None:
    """Note what expired, in small units of work, and forget the earlier rounds of this job."""
    more = True
    while more:
        with unit_of_work():
            more = note_expired(today=clock.today()) > 0
    with unit_of_work():
        queue.forget_done(EXPIRE_JOB, before=clock.real_now() - ROUNDS_KEPT)


queue.every(EXPIRE_JOB, timedelta(days=1))
