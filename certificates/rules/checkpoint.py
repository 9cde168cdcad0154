"""A checkpoint: where the chains stood on a day, as it is kept outside the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

FORM = "academy-checkpoint-1"
STAYS = (
    *("certificates:certificate:", "certificates:revocation:", "certificates:decision:"),
    *("certificates:standing-proposal:", "certificates:key:", "privacy:person:erased"),
)
"""How the actions begin that stay in the audit log as long as the register, and why salts are gone.

Checkpoints hold a sum over these events: what begins otherwise belongs to another `FORM`.
"""
GOES = "certificates:certificate:name-extracted"
"""Who took a list along: no step of a certificate."""


class CheckpointError(ValueError):
    """A file is no checkpoint of ours; the message is a code."""


@dataclass(frozen=True, slots=True)
class End:
    """How many rows a chain had and the hash of the last."""

    rows: int
    hash: str


@dataclass(frozen=True, slots=True)
class Emptied:
    """Of how many events from the first on the contents may go, for they are old.

    `links` is the SHA-256 over their hashes, `stays` that over the hashes of those that tell of the
    register and may not go. A hash that stands alone proves nothing by itself: these sums do.
    """

    rows: int
    links: str
    stays: str


class Sums:
    """The sums of `Emptied`, made event by event."""

    def __init__(self) -> None:
        self.rows = 0
        self._links, self._stays = hashlib.sha256(), hashlib.sha256()

    def add(self, event_hash: str, action: str) -> None:
        """Take the next event in."""
        line = f"{event_hash}\n".encode()
        self.rows += 1
        self._links.update(line)
        if stays(action):
            self._stays.update(line)

    def so_far(self) -> Emptied:
        """Return the sums over the events until now."""
        return Emptied(self.rows, self._links.hexdigest(), self._stays.hexdigest())


def stays(action: str) -> bool:
    """Say whether an event stays in the audit log, however old it is."""
    return action.startswith(STAYS) and action != GOES


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Both chains on one day; `previous` is the SHA-256 of the checkpoint before, if there is one.

    `standings` counts the issued certificates by how they stood. `emptied` is there while the
    audit log is cleared of what is old.
    """

    day: date
    as_of: datetime
    audit: End
    register: End
    standings: Mapping[str, int]
    previous: str | None
    key_id: str
    emptied: Emptied | None = None


def write(checkpoint: Checkpoint) -> bytes:
    """Return the file of a checkpoint, to be signed as it is."""
    values: dict[str, Any] = {
        "form": FORM,
        "day": checkpoint.day.isoformat(),
        "as_of": checkpoint.as_of.isoformat(),
        "audit": {"rows": checkpoint.audit.rows, "hash": checkpoint.audit.hash},
        "register": {"rows": checkpoint.register.rows, "hash": checkpoint.register.hash},
        "certificates": dict(checkpoint.standings),
        "previous": checkpoint.previous,
        "key_id": checkpoint.key_id,
    }
    if checkpoint.emptied is not None:
        values["emptied"] = asdict(checkpoint.emptied)
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
            emptied=_emptied(values.get("emptied")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CheckpointError("unreadable") from None
    if write(found) != data:
        raise CheckpointError("unreadable")
    return found


def _emptied(values: Mapping[str, Any] | None) -> Emptied | None:
    if values is None:
        return None
    return Emptied(int(values["rows"]), str(values["links"]), str(values["stays"]))


def _end(values: Mapping[str, Any]) -> End:
    return End(int(values["rows"]), str(values["hash"]))
