"""Pure rules of opening a log in need: two people, a reason, a short time, and the holder hears it.

Source: trust.md, section 5, "break-glass"; the rights are those of architecture.md.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Protocol

OPENING_REASONS = ("safety", "complaint", "coach_away", "asked")
OPENING_ANSWERS = ("agreed", "refused", "withdrawn")
ANSWER_WITHIN = timedelta(hours=24)
"""How long somebody else may think about it; after that it must be asked again."""
OPEN_FOR = timedelta(hours=24)
"""How long the log can be read after the second yes."""
HOLD_BACK = timedelta(days=30)
"""At the longest, before the participant hears of it; only for safety, and then looked at anew."""


class Opening(Protocol):
    """What the rules look at."""

    asked_at: datetime
    answer: str | None
    open_until: datetime | None
    ended_at: datetime | None


def state_of(opening: Opening, now: datetime) -> str:
    """Return asked, lapsed, refused, withdrawn, open or ended."""
    if opening.answer is None:
        return "asked" if now < opening.asked_at + ANSWER_WITHIN else "lapsed"
    if opening.answer != "agreed":
        return opening.answer
    is_open = opening.ended_at is None and opening.open_until is not None
    return "open" if is_open and now < opening.open_until else "ended"  # type: ignore[operator]


def is_held_back(held_back_until: date | None, today: date) -> bool:
    """Say whether the participant does not hear of it yet."""
    return held_back_until is not None and today < held_back_until


def may_hold_back_until(until: date, today: date) -> bool:
    """Say whether a day is after today and within thirty days."""
    return today < until <= today + HOLD_BACK
