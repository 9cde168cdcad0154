"""What a form hears that was sent: by a browser, or later by the device where it waited."""

from __future__ import annotations

from typing import Any

from flask import jsonify, redirect, request


def go_on(page: str) -> Any:
    """Lead on to a page; what waited on a device comes by itself, and hears so as data."""
    if request.accept_mimetypes.best == "application/json":
        return jsonify(page=page)
    return redirect(page, 303)
