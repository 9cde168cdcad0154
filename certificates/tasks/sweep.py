"""Job: once a day what a kill or a full disk left behind leaves the stored files.

A file that no certificate knows is moved aside first: after a restore of an older backup, or with
the wrong database, it may be the only copy of a certificate that somebody has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from academy.kernel import clock, queue
from academy.kernel.db import unit_of_work
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.queries.checks import (
    are_too_many,
    known_files,
    orphans_before,
)

SWEEP_JOB = "certificates.sweep"
JOBS_KEPT = timedelta(days=30)
ASIDE_KEPT = timedelta(days=90)
"""How long a file that was moved aside is kept."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Swept:
    """How many temporary files went, how many others were moved aside, and how many refused."""

    temporary: int
    aside: int
    refused: int = 0


def sweep_files() -> None:
    """Clean the stored files up; what was made in the last day stays."""
    done = sweep()
    with unit_of_work():
        queue.forget_done(SWEEP_JOB, before=clock.real_now() - JOBS_KEPT)
    if done.refused:
        log.error("sweep refused: too many files belong to nothing", files=done.refused)
    log.info("files swept", temporary=done.temporary, aside=done.aside)


def sweep(*, however_many: bool = False) -> Swept:
    """Remove temporary files and move aside what no certificate knows.

    When that is much, or when no certificate is known at all, the database may be the wrong one:
    then nothing is moved, unless `however_many`.
    """
    with unit_of_work():
        known = known_files()
    storage, before = Storage(current().storage), orphans_before().timestamp()
    temporary = storage.remove_temporary(older_than=before)
    orphans = storage.orphans(known=known, older_than=before)
    if are_too_many(orphans, known) and not however_many:
        return Swept(temporary, 0, refused=len(orphans))
    for sha256 in orphans:
        storage.set_aside(sha256)
    if known:
        ended = (clock.real_now() - ASIDE_KEPT).timestamp()
        storage.tidy_aside(known=known, older_than=ended)
    return Swept(temporary, len(orphans))


queue.every(SWEEP_JOB, timedelta(days=1))
