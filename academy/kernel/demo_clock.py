"""The demo academy lives at its own date: the offset lies in its database and counts only there."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel import clock
from academy.kernel.db import PLAIN, Id, Model, db
from academy.kernel.settings import current

RUNNING = "academy.demo_running"
OFFSET = "academy.demo_offset"


class DemoClock(Model):
    """One row in a demo database; none in a real one."""

    __tablename__ = "demo_clock"

    id: Mapped[Id]
    offset_seconds: Mapped[int] = mapped_column(info=PLAIN)


def start(moment: datetime) -> None:
    """Let the academy's time run on from `moment`, from now."""
    offset = moment - clock.real_now()
    db.session.merge(DemoClock(id=1, offset_seconds=int(offset.total_seconds())))
    _forget()


def follow() -> None:
    """Set this context's clock: the database's offset in the demo, real time elsewhere."""
    if OFFSET not in current_app.extensions:
        _remember()
    clock.shift(current_app.extensions[OFFSET])


def is_running() -> bool:
    """Say whether this is the demo academy on its own clock."""
    follow()
    return bool(current_app.extensions[RUNNING])


def _remember() -> None:
    seconds = None
    if current().demo:
        with db.engine.connect() as connection:
            if sa.inspect(connection).has_table(DemoClock.__tablename__):
                seconds = connection.scalar(sa.select(DemoClock.offset_seconds))
    current_app.extensions[RUNNING] = seconds is not None
    current_app.extensions[OFFSET] = None if seconds is None else timedelta(seconds=seconds)


def _forget() -> None:
    current_app.extensions.pop(OFFSET, None)
    current_app.extensions.pop(RUNNING, None)
