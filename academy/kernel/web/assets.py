"""Static files with a fingerprint in the address, so browsers may keep them for a year."""

from __future__ import annotations

import hashlib
from functools import cache

from academy.kernel.resources import folder


@cache
def _fingerprint(name: str) -> str:
    path = folder("static") / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else "missing"


def asset(name: str) -> str:
    """Return the address of the static file `name`, with its fingerprint."""
    return f"/static/{name}?v={_fingerprint(name)}"
