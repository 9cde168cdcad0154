"""Pure rules of agreed actions: which steps there are, when a promise was broken."""

from __future__ import annotations

from datetime import date, timedelta

TAKEN_BACK_WITHIN = timedelta(days=7)
"""How long a tick stands where it can be taken back with one tap."""

CARRIED_STEPS = ("done", "dropped", "moved")
PROMISES_FROM = timedelta(days=365)
"""How far back promises count when one looks for a pattern."""


def is_broken(
    *, due_on: date, first_due_on: date | None, state: str, done_on: date | None, today: date
) -> bool:
    """Say whether a promise was not kept on the day it was first made for.

    Open after that day, done later, or given a later day: it was not kept. One that was dropped
    on or before its day is no promise any more.
    """
    promised = first_due_on or due_on
    if state == "open":
        return today > promised
    return done_on is not None and done_on > promised
