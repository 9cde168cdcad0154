"""Job: issued files get proof for later, and again before a time stamp ends."""

from __future__ import annotations

import time
from datetime import UTC, timedelta

import structlog

from academy.kernel import clock, disk, queue
from academy.kernel.db import unit_of_work
from academy.kernel.documents import DocumentError
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.adapters.archive import Answers, InformationAwayError, archived
from certificates.adapters.timestamp import AuthorityAwayError
from certificates.queries.archive import due_files, is_newest
from certificates.rules.archiving import Newest, chance_until, next_level
from certificates.services.archiving import ProvedFile, record_archived

ARCHIVE_JOB = "certificates.archive"
AT_ONCE = 20
"""How many files one job tries: then others have their turn, and the next job goes on."""
ROUNDS_KEPT = timedelta(days=2)
REST_SECONDS = 6 * 3600.0
"""How long a file is left alone that could not be proved: each try may cost a time stamp."""
MOST_ADDED = 1024 * 1024
"""More than a proof adds to a file: so much room there must be before a stamp is bought."""
STRANGE = "BadStamp:another_authority"
MOST_STRANGE = 3
"""After so many stamps in a row of an authority that is not believed, the round ends."""

log = structlog.get_logger()
_resting: dict[str, float] = {}
"""Until when which file is left alone by this worker, by its hash."""


def prove_files(*, after_until: str = "", after_id: int = 0) -> None:
    """Bring the files that wait to the level that is wanted, the most urgent first.

    What cannot be proved now keeps its file and waits for the next round; it is never entered at a
    level that it has not. The arguments say behind which file the job before this one stopped.
    """
    with unit_of_work():
        wanted = [one for one in due_files() if _place(one) > (after_until, after_id)]
        queue.forget_done(ARCHIVE_JOB, before=clock.real_now() - ROUNDS_KEPT)
    wanted = [one for one in wanted if _resting.get(one.sha256, 0.0) <= time.monotonic()]
    answers, strange = Answers(current()), 0
    for file in wanted[:AT_ONCE]:
        try:
            kind = _tried(file, answers)
        except AuthorityAwayError:
            log.warning("proof waits for the time-stamp authority", files=len(wanted))
            return
        strange = strange + 1 if kind == STRANGE else 0
        if strange == MOST_STRANGE:
            log.error("proof stops: the time stamps are of another authority", files=len(wanted))
            return
    if len(wanted) > AT_ONCE:
        _go_on(behind=wanted[AT_ONCE - 1])


def _place(file: Newest) -> tuple[str, int]:
    """Return where a file stands in the order of urgency."""
    return chance_until(file).astimezone(UTC).isoformat(), file.certificate_id


def _go_on(*, behind: Newest) -> None:
    until, certificate_id = _place(behind)
    this_round = queue.rounds(clock.real_now())[ARCHIVE_JOB]
    key = f"{this_round}-behind-{certificate_id}-{behind.sha256}"
    with unit_of_work():
        queue.enqueue(ARCHIVE_JOB, key=key, after_until=until, after_id=certificate_id)


def _tried(file: Newest, answers: Answers) -> str:
    """Prove one file; what is wrong with this one only is logged, and its kind returned."""
    try:
        prove(file, answers)
    except UnreadableError as error:
        log.warning("no file to prove", certificate_id=file.certificate_id, error=str(error))
    except InformationAwayError:
        log.warning("proof waits for word on revocation", certificate_id=file.certificate_id)
    except DocumentError as error:
        if disk.failed(error):
            raise
        log.warning("no proof", certificate_id=file.certificate_id, kind=error.kind)
        if error.kind != STRANGE:  # else it is not the file that is wrong
            _resting[file.sha256] = time.monotonic() + REST_SECONDS
        return error.kind
    return ""


class UnreadableError(Exception):
    """A stored file is gone, altered, or cannot be read."""


def _read(storage: Storage, file: Newest) -> bytes:
    try:
        return storage.get(file.sha256)
    except (OSError, ValueError) as error:  # of this file only: no reason to stop the others
        raise UnreadableError(type(error).__name__) from None


def prove(file: Newest, answers: Answers) -> bool:
    """Add proof to one file, store what came of it and enter it; False if another was first.

    Raises what `adapters.archive.archived` raises, or UnreadableError: then nothing was stored.
    """
    settings = current()
    storage = Storage(settings.storage)
    with unit_of_work():
        if not is_newest(file.certificate_id, file.sha256):
            return False
    pdf = _read(storage, file)
    storage.require_room(len(pdf) + MOST_ADDED)
    made = archived(
        pdf,
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
