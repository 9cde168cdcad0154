"""Job: once a day the register is written as the snapshot that anyone may download."""

from __future__ import annotations

from datetime import timedelta

import structlog

from academy.kernel import clock, queue
from academy.kernel.db import unit_of_work
from academy.kernel.durable import write_whole
from certificates.adapters.keys import KeysError
from certificates.services.snapshot import make_snapshot, public_file

PUBLISH_JOB = "certificates.publish-snapshot"
JOBS_KEPT = timedelta(days=30)

log = structlog.get_logger()


def publish_snapshot() -> None:
    """Write the snapshot anew; without sealing keys there is none yet."""
    with unit_of_work():
        try:
            data = make_snapshot()
        except KeysError:
            log.info("no snapshot without keys")
            return
        queue.forget_done(PUBLISH_JOB, before=clock.real_now() - JOBS_KEPT)
    write_whole(public_file(), data)


queue.every(PUBLISH_JOB, timedelta(days=1))
