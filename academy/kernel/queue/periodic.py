"""What comes round by the clock: enqueued once per round, however many workers there are."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from academy.kernel import clock
from academy.kernel.db import db, unit_of_work
from academy.kernel.queue.entering import enqueue
from academy.kernel.queue.models import Job

log = logging.getLogger(__name__)
periodic: dict[str, timedelta] = {}


def every(name: str, interval: timedelta) -> None:
    """Let workers enqueue the job `name`, without arguments, once per `interval` of real time.

    However many workers there are: they enqueue it under one key per interval. While one of
    that name still waits or runs, the next one waits to be enqueued.
    """
    periodic[name] = interval


def rounds(now: datetime) -> dict[str, str]:
    """Return per periodic job the key of the round in which `now` lies."""
    return {
        name: f"round-{int(now.timestamp() // interval.total_seconds())}"
        for name, interval in periodic.items()
    }


def beat(app: Flask, beaten: dict[str, str]) -> dict[str, str]:
    """Enqueue what comes round by the clock; returns the rounds that this worker has seen."""
    now = rounds(clock.real_now())
    if now == beaten:
        return beaten
    seen: dict[str, str] = {}
    try:
        with app.app_context(), unit_of_work():
            busy = _busy_names(now)
            for name, key in now.items():
                if name not in busy:
                    enqueue(name, key=key)
                    seen[name] = key
    except sa.exc.SQLAlchemyError as error:
        log.error("periodic jobs not enqueued error=%s", type(error).__name__)  # noqa: TRY400
        return beaten
    return seen


def _busy_names(now: dict[str, str]) -> set[str]:
    """Return which periodic jobs of an earlier round still wait or run: those come later."""
    rows = db.session.execute(
        sa.select(Job.name, Job.key).where(Job.name.in_(now), Job.state.in_(("waiting", "running")))
    )
    return {name for name, key in rows if key != now[name]}
