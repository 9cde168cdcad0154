"""Pure rules of signals: how soon one is followed up, how long one may be held back."""

from __future__ import annotations

from datetime import date, timedelta

SIGNAL_KINDS = ("overload", "conflict", "boundary", "safety", "broken_promise")
SEVERITIES = ("low", "middle", "high")
SIGNAL_STATES = ("open", "taken_over", "closed")
OUTCOMES = (
    "tasks_shared",
    "talk_held",
    "agreement_made",
    "date_received",
    "handed_over_outside",
)
REPORTED_BACK = ("yes", "no", "may_not")
FOLLOW_UP = {"high": timedelta(0), "middle": timedelta(days=7), "low": timedelta(days=30)}
HOLD_BACK_AT_MOST = timedelta(days=30)
FRIDAY_TO_MONDAY = 3
HOLD_BACK_REASONS = ("at_home", "raiser", "advised")
FIRST_LOOK = "first_look"
"""Held back by itself: nobody said why, a coordinator looks first."""
HELD_BACK_BECAUSE = (*HOLD_BACK_REASONS, FIRST_LOOK)


def follow_up_by(severity: str, raised_on: date) -> date:
    """Return when a signal must be followed up: high the same day, middle 7, low 30 days."""
    return raised_on + FOLLOW_UP[severity]


def held_back_until(kind: str, severity: str, *, own: bool, raised_on: date) -> date | None:
    """Return from which day the participant sees a signal that is held back by itself, or None.

    About safety, or high: the next working day, so that a coordinator looks first. What somebody
    raised about themselves they know already.
    """
    if own or not (kind == "safety" or severity == "high"):
        return None
    to_monday = 7 - raised_on.weekday()
    return raised_on + timedelta(days=to_monday if to_monday <= FRIDAY_TO_MONDAY else 1)


def is_for_coach(severity: str, *, own: bool) -> bool:
    """Say whether a coach may follow it up: not when it is high, nor what somebody said alone."""
    return severity != "high" and not own
