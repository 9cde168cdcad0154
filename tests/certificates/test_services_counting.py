"""The verification counter: thirty a minute per address, and soon nothing tells from where."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from academy.kernel.db import db
from academy.kernel.errors import TooManyError
from certificates.models import VerificationCount
from certificates.services.counting import count_check

HERE = "198.51.100.7"
NOW = datetime(2026, 11, 23, 9, 0, 55, tzinfo=UTC)


def counted() -> list[tuple[str, int, bool]]:
    db.session.rollback()
    rows = db.session.scalars(sa.select(VerificationCount).order_by(VerificationCount.id))
    return [(row.way, row.times, row.address_hash is not None) for row in rows]


def is_refused(address: str = HERE) -> bool:
    try:
        count_check("number", address=address)
    except TooManyError:
        return True
    return False


def test_ways_are_counted_apart_and_together(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False):
        for way in ("number", "code", "number"):
            count_check(way, address=HERE)
    assert sorted(counted()) == [("code", 1, True), ("number", 2, True)]


def test_thirty_in_any_minute_and_no_more(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        assert not any(is_refused() for _ in range(30))
        assert is_refused()
        assert not is_refused("203.0.113.9")
        clock.shift(timedelta(seconds=50))  # the next minute by the clock, yet not a minute later
        assert is_refused()
        clock.shift(timedelta(seconds=25))
        assert not is_refused()


def test_what_is_refused_is_not_counted(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False):
        for _ in range(40):
            is_refused()
    assert counted() == [("number", 30, True)]


def test_the_address_is_forgotten_after_an_hour(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        count_check("code", address=HERE)
        count_check("code", address="203.0.113.9")
        clock.shift(timedelta(minutes=61))
        count_check("code", address=HERE)
    assert counted() == [("code", 1, False), ("code", 1, False), ("code", 1, True)]


def test_two_at_once_are_both_counted(app: Flask) -> None:
    def ask(_turn: int) -> bool:
        with app.app_context():
            return is_refused()

    with ThreadPoolExecutor(4) as pool:
        refused = list(pool.map(ask, range(40)))
    assert refused.count(False) == 30
    assert sum(times for _way, times, _known in counted()) == 30


def test_the_address_itself_is_not_kept(app: Flask) -> None:
    count_check("code", address=HERE)
    (kept,) = db.session.scalars(sa.select(VerificationCount.address_hash))
    assert HERE not in kept
    assert len(kept) == 64


@pytest.mark.parametrize("way", ["", "name"])
def test_another_way_is_refused_by_the_database(app: Flask, way: str) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        count_check(way, address=HERE)
