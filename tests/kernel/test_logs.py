"""Lines of every part are JSON with the moment in UTC, and nobody adds lines by typing them."""

from __future__ import annotations

import io
import json
import logging
from datetime import datetime, timedelta

import pytest
import structlog

from academy.kernel.logs import PACKAGES, log_as_json


@pytest.fixture
def written(monkeypatch):
    """What is written to standard error, with the loggers as in life."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    before = structlog.get_config()
    handlers = {name: logging.getLogger(name).handlers for name in PACKAGES}
    log_as_json("INFO")
    yield stream
    structlog.configure(**before)
    for name, old in handlers.items():
        logging.getLogger(name).handlers = old


def rows(stream: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_web_and_worker_write_the_same_kind_of_line(written):
    structlog.get_logger().warning("files swept", files=2)
    logging.getLogger("academy.kernel.queue.leases").error("job dead job_id=%d", 3)

    first, second = rows(written)
    assert (first["event"], first["level"], first["files"]) == ("files swept", "warning", 2)
    assert (second["event"], second["level"]) == ("job dead job_id=3", "error")
    moments = [datetime.fromisoformat(row["timestamp"]) for row in (first, second)]
    assert [one.utcoffset() for one in moments] == [timedelta(0)] * 2


def test_a_typed_line_is_no_line_of_the_log(written):
    typed = 'x"}\n{"event": "job done"'
    structlog.get_logger().warning("refused", why=typed)
    logging.getLogger("courses").error("refused %s", typed)

    assert [row["event"].split()[0] for row in rows(written)] == ["refused", "refused"]


def test_what_is_below_the_level_is_left_out(written):
    log_as_json("ERROR")
    logging.getLogger("certificates").warning("proof waits")
    structlog.get_logger().warning("proof waits")
    assert rows(written) == []
