"""The row of a job, and what a job says that cannot be done yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import PLAIN, Id, Model, one_of

Argument = str | int | bool | None


class Job(Model):
    """One thing to do after a commit. Arguments and key hold ids and codes, never names."""

    __tablename__ = "job"
    __table_args__ = (
        sa.UniqueConstraint("name", "key", name="uq_job_name_key"),
        sa.Index("ix_job_due", "state", "run_after"),
        one_of("state", ("waiting", "running", "done", "dead")),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(sa.String(80), info=PLAIN)
    key: Mapped[str | None] = mapped_column(sa.String(200), info=PLAIN)
    arguments: Mapped[dict[str, Any]] = mapped_column(info=PLAIN)
    state: Mapped[str] = mapped_column(sa.String(10), info=PLAIN)
    run_after: Mapped[datetime] = mapped_column(info=PLAIN)
    leased_until: Mapped[datetime | None] = mapped_column(info=PLAIN)
    lease_token: Mapped[str | None] = mapped_column(sa.String(32), info=PLAIN)
    tries: Mapped[int] = mapped_column(info=PLAIN)
    losses: Mapped[int] = mapped_column(info=PLAIN)
    last_error: Mapped[str | None] = mapped_column(sa.String(120), info=PLAIN)
    created_at: Mapped[datetime] = mapped_column(info=PLAIN)
    done_at: Mapped[datetime | None] = mapped_column(info=PLAIN)


class NotNowError(Exception):
    """A job cannot be done yet through nobody's fault; it waits and no failure is counted."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait
