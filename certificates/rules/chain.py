"""How a step in the register is tied to the one before, and what of a certificate it ties down."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

GENESIS = "0" * 64
_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"))

HASHED = ("position", "event_id", "kind", "number", "sha256", "facts", "holder", "step", "previous")
Plain = str | int | None


def entry_hash(row: Mapping[str, Any]) -> str:
    """Return the hash of one entry: everything but its own id and hash."""
    content = [row[name] for name in HASHED]
    return hashlib.sha256(_canonical([*content, row["at"].isoformat()])).hexdigest()


def content_hash(content: Mapping[str, Any]) -> str:
    """Return the hash of what was printed, without the names of who signed."""
    kept = {name: value for name, value in content.items() if name != "signatories"}
    return hashlib.sha256(_canonical(kept)).hexdigest()


def facts_hash(facts: Sequence[Plain]) -> str:
    """Return the hash of what the register says of a certificate and of nobody's person."""
    return hashlib.sha256(_canonical(list(facts))).hexdigest()


def keyed_hash(salt: bytes, values: Sequence[Plain]) -> str:
    """Return what cannot be proven or guessed any more once `salt` is destroyed."""
    return hmac.digest(salt, _canonical(list(values)), "sha256").hex()


def day_text(day: date | None) -> str | None:
    """Return a day as it goes into a hash."""
    return None if day is None else day.isoformat()


def _canonical(value: Any) -> bytes:
    return _encoder.encode(value).encode()
