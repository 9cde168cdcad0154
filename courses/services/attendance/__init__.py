"""Marking a register. Marks are append-only; a cell says which mark counts now.

Source: domain model, invariant 3 and 4(b)3-5. Two trainers may save one register at once: what
differs is kept twice, the cell holds both, and somebody chooses by marking once more.
"""

from courses.services.attendance.marks import (
    MAX_MINUTES_LATE,
    MAX_NOTE,
    NewMark,
    SavedRegister,
)
from courses.services.attendance.saving import accept_make_up, apologise, save_register

__all__ = [
    "MAX_MINUTES_LATE",
    "MAX_NOTE",
    "NewMark",
    "SavedRegister",
    "accept_make_up",
    "apologise",
    "save_register",
]
