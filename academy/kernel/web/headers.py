"""The headers that go with every answer, errors and files included (trust.md, T15)."""

from __future__ import annotations

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


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = CONTENT_POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = headers.get("Referrer-Policy") or "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["X-Request-ID"] = g.get("request_id", "")
    if current().is_https:
        headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
    if request.path.startswith("/static/"):
        kept = YEAR if request.args.get("v") else 3600
        headers["Cache-Control"] = f"public, max-age={kept}"
    elif current_user.is_authenticated or "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    return response
