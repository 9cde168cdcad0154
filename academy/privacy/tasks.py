"""What a worker does for privacy: make files, forget people, wipe the disk, clear what is old."""

from __future__ import annotations

from datetime import timedelta

from academy.kernel import clock, queue
from academy.kernel.db import unit_of_work
from academy.kernel.queue import NotNowError
from academy.privacy.adapters.wiping import wipe as wipe_bytes
from academy.privacy.services import exports, requests, retention

DAILY_JOB = "privacy.daily"
JOBS_KEPT = timedelta(days=30)
BUSY_WAIT = timedelta(seconds=20)


def daily() -> None:
    """Carry out what is due, end old files, and clear what is old where that is switched on."""
    for request_id in requests.due_requests():
        with unit_of_work():
            requests.carry_out(request_id)
    with unit_of_work():
        ended = exports.end_old()
        queue.forget_done(DAILY_JOB, before=clock.real_now() - JOBS_KEPT)
    cleared = retention.clear_all()
    if ended or cleared:
        wipe_bytes()


def wipe(person_id: int) -> None:
    """Let no byte of an erased person lie on the disk; waits for whoever still reads."""
    if not wipe_bytes():
        raise NotNowError(BUSY_WAIT)
    with unit_of_work():
        requests.close(person_id, "wiped")


queue.every(DAILY_JOB, timedelta(days=1))
