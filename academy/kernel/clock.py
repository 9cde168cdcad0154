"""The only source of now.

`now` is the academy's time: the demo academy lives at its own date, and a loader or test can
stand at a moment with `at`. Security (codes, sign-ins, leases, seals) always uses `real_now`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

_standing_at: ContextVar[datetime | None] = ContextVar("standing_at", default=None)
_offset: ContextVar[timedelta | None] = ContextVar("offset", default=None)


def real_now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


def real_today() -> date:
    """Return the present date in Amsterdam, for what protects."""
    return real_now().astimezone(AMSTERDAM).date()


def now() -> datetime:
    """Return the academy's present instant in UTC: standing, shifted (demo) or real."""
    standing = _standing_at.get()
    if standing is not None:
        return standing
    return real_now() + (_offset.get() or timedelta())


def today() -> date:
    """Return the academy's date in Amsterdam."""
    return now().astimezone(AMSTERDAM).date()


def local(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """Return the UTC instant of a wall-clock time in Amsterdam."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=AMSTERDAM).astimezone(UTC)


def is_doubtful(day: date, hour: int, minute: int = 0) -> bool:
    """Say whether a wall-clock time exists never or twice: the night that the clock is changed."""
    early = datetime(day.year, day.month, day.day, hour, minute, tzinfo=AMSTERDAM)
    return early.utcoffset() != early.replace(fold=1).utcoffset()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Stand still at `moment` (aware), for loaders and tests."""
    if moment.tzinfo is None:
        raise ValueError("naive datetime")
    token = _standing_at.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _standing_at.reset(token)


def shift(offset: timedelta | None) -> None:
    """Let the academy's time run `offset` beside real time in this context (the demo clock)."""
    _offset.set(offset)
