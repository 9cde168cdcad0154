"""How we measure: CPU time, statements and bytes of one request, beside a bare Flask page."""

from __future__ import annotations

import gzip
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Engine

from academy.kernel.db import db, unit_of_work
from academy.people.models import Account
from tests.factories import make_sign_in

NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Collect every statement that reaches a cursor in the block, but for transaction control."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(NOT_COUNTED):
            seen.append(statement)

    sa.event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(Engine, "before_cursor_execute", note)


def signed_in(person_id: int) -> str:
    """Let somebody be signed in on a device; returns the token of the cookie."""
    with unit_of_work():
        if db.session.get(Account, person_id) is None:
            db.session.add(Account(person_id=person_id, mailbox=f"p{person_id}@test.example"))
            db.session.flush()
        return make_sign_in(person_id)


@dataclass(frozen=True, slots=True)
class Figure:
    """What one request costs. CPU in milliseconds (median), bytes of the answer, plain and gzip."""

    name: str
    cpu_ms: float
    ratio: float
    statements: int
    bytes: int
    gzip_bytes: int

    def as_json(self) -> dict[str, Any]:
        """Return the figure as a JSON-able object."""
        return asdict(self)


def cpu_ms(call: Callable[[], Any], *, times: int) -> float:
    """Return the median CPU time of `call`, in milliseconds, after one warm-up."""
    call()
    spent = []
    for _ in range(times):
        start = time.process_time()
        call()
        spent.append((time.process_time() - start) * 1000)
    return statistics.median(spent)


def bare_page() -> Callable[[], Any]:
    """Return a request to a Flask application that does nothing but answer."""
    bare = Flask("bare")
    bare.add_url_rule("/", "page", lambda: "<!doctype html><title>bare</title><p>page</p>")
    client = bare.test_client()
    return lambda: client.get("/")


def measure(name: str, request: Callable[[], Any], *, bare_ms: float, times: int = 30) -> Figure:
    """Measure one request against the bare page of the same process."""
    answer = request()
    if answer.status_code >= 400:
        raise RuntimeError(f"{name} answered {answer.status_code}")
    with counted_statements() as statements:
        body = request().data
    spent = cpu_ms(request, times=times)
    return Figure(
        name=name,
        cpu_ms=round(spent, 2),
        ratio=round(spent / bare_ms, 1),
        statements=len(statements),
        bytes=len(body),
        gzip_bytes=len(gzip.compress(body)),
    )
