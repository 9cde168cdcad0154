"""What a worker does for privacy: make files, forget people, wipe the disk, clear what is old."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from academy.kernel import clock, queue
from academy.kernel.db import db, unit_of_work
from academy.kernel.queue import NotNowError
from academy.privacy.adapters.wiping import wipe as wipe_bytes
from academy.privacy.services import exports, requests, retention

log = logging.getLogger(__name__)

DAILY_JOB = "privacy.daily"
JOBS_KEPT = timedelta(days=30)
BUSY_WAIT = timedelta(seconds=20)


def daily() -> None:
    """Carry out what is due, end old files, and clear what is old where that is switched on.

    Every request and every kind stands by itself: what fails keeps nothing else waiting. It fails
    the job at the end, so that it is tried again and seen.
    """
    failures: list[Exception] = []
    for request_id in requests.due_requests():
        with _by_itself(failures, "erasure", request_id), unit_of_work():
            requests.carry_out(request_id)
    ended = cleared = 0
    with _by_itself(failures, "exports"), unit_of_work():
        ended = exports.end_old()
        queue.forget_done(DAILY_JOB, before=clock.real_now() - JOBS_KEPT)
    for kind in retention.kinds_to_clear():
        with _by_itself(failures, kind):
            cleared += retention.clear(kind)
    if ended or cleared:
        wipe_bytes()
    if failures:
        raise failures[0]


@contextmanager
def _by_itself(failures: list[Exception], step: str, item_id: int | None = None) -> Iterator[None]:
    """Let a step fail without what follows, and log it by its id: a message may hold a name."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  whatever fails is kept, and raised at the end
        db.session.rollback()
        kind = type(error).__name__
        log.error("daily step failed step=%s id=%s error=%s", step, item_id, kind)  # noqa: TRY400
        failures.append(error)


def wipe(person_id: int) -> None:
    """Let no byte of an erased person lie on the disk; waits for whoever still reads."""
    if not wipe_bytes():
        raise NotNowError(BUSY_WAIT)
    with unit_of_work():
        requests.close(person_id, "wiped")


queue.every(DAILY_JOB, timedelta(days=1))
