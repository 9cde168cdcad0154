"""May this certificate be renewed? Per requirement met or not yet, with what is missing.

Source: course.yaml, `renewal_rule`; sample-data/README.md, rule 6.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from certificates.rules.validity import months_from

WindowState = Literal["too_early", "open", "grace", "too_late"]
ENGINE = 1
"""Raised when the same rule and evidence could lead to another verdict than before."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement: how many are needed, which days count, and the sentence people read."""

    id: str
    nl: str
    en: str
    needed: int
    days: tuple[date, ...]

    @property
    def is_met(self) -> bool:
        """Whether there is enough of it."""
        return len(self.days) >= self.needed


@dataclass(frozen=True, slots=True)
class RenewalVerdict:
    """How a renewal stands. `opens_on` to `closes_on` are days on which it may be asked."""

    window: WindowState
    opens_on: date
    closes_on: date
    requirements: tuple[Requirement, ...]

    @property
    def complete(self) -> bool:
        """Whether everything is in order, today."""
        in_time = self.window in {"open", "grace"}
        return in_time and all(one.is_met for one in self.requirements)

    def trace(self) -> dict[str, Any]:
        """Return all of it as JSON values, in the shape of a course verdict."""
        return {
            "engine": ENGINE,
            "kind": "renewal",
            "complete": self.complete,
            "window": self.window,
            "opens_on": self.opens_on.isoformat(),
            "closes_on": self.closes_on.isoformat(),
            "criteria": [_criterion(one) for one in self.requirements],
        }


def renewal_verdict(
    rule: Mapping[str, Any],
    evidence: Iterable[tuple[str, date]],
    *,
    since: date,
    until: date,
    today: date,
) -> RenewalVerdict:
    """Judge a renewal. `evidence` is (requirement id, day); days from `since` to `today` count.

    `since` is the day of the first certificate of this term, `until` its last day of validity.
    """
    counted = [(name, day) for name, day in evidence if since <= day <= today]
    requirements = tuple(
        Requirement(
            id=one["id"],
            nl=one["nl"],
            en=one["en"],
            needed=one["min"],
            days=tuple(sorted(day for name, day in counted if name == one["id"])),
        )
        for one in rule["requirements"]
    )
    opens_on = months_from(until, -rule["window_opens_months_before"])
    closes_on = months_from(until, rule["grace_months_after"])
    return RenewalVerdict(
        window=_window(today, opens_on=opens_on, until=until, closes_on=closes_on),
        opens_on=opens_on,
        closes_on=closes_on,
        requirements=requirements,
    )


def _window(today: date, *, opens_on: date, until: date, closes_on: date) -> WindowState:
    if today < opens_on:
        return "too_early"
    if today <= until:
        return "open"
    return "grace" if today <= closes_on else "too_late"


def _criterion(one: Requirement) -> dict[str, Any]:
    found, missing = len(one.days), one.needed - len(one.days)
    gap = {
        "kind": "renewal",
        "ref": one.id,
        "nl": f"Nog {missing} nodig.",
        "en": f"{missing} more needed.",
    }
    return {
        "id": one.id,
        "state": "met" if one.is_met else "not_yet",
        "nl": f"{one.nl}: {found} van {one.needed}",
        "en": f"{one.en}: {found} of {one.needed}",
        "needed": one.needed,
        "days": [day.isoformat() for day in one.days],
        "missing": [] if one.is_met else [gap],
    }
