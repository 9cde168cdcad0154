"""Job: once a day it is written down which certificates expired."""

from __future__ import annotations

from datetime import timedelta

from academy.kernel import clock, queue
from academy.kernel.db import unit_of_work
from certificates.services.expiring import note_expired

EXPIRE_JOB = "certificates.expire"
ROUNDS_KEPT = timedelta(days=30)


def expire() -> None:
    """Note what expired, in small units of work, and forget the earlier rounds of this job."""
    more = True
    while more:
        with unit_of_work():
            more = note_expired(today=clock.today()) > 0
    with unit_of_work():
        queue.forget_done(EXPIRE_JOB, before=clock.real_now() - ROUNDS_KEPT)


queue.every(EXPIRE_JOB, timedelta(days=1))
