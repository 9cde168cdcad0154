"""Addresses that come from outside: where to go next, and who asks."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
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


def comes_from_here() -> bool:
    """Say whether a page of this site sent this request.

    Browsers say it in Sec-Fetch-Site, also from pages that send no Referer: those which check a
    certificate, whose code must not travel in one. An older browser must name us in Origin or,
    over https, in Referer.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin", "null")
    if origin != "null":
        return origin + "/" == request.host_url
    return not request.is_secure or (request.referrer or "").startswith(request.host_url)


def path_of_page() -> str:
    """Return the path of our own page that sent this request, with its query; empty if unknown."""
    referrer = request.referrer or ""
    if not referrer.startswith(request.host_url):
        return ""
    return referrer.removeprefix(request.host_url.rstrip("/"))


def is_page(path: str) -> bool:
    """Say whether `path`, with its query, is a page of ours that can be opened."""
    if not safe_next(path, ""):
        return False
    try:
        current_app.url_map.bind("").match(unquote(urlsplit(path).path), method="GET")
    except HTTPException:
        return False
    return True


def is_for_programs(path: str) -> bool:
    """Say whether an address belongs to the API, where keys count and cookies do not."""
    return path.startswith("/api/")


def asker() -> str:
    """Return the network address of who asks, for limits; never stored as such."""
    return request.remote_addr or "unknown"
