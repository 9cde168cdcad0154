"""Job: make the files of a round in small groups, one job after another."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from academy.kernel import clock, ids, queue
from academy.kernel.db import unit_of_work
from academy.kernel.documents import DocumentError
from academy.kernel.resources import vendor_file
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.adapters.many import AT_ONCE, Paper, Sealing, make_certificates
from certificates.adapters.signer import external_seal
from certificates.queries.printing import find_to_print
from certificates.queries.rounds import next_to_make
from certificates.rules.code import LENGTH
from certificates.services import rounds
from certificates.services.credentials import prepare_credential
from certificates.services.issuing import StoredFile, record_issued
from certificates.services.names import ISSUE_JOB, job_key
from certificates.tasks import key_of

log = structlog.get_logger()


def issue_round(round_id: int) -> None:
    """Make the next files of a round and enqueue the rest; nothing while it is stopped.

    A second time, after a kill, it makes what was not entered yet. What cannot be made in a group
    gets a job of its own, which tries again and is shown when it gives up. So does everything
    when seals carry a time stamp: each waits for the authority by itself.
    """
    with unit_of_work():
        certificate_ids = next_to_make(round_id, limit=AT_ONCE)
    if not certificate_ids:
        return
    if current().tsa_url:
        _leave(certificate_ids)
    else:
        _make(certificate_ids)
    with unit_of_work():
        if next_to_make(round_id, limit=1):
            rounds.go_on(round_id)


def _make(certificate_ids: Sequence[int]) -> None:
    settings = current()
    papers: dict[int, Paper] = {}
    codes: dict[int, str] = {}
    with unit_of_work():
        for certificate_id in certificate_ids:
            code = ids.crockford(LENGTH)
            found = find_to_print(certificate_id, code=code, public_url=settings.public_url)
            if found is None:
                continue
            credential = prepare_credential(certificate_id, code=code)
            papers[certificate_id] = Paper(found.printed, found.design, found.look, credential)
            codes[certificate_id] = code
    sealing = Sealing(
        keys_folder=settings.keys,
        passphrase=settings.keys_passphrase,
        now=clock.real_now(),
        fonts_folder=vendor_file("print"),
        external=external_seal(settings),
    )
    storage = Storage(settings.storage)
    made = make_certificates(list(papers.values()), sealing)
    for certificate_id, sealed in zip(papers, made, strict=True):
        if isinstance(sealed, DocumentError):
            log.warning("left to its own job", certificate_id=certificate_id, kind=sealed.kind)
            _leave([certificate_id])
            continue
        sha256 = storage.put(sealed.pdf)
        file = StoredFile(
            sha256=sha256,
            size_bytes=len(sealed.pdf),
            key=key_of(sealed.key_id),
            code=codes[certificate_id],
        )
        with unit_of_work():
            record_issued(certificate_id, file)


def _leave(certificate_ids: Sequence[int]) -> None:
    with unit_of_work():
        for one in certificate_ids:
            queue.enqueue(ISSUE_JOB, key=job_key(one), certificate_id=one)
