"""Jobs: make a certificate's file, and remove the file of one that its holder took back."""

from __future__ import annotations

import structlog

from academy.kernel import clock, ids
from academy.kernel.db import db, unit_of_work
from academy.kernel.resources import vendor_file
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.adapters.keys import KeyInfo, list_keys
from certificates.adapters.make import SealedDocument
from certificates.adapters.many import Paper, Sealing, make_one
from certificates.adapters.pinning import list_pinned
from certificates.adapters.signer import external_seal
from certificates.adapters.timestamp import require_authority, stamped
from certificates.models import Certificate
from certificates.queries.archive import files_of
from certificates.queries.printing import find_to_print
from certificates.rules.code import LENGTH
from certificates.rules.standing import EMPTIED
from certificates.services.credentials import prepare_credential
from certificates.services.issuing import StoredFile, record_issued

log = structlog.get_logger()


def issue(certificate_id: int, *, code: str | None = None) -> None:
    """Make, seal, check, store and enter one certificate; a second time changes nothing.

    The code is random and is in nothing but the file; `code` is for a register taken over from
    elsewhere. Raises DocumentError when the paper cannot be made, KeysError without a key, and
    AuthorityAwayError without a time stamp where one is wanted: then it waits, approved.
    """
    settings = current()
    require_authority(settings)
    code = code or new_code()
    with unit_of_work():
        paper = find_paper(certificate_id, code=code)
    if paper is None:
        return
    sealed = make_one(paper, sealing_of_now())
    if settings.tsa_url:
        Storage(settings.storage).require_room(len(sealed.pdf))
    enter(certificate_id, stamped(sealed, settings, now=clock.real_now()), code=code)


def new_code() -> str:
    """Return a random code for one certificate."""
    return ids.crockford(LENGTH)


def find_paper(certificate_id: int, *, code: str) -> Paper | None:
    """Return what is to be made, with its credential; None when the file was made before."""
    found = find_to_print(certificate_id, code=code, public_url=current().public_url)
    if found is None:
        return None
    credential = prepare_credential(certificate_id, code=code)
    return Paper(found.printed, found.design, found.look, credential)


def sealing_of_now() -> Sealing:
    """Return with what certificates are sealed at this moment."""
    settings = current()
    return Sealing(
        keys_folder=settings.keys,
        passphrase=settings.keys_passphrase,
        now=clock.real_now(),
        fonts_folder=vendor_file("print"),
        external=external_seal(settings),
        with_stamp=bool(settings.tsa_url),
    )


def enter(certificate_id: int, sealed: SealedDocument, *, code: str) -> None:
    """Store a sealed file and enter it, in a unit of work of its own."""
    file = StoredFile(
        sha256=Storage(current().storage).put(sealed.pdf),
        size_bytes=len(sealed.pdf),
        key=key_named(sealed.key_id),
        code=code,
        level=sealed.level,
        stamp_until=sealed.stamp_until,
    )
    with unit_of_work():
        first = record_issued(certificate_id, file)
    log.info("certificate issued", certificate_id=certificate_id, first=first)


def key_named(key_id: str) -> KeyInfo:
    """Return one of the keys that seal here, by its id."""
    folder = current().keys
    return next(k for k in (*list_keys(folder), *list_pinned(folder)) if k.key_id == key_id)


def remove_file(certificate_id: int) -> None:
    """Remove the files of a certificate that its holder took back; again changes nothing."""
    with unit_of_work():
        certificate = db.session.get_one(Certificate, certificate_id)
        files = files_of(certificate) if certificate.standing in EMPTIED else []
    for sha256 in files:
        Storage(current().storage).path(sha256).unlink(missing_ok=True)
