"""What coaching tells the floors above, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ContactLogged:
    """A coach shared a log entry with the participant."""

    entry_id: int
    plan_id: int
    person_id: int
    kind: str
    happened_on: date


@dataclass(frozen=True, slots=True)
class PlanChanged:
    """A plan went to another state; `state` says which."""

    plan_id: int
    person_id: int
    state: str
