"""Job: once a day what a kill or a full disk left behind is removed from the stored files."""

from __future__ import annotations

from datetime import timedelta

import structlog

from academy.kernel import clock, queue
from academy.kernel.db import unit_of_work
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from certificates.queries.checks import known_files, orphans_before

SWEEP_JOB = "certificates.sweep"
JOBS_KEPT = timedelta(days=30)

log = structlog.get_logger()


def sweep_files() -> None:
    """Remove the files that no certificate knows; what was made in the last day stays."""
    removed = sweep()
    with unit_of_work():
        queue.forget_done(SWEEP_JOB, before=clock.real_now() - JOBS_KEPT)
    log.info("files swept", removed=removed)


def sweep() -> int:
    """Remove them and return how many there were."""
    with unit_of_work():
        known = known_files()
    storage = Storage(current().storage)
    return storage.sweep(known=known, older_than=orphans_before().timestamp())


queue.every(SWEEP_JOB, timedelta(days=1))
