"""What goes every hour: telling of logs opened in need, what ends with a right, what is final."""

from __future__ import annotations

from datetime import timedelta

from academy.coaching.services import drafts, log, openings, signals
from academy.kernel import clock, queue
from academy.kernel.db import unit_of_work
from academy.kernel.policy import SYSTEM

TELL_JOB = "coaching.tell_openings"
HAND_ON_JOB = "coaching.hand_on_signals"
DRAFTS_JOB = "coaching.drop_lost_drafts"
FINAL_JOB = "coaching.finalise"
JOBS_KEPT = timedelta(days=2)


def tell() -> None:
    """Announce what was held back until today or before; what was told stays told once."""
    with unit_of_work():
        openings.tell_due()
        queue.forget_done(TELL_JOB, before=clock.real_now() - JOBS_KEPT)


def hand_on() -> None:
    """Give signals that nobody may follow up any more to who may."""
    with unit_of_work():
        signals.hand_on_lost(by=SYSTEM)
        queue.forget_done(HAND_ON_JOB, before=clock.real_now() - JOBS_KEPT)


def drop_lost() -> None:
    """Throw away drafts that nobody may finish any more, from the day after a cover on."""
    with unit_of_work():
        drafts.drop_lost(by=SYSTEM)
        queue.forget_done(DRAFTS_JOB, before=clock.real_now() - JOBS_KEPT)


def finalise() -> None:
    """Store which talks became final by themselves, seven days after they were shown."""
    with unit_of_work():
        log.finalise_due()
        queue.forget_done(FINAL_JOB, before=clock.real_now() - JOBS_KEPT)


queue.every(TELL_JOB, timedelta(hours=1))
queue.every(HAND_ON_JOB, timedelta(hours=1))
queue.every(DRAFTS_JOB, timedelta(hours=1))
queue.every(FINAL_JOB, timedelta(hours=1))
