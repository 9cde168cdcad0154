"""What a marker says, and where a cell of the register stands: values only."""

from __future__ import annotations

from dataclasses import dataclass

MAX_MINUTES_LATE = 300
MAX_NOTE = 200


@dataclass(frozen=True, slots=True)
class NewMark:
    """What somebody says of one person. `minutes_late` (1 to 300) belongs to late.

    `counts_anyway` says, with a reason in `note`, that a late arrival beyond the limit counts.
    `seen_version` is the version of the cell the marker looked at; 0 when it was empty.
    """

    enrolment_id: int
    status: str
    minutes_late: int | None = None
    counts_anyway: bool = False
    note: str = ""
    seen_version: int = 0


@dataclass(frozen=True, slots=True)
class SavedRegister:
    """What a save did. `conflicts` names the enrolments of which two different marks now stand."""

    saved: int
    unchanged: int
    conflicts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A cell as it is: the marks that compete for it, the one that counts first."""

    version: int
    mark_id: int
    supersedes_id: int | None
    marks: tuple[NewMark, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What a new mark does to a cell; `before` is None for an empty one."""

    mark: NewMark
    before: Standing | None
    conflict: bool
