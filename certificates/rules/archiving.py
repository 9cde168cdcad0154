"""When a file needs proof for later, or needs it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

RENEW_BEFORE = timedelta(days=180)
"""How long before the end of a time stamp the next one is put over it."""

State = Literal["reached", "due", "never", "missed", "ended"]
"""Missed: it could have had proof and did not get it in time. Ended: it had, and lost it."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest file of a certificate. `stamp_until`: until when its newest stamp carries.

    `key_until` is the end of the key that sealed it.
    """

    certificate_id: int
    number: str
    sha256: str
    level: str
    made_at: datetime
    stamp_until: datetime | None
    key_until: datetime


def state_of(file: Newest, wanted: str, *, now: datetime) -> State:
    """Say whether a file has the level that is wanted, waits for it, or cannot get it any more.

    Only a file with a time stamp over its seal can get proof (B-T), and only while key and stamp
    hold: afterwards nobody says any more whether the key was revoked in its time. Each later
    stamp must come before the one below it ends.
    """
    if file.stamp_until is None:
        return "never"
    has_ended = file.stamp_until <= now
    if file.level == "B-T":
        return "missed" if has_ended or file.key_until <= now else "due"
    if has_ended:
        return "ended"
    ends_soon = file.stamp_until - RENEW_BEFORE <= now
    is_weaker = file.level == "B-LT" and wanted == "B-LTA"
    return "due" if ends_soon or is_weaker else "reached"


def next_level(file: Newest, wanted: str) -> Literal["B-LT", "B-LTA"]:
    """Return what the next revision makes of a file; only where one is fresh is there no stamp."""
    return "B-LT" if file.level == "B-T" and wanted == "B-LT" else "B-LTA"


def due_first(files: Sequence[Newest], wanted: str, *, now: datetime) -> list[Newest]:
    """Return the files that wait, the one whose chance ends first in front."""
    due = [one for one in files if state_of(one, wanted, now=now) == "due"]
    return sorted(due, key=lambda one: (chance_until(one), one.certificate_id))


def chance_until(file: Newest) -> datetime:
    """Return the end of what still lets a file get proof: of its stamp, at first of its key too."""
    ends = [file.key_until] if file.level == "B-T" else []
    return min([*ends, *([file.stamp_until] if file.stamp_until else [])])
