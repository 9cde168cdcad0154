"""Pure rules of what is kept of a form that is longer than a talk, while it is being written."""

from __future__ import annotations

import json
from collections.abc import Mapping

MOST_KEPT = 8000
"""So many characters a whole form may hold; a finished one holds less than half."""


def to_kept(filled: Mapping[str, str]) -> str:
    """Return one text of all fields that hold something."""
    return json.dumps({name: text for name, text in filled.items() if text}, ensure_ascii=False)


def from_kept(text: str) -> dict[str, str]:
    """Return the fields again; a text that is no form is what the talk was about."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return {"discussed": text}
    return {str(name): str(value) for name, value in found.items()}
