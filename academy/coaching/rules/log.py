"""Pure rules of the log: when an entry is final, when energy is low, what an action is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

ENTRY_KINDS = ("phone", "visit", "message", "peer", "meetup", "yearly_review")
ENTRY_STATES = ("draft", "shared", "final")
ACTION_OWNERS = ("participant", "coach", "coordinator", "client")
ACTION_STATES = ("open", "done", "dropped")
FINAL_AFTER = timedelta(days=7)
LOW_ENERGY = 2
DEFAULT_ACTION_WITHIN = timedelta(days=14)
MOST_MINUTES = 600
USUAL_MINUTES = {
    "phone": 20,
    "visit": 60,
    "message": 5,
    "peer": 45,
    "meetup": 150,
    "yearly_review": 75,
}


def is_final(state: str, *, shared_at: datetime | None, now: datetime) -> bool:
    """Say whether an entry is final: the participant has seen it, or a week has gone by."""
    if state == "shared":
        return shared_at is not None and now >= shared_at + FINAL_AFTER
    return state == "final"


def energy_low_twice(energies: Sequence[int | None]) -> bool:
    """Say whether the last two figures given, latest first, are both 2 or less."""
    given = [energy for energy in energies if energy is not None][:2]
    return len(given) == 2 and all(energy <= LOW_ENERGY for energy in given)
