"""What is done with a list: it is taken along, and given-up work is tried again."""

from __future__ import annotations

from academy.kernel import audit, clock, policy, queue
from academy.kernel.policy import Actor
from academy.reporting.policies import EXPORT, RETRY_JOBS
from academy.reporting.queries.jobs import reaches_of


def record_export(name: str, *, rows: int, by: Actor) -> None:
    """Record that somebody took a list along: which one and how many rows."""
    policy.require_right(by, EXPORT)
    policy.require_step_up(by, EXPORT, clock.real_now())
    audit.record("reporting:list:exported", ("list", None), by=by, list=name, rows=rows)


def retry_job(job_id: int, *, by: Actor) -> None:
    """Let given-up work be tried again.

    Raises NotFoundError when it was not given up, or lies outside what `by` looks after.
    """
    letter = queue.get_dead_letter(job_id)
    policy.require(by, RETRY_JOBS, reaches_of([letter])[job_id])
    queue.retry(job_id, by=by)
