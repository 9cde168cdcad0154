"""Cursors: what we packed comes back, what anybody else packed is no cursor."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime

import pytest

from academy.kernel.db import from_cursor, to_cursor


def packed(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def test_what_was_packed_comes_back():
    moment = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    cursor = to_cursor("ylmaz", 7, date(2026, 11, 23), moment)
    assert from_cursor(cursor, str, int, date, datetime) == (
        "ylmaz",
        7,
        date(2026, 11, 23),
        moment,
    )


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        (("gisteren", 7), (date, int)),
        (("2026-11-23", 2**31), (date, int)),
        (("2026-11-23T08:30:00", 7), (datetime, int)),
        (("2026-11-23", "7"), (date, int)),
        ((True, 7), (int, int)),
        (("a\0b", 7), (str, int)),
        (("\ud800", 7), (str, int)),
        ((7,), (int, int)),
    ],
)
def test_what_somebody_else_packed_is_no_cursor(values, kinds):
    assert from_cursor(packed(*values), *kinds) is None


def test_a_wrong_day_in_a_cursor_is_no_error_on_a_page(client):
    wrong = packed("gisteren", 1)
    assert client.get(f"/verhalen?na={wrong}").status_code == 200
