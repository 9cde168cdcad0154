"""One line per answer: request id, method, route pattern, status and time. Nothing about who.

The pattern `/c/<code>` is written, never the address itself: an address may hold a secret code.
Whoever is not let in leaves the name of the right that was missing, also when a page to sign in or
to step up follows.
"""

from __future__ import annotations

import time

import structlog
from flask import Flask, Response, g, request

from academy.kernel import ids
from academy.kernel.web.metrics import metrics

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
"""What monitors ask all day; it is counted and only logged when it goes wrong."""

log = structlog.get_logger()


def init_access(app: Flask) -> None:
    """Number, time, count and log every answer of `app`. Call before whatever else may answer."""
    app.before_request(_start)
    app.after_request(_finish)


def _start() -> None:
    g.started = time.perf_counter()
    g.request_id = ids.request_id()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    method = request.method if request.method in METHODS else "other"
    route = request.url_rule.rule if request.url_rule else "none"
    status = response.status_code
    metrics().count(method=method, route=route, status=status, seconds=seconds)
    decision, _colon, right = g.get("guard", "").partition(":")
    denied = {"denied": right} if decision == "deny" else {}
    if route not in QUIET or status >= 400:
        ms = round(seconds * 1000, 1)
        log.info("request", method=method, route=route, status=status, ms=ms, **denied)
    return response
