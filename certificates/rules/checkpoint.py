"""A checkpoint: where the chains stood on a day, as it is kept outside the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

FORM = "academy-checkpoint-1"


class CheckpointError(ValueError):
    """A file is no checkpoint of ours; the message is a code."""


@dataclass(frozen=True, slots=True)
class End:
    """How many rows a chain had and the hash of the last."""

    rows: int
    hash: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Both chains on one day; `previous` is the SHA-256 of the checkpoint before, if there is one.

    `standings` counts the issued certificates by how they stood.
    """

    day: date
    as_of: datetime
    audit: End
    register: End
    standings: Mapping[str, int]
    previous: str | None
    key_id: str


def write(checkpoint: Checkpoint) -> bytes:
    """Return the file of a checkpoint, to be signed as it is."""
    values = {
        "form": FORM,
        "day": checkpoint.day.isoformat(),
        "as_of": checkpoint.as_of.isoformat(),
        "audit": {"rows": checkpoint.audit.rows, "hash": checkpoint.audit.hash},
        "register": {"rows": checkpoint.register.rows, "hash": checkpoint.register.hash},
        "certificates": dict(checkpoint.standings),
        "previous": checkpoint.previous,
        "key_id": checkpoint.key_id,
    }
    return (json.dumps(values, indent=1, sort_keys=True) + "\n").encode()


def read(data: bytes) -> Checkpoint:
    """Return what a file says. Raises CheckpointError for anything that we would not have written.

    Who wrote it is another question: see `adapters.checkpoints`.
    """
    try:
        values = json.loads(data)
        if values["form"] != FORM:
            raise CheckpointError("form")
        found = Checkpoint(
            day=date.fromisoformat(values["day"]),
            as_of=datetime.fromisoformat(values["as_of"]),
            audit=_end(values["audit"]),
            register=_end(values["register"]),
            standings={str(name): int(count) for name, count in values["certificates"].items()},
            previous=None if values["previous"] is None else str(values["previous"]),
            key_id=str(values["key_id"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CheckpointError("unreadable") from None
    if write(found) != data:
        raise CheckpointError("unreadable")
    return found


def _end(values: Mapping[str, Any]) -> End:
    return End(int(values["rows"]), str(values["hash"]))
