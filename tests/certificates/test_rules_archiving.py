"""When a file waits for proof, has it, cannot get it, or lost it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from certificates.rules.archiving import RENEW_BEFORE, Newest, due_first, next_level, state_of

NOW = datetime(2027, 1, 1, tzinfo=UTC)
FILE = Newest(
    certificate_id=1,
    number="SLHZ-B-2026-00042-74",
    sha256="0" * 64,
    level="B-T",
    made_at=NOW - timedelta(days=9),
    stamp_until=NOW + timedelta(days=3000),
    key_until=NOW + timedelta(days=700),
)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("changes", "wanted", "state"),
    [
        ({}, "B-LTA", "due"),
        ({}, "B-LT", "due"),
        ({"level": "B-B", "stamp_until": None}, "B-LTA", "never"),
        ({"key_until": NOW}, "B-LTA", "missed"),
        ({"stamp_until": NOW}, "B-LTA", "missed"),
        ({"level": "B-LT"}, "B-LT", "reached"),
        ({"level": "B-LT"}, "B-LTA", "due"),
        ({"level": "B-LTA"}, "B-LTA", "reached"),
        ({"level": "B-LTA"}, "B-LT", "reached"),
        ({"level": "B-LTA", "stamp_until": NOW + RENEW_BEFORE}, "B-LTA", "due"),
        ({"level": "B-LT", "stamp_until": NOW + RENEW_BEFORE}, "B-LT", "due"),
        ({"level": "B-LTA", "stamp_until": NOW + RENEW_BEFORE + DAY}, "B-LTA", "reached"),
        ({"level": "B-LTA", "stamp_until": NOW}, "B-LTA", "ended"),
        ({"level": "B-LTA", "key_until": NOW - DAY}, "B-LTA", "reached"),
    ],
)
def test_the_state_of_a_file(changes, wanted, state):
    assert state_of(replace(FILE, **changes), wanted, now=NOW) == state


@pytest.mark.parametrize(
    ("level", "wanted", "made"),
    [
        ("B-T", "B-LTA", "B-LTA"),
        ("B-T", "B-LT", "B-LT"),
        ("B-LT", "B-LT", "B-LTA"),
        ("B-LT", "B-LTA", "B-LTA"),
        ("B-LTA", "B-LT", "B-LTA"),
    ],
)
def test_a_renewal_always_carries_a_stamp(level, wanted, made):
    assert next_level(replace(FILE, level=level), wanted) == made


def test_the_chance_that_ends_first_comes_first():
    soon = replace(FILE, certificate_id=3, level="B-LTA", stamp_until=NOW + 9 * DAY)
    key_ends = replace(FILE, certificate_id=2, key_until=NOW + 20 * DAY)
    done = replace(FILE, certificate_id=4, level="B-LTA")
    found = due_first([FILE, done, key_ends, soon], "B-LTA", now=NOW)
    assert [one.certificate_id for one in found] == [3, 2, 1]
