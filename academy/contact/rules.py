"""Pure rules of intake: what kind of message, which step may follow, when an answer is due.

Source: domain.md, section 4a.
"""

from __future__ import annotations

from datetime import date, timedelta
from unicodedata import combining

KINDS = (
    "unknown",
    "resident",
    "group",
    "professional",
    "organisation",
    "press",
    "elsewhere",
    "spam",
)
STATES = (
    "new",
    "contacted",
    "talk_planned",
    "talk_done",
    "application",
    "guidance_request",
    "referred",
    "no_fit",
    "closed",
    "spam",
    "no_answer",
    "withdrawn",
)
OUTCOMES = ("picked_up", "taken_back")
"""How a handover to another region ends."""

ANSWER_WORKING_DAYS = 5
MOST_TRIES = 3
LONGEST_GREETING = 40
_ENDS = ("application", "guidance_request", "referred", "no_fit")
_ASIDE = ("spam", "no_answer", "withdrawn")
STEPS: dict[str, tuple[str, ...]] = {
    "new": ("contacted", "talk_planned", "referred", *_ASIDE),
    "contacted": ("talk_planned", "talk_done", *_ENDS, *_ASIDE),
    "talk_planned": ("talk_planned", "talk_done", *_ENDS, *_ASIDE),
    "talk_done": (*_ENDS, "withdrawn"),
    **dict.fromkeys(_ENDS, ("contacted", "closed")),
    "application": ("closed",),
    "no_answer": ("contacted", "closed"),
    "spam": ("new",),
    "withdrawn": ("contacted", "closed"),
    "closed": ("contacted",),
}
WAITING = frozenset({"new", "contacted", "talk_planned", "talk_done"})
"""States in which somebody still waits for us."""


def may_follow(state: str, step: str) -> bool:
    """Say whether a request in `state` may go to `step`."""
    return step in STEPS[state]


def answer_by(received_on: date) -> date:
    """Return the last day of the promise: five working days after the message."""
    day = received_on
    left = ANSWER_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def is_overdue(state: str, answer_day: date, today: date) -> bool:
    """Say whether the promise is broken: nothing planned yet after the last day."""
    return state in ("new", "contacted") and today > answer_day


def greeting_name(name: str) -> str:
    """Return the name for a mail to a mailbox that nobody proved to be theirs, or nothing.

    Anybody may type anybody's mailbox, so what could be a message or an address is not printed.
    """
    is_name = all(sign.isalpha() or combining(sign) or sign in " -'’." for sign in name)
    is_address = any(part.strip(".").count(".") for part in name.split())
    return name if is_name and not is_address and len(name) <= LONGEST_GREETING else ""
