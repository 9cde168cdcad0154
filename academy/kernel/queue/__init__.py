"""Durable jobs: a row written with the change it follows from, done at least once by a worker.

A worker leases a job, renews the lease while it works and marks the job done. What a killed
worker held is taken over when its lease ends. What met a full or failing disk waits and never
counts as a failure. So a job function takes ids, reloads, manages its
own units of work and is safe to run twice. Why our own table: docs/decisions/0002-jobs.md.
"""

from academy.kernel.queue.entering import enqueue, forget_done, insert_once, refuse_objects
from academy.kernel.queue.leases import (
    BACK_OFF,
    INLINE_LEASE,
    MOST_LOSSES,
    note_progress,
    run_pending,
)
from academy.kernel.queue.letters import (
    DeadLetter,
    count_dead,
    count_waiting_for_disk,
    dead_letters,
    get_dead_letter,
    oldest_waiting_age,
    retry,
)
from academy.kernel.queue.models import Argument, Job, NotNowError
from academy.kernel.queue.periodic import every, rounds
from academy.kernel.queue.registry import before_job, register
from academy.kernel.queue.worker import work

__all__ = [
    "BACK_OFF",
    "INLINE_LEASE",
    "MOST_LOSSES",
    "Argument",
    "DeadLetter",
    "Job",
    "NotNowError",
    "before_job",
    "count_dead",
    "count_waiting_for_disk",
    "dead_letters",
    "enqueue",
    "every",
    "forget_done",
    "get_dead_letter",
    "insert_once",
    "note_progress",
    "oldest_waiting_age",
    "refuse_objects",
    "register",
    "retry",
    "rounds",
    "run_pending",
    "work",
]
