"""Telling participants, once it may be told, that their log was opened in need."""

from __future__ import annotations

from datetime import timedelta

from academy.coaching.services import openings
from academy.kernel import clock, queue
from academy.kernel.db import unit_of_work

TELL_JOB = "coaching.tell_openings"
JOBS_KEPT = timedelta(days=2)


def tell() -> None:
    """Announce what was held back until today or before; what was told stays told once."""
    with unit_of_work():
        openings.tell_due()
        queue.forget_done(TELL_JOB, before=clock.real_now() - JOBS_KEPT)


queue.every(TELL_JOB, timedelta(hours=1))
