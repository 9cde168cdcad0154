"""Job: issued files get proof for later, and again before a time stamp ends."""

from __future__ import annotations

from datetime import timedelta

import structlog

from academy.kernel import clock, disk, queue
from academy.kernel.db import unit_of_work
from academy.kernel.documents import DocumentError
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.adapters.archive import Answers, InformationAwayError, archived
from certificates.adapters.timestamp import AuthorityAwayError
from certificates.queries.archive import due_files
from certificates.rules.archiving import Newest, next_level
from certificates.services.archiving import ProvedFile, record_archived

ARCHIVE_JOB = "certificates.archive"
LOOKED_AT = 200
AT_ONCE = 20
"""How many files one job proves: then others have their turn, and the next job goes on."""
ROUNDS_KEPT = timedelta(days=2)

log = structlog.get_logger()


def prove_files() -> None:
    """Bring the files that wait to the level that is wanted, the most urgent first.

    What cannot be proved now keeps its file and waits for the next round; it is never entered at a
    level that it has not.
    """
    with unit_of_work():
        wanted = due_files(limit=LOOKED_AT)
        queue.forget_done(ARCHIVE_JOB, before=clock.real_now() - ROUNDS_KEPT)
    answers, left = Answers(current()), AT_ONCE
    for file in wanted:
        if not left:
            with unit_of_work():
                queue.enqueue(ARCHIVE_JOB)
            return
        try:
            left -= prove(file, answers)
        except AuthorityAwayError:
            log.warning("proof waits for the time-stamp authority", files=len(wanted))
            return
        except InformationAwayError:
            log.warning("proof waits for word on revocation", certificate_id=file.certificate_id)
        except (FileNotFoundError, ValueError):
            log.warning("no file to prove", certificate_id=file.certificate_id)
        except DocumentError as error:
            if disk.failed(error):
                raise
            log.warning("no proof", certificate_id=file.certificate_id, kind=error.kind)


def prove(file: Newest, answers: Answers) -> bool:
    """Add proof to one file, store what came of it and enter it; False if another was first.

    Raises what `adapters.archive.archived` raises: then nothing was stored.
    """
    settings = current()
    storage = Storage(settings.storage)
    made = archived(
        storage.get(file.sha256),
        next_level(file, settings.archive_level),
        settings,
        now=clock.real_now(),
        answers=answers,
    )
    proved = ProvedFile(storage.put(made.pdf), len(made.pdf), made.level, made.stamp_until)
    with unit_of_work():
        first = record_archived(file.certificate_id, proved, grown_from=file.sha256)
    log.info("proof added", certificate_id=file.certificate_id, level=made.level, first=first)
    return first


queue.every(ARCHIVE_JOB, timedelta(minutes=15))
