"""An objection against a result: how long it can be made, by when it is answered, what follows.

Source: domain model 4(b)10 and course.yaml, `appeal_rule`. An objection is made within six weeks,
answered within six weeks by somebody who was not involved, and that may be put off once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

About = Literal["practical", "result"]

WITHIN_DAYS = 42
DECISION_DAYS = 42
"""What holds where a course says nothing."""

OPEN = ("received", "assigned")
"""Somebody waits for an answer; after `decided` and `withdrawn` nobody does."""

NEXT: Mapping[str, frozenset[str]] = {
    "received": frozenset({"assigned", "decided", "withdrawn"}),
    "assigned": frozenset({"assigned", "decided", "withdrawn"}),
    "decided": frozenset(),
    "withdrawn": frozenset({"received"}),
}
"""An objection: from a state to those that may follow. Who withdrew may think better of it."""

SETS_ASIDE = frozenset({"upheld", "reassess"})
"""After these the result does not count any more."""


@dataclass(frozen=True, slots=True)
class AppealRule:
    """How many days a course gives for making an objection, and for answering it."""

    within_days: int
    decision_days: int


@dataclass(frozen=True, slots=True)
class Result:
    """What can be objected to: the outcome of a practical, or the end without a certificate.

    `attempt_id` names the practical; None for the end of the course.
    """

    about: About
    attempt_id: int | None
    on: date


def appeal_rule(content: Mapping[str, Any] | None) -> AppealRule:
    """Return the rule as `course.yaml` has it; six weeks where it says nothing."""
    said = content or {}
    return AppealRule(
        within_days=int(said.get("objection_within_days", WITHIN_DAYS)),
        decision_days=int(said.get("decision_within_days", DECISION_DAYS)),
    )


def last_day(result_on: date, rule: AppealRule) -> date:
    """Return the last day on which an objection is in time."""
    return result_on + timedelta(days=rule.within_days)


def answer_by(since: date, rule: AppealRule) -> date:
    """Return by when who objects has an answer: counted from `since`."""
    return since + timedelta(days=rule.decision_days)


def newest(practical: Result | None, end: Result | None) -> Result | None:
    """Return the result that counts now: the later one, and on one day the practical."""
    if practical is None or end is None:
        return practical or end
    return end if end.on > practical.on else practical


def may_follow(state: str, following: str) -> bool:
    """Say whether `following` may come after `state`."""
    return following in NEXT.get(state, frozenset())


def outcomes_for(about: About) -> tuple[str, ...]:
    """Return what a reviewer may decide. Only a practical can be done anew by others."""
    return ("rejected", "upheld", "reassess") if about == "practical" else ("rejected", "upheld")
