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
FILE_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "object-src 'none'; sandbox"
)
"""For what somebody sent us: should it ever be opened by itself, it can do nothing."""
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=()"
OWN = frozenset({"Referrer-Policy", "Content-Security-Policy", "Permissions-Policy"})
"""What an answer may say otherwise by itself; see the functions below."""
YEAR = 31_536_000
WORKERS = {"/static/js/worker.js": "/begeleiding"}
"""Scripts that answer for pages without internet, and below which address they may."""


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
        "Permissions-Policy": PERMISSIONS,
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if is_https:
        headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
    return headers


def file_headers(*, is_https: bool) -> Callable[[Headers, str, str], None]:
    """Return what gives WhiteNoise's own files the same headers as every page."""

    def add(headers: Headers, _path: str, url: str) -> None:
        for name, value in common_headers(is_https=is_https).items():
            headers[name] = value
        if url in WORKERS:
            headers["Service-Worker-Allowed"] = WORKERS[url]

    return add


def let_record(response: Response) -> Response:
    """Let a page ask for the microphone, and play what it recorded before that is sent."""
    response.headers["Permissions-Policy"] = PERMISSIONS.replace(
        "microphone=()", "microphone=(self)"
    )
    response.headers["Content-Security-Policy"] = f"{CONTENT_POLICY}; media-src 'self' blob:"
    return response


def contain(response: Response) -> Response:
    """Let a file that somebody sent us do nothing, wherever it is opened."""
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _add_headers(response: Response) -> Response:
    headers = response.headers
    for name, value in common_headers(is_https=current().is_https).items():
        if name not in OWN or name not in headers:
            headers[name] = value
    headers["X-Request-ID"] = g.get("request_id", "")
    if request.path.startswith("/static/"):
        kept = YEAR if request.args.get("v") else 3600
        headers["Cache-Control"] = f"public, max-age={kept}"
    elif current_user.is_authenticated or "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    return response
