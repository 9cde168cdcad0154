"""What stands in the register's extract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ExtractRow:
    """One certificate. `name` is as printed, and empty where it may not be seen any more."""

    id: int
    person_id: int
    number: str
    name: str
    title: str
    issued_on: date
    valid_until: date | None
    standing: str
