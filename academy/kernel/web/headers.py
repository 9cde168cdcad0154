"""The headers that go with every answer, errors and files included (trust.md, T15)."""

from __future__ import annotations

from collections.abc import Callable
from wsgiref.headers import Headers

from flask import Flask, Response, g, request
from flask_login import current_user

from academy.kernel.settings import current

CONTENT_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'; img-src 'self' data:"
)
YEAR = 31_536_000


def init_headers(app: Flask) -> None:
    """Add the headers to every response of `app`."""
    app.after_request(_add_headers)


def common_headers(*, is_https: bool) -> dict[str, str]:
    """Return the headers of every answer, pages and own files alike."""
    headers = {
        "Content-Security-Policy": CONTENT_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if is_https:
        headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
    return headers


def file_headers(*, is_https: bool) -> Callable[[Headers, str, str], None]:
    """Return what gives WhiteNoise's own files the same headers as every page."""

    def add(headers: Headers, _path: str, _url: str) -> None:
        for name, value in common_headers(is_https=is_https).items():
            headers[name] = value

    return add


def _add_headers(response: Response) -> Response:
    headers = response.headers
    for name, value in common_headers(is_https=current().is_https).items():
        if name != "Referrer-Policy" or name not in headers:
            headers[name] = value
    headers["X-Request-ID"] = g.get("request_id", "")
    if request.path.startswith("/static/"):
        kept = YEAR if request.args.get("v") else 3600
        headers["Cache-Control"] = f"public, max-age={kept}"
    elif current_user.is_authenticated or "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    return response
