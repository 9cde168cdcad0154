"""Addresses that come from outside: where to go next, and who asks."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request
from werkzeug.routing import IntegerConverter, Map

from academy.kernel.db import MAX_INTEGER


class IdConverter(IntegerConverter):
    """An id in a path: no larger than a database integer can be, so that a longer one is a 404."""

    def __init__(self, map: Map) -> None:  # noqa: A002
        """Bound the number."""
        super().__init__(map, min=0, max=MAX_INTEGER)


def safe_next(target: str | None, default: str) -> str:
    """Return `target` if it is a path on this site, else `default`: no open redirects."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return default
    parts = urlsplit(target)
    odd = any(ord(sign) < 32 or sign == "\\" for sign in target)
    return default if parts.scheme or parts.netloc or odd else target


def asker() -> str:
    """Return the network address of who asks, for limits; never stored as such."""
    return request.remote_addr or "unknown"
