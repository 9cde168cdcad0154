"""Pure rules: what comes first for a group, and what is missing about somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Step = Literal[
    "stranded",
    "register",
    "call",
    "third_assessor",
    "practical",
    "propose",
    "trainer",
    "sessions",
    "applications",
    "nothing",
]
STEPS: tuple[Step, ...] = (
    "stranded",
    "register",
    "call",
    "third_assessor",
    "practical",
    "propose",
    "trainer",
    "sessions",
    "applications",
    "nothing",
)
"""What a group may need, most urgent first. Source: domain model 4(b)."""

REGISTER_AFTER = timedelta(hours=24)
"""How long after a session its register may be open. Source: domain model 4(b), step 4."""

RUNNING = frozenset({"running", "finishing"})
CURRENT = ("draft", "open", "full", "running", "finishing")
PLANNING = frozenset({"open", "full", "running"})
"""States in which somebody must train the group and its sessions must have a day."""

Gap = Literal["reach", "printed_name", "intake", "conduct"]
GAPS: tuple[Gap, ...] = ("reach", "intake", "conduct", "printed_name")
"""What can be missing about somebody, what keeps us from helping first."""


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """What is known of one group: how many of each wait. `with_practical`: it ends in one.

    Who takes part in a group that was cancelled is stranded: nobody teaches them any more.
    """

    state: str
    taking_part: int = 0
    open_registers: int = 0
    to_call: int = 0
    without_third_assessor: int = 0
    without_practical: int = 0
    to_propose: int = 0
    trainers: int = 1
    sessions: int = 0
    lessons: int = 0
    applications: int = 0
    with_practical: bool = True


def next_step(facts: GroupFacts) -> Step:
    """Return the one thing to do first for a group."""
    waiting: Mapping[Step, bool] = {
        "stranded": facts.state == "cancelled" and facts.taking_part > 0,
        "register": facts.open_registers > 0,
        "call": facts.to_call > 0,
        "third_assessor": facts.without_third_assessor > 0,
        "practical": facts.with_practical and facts.without_practical > 0,
        "propose": facts.to_propose > 0,
        "trainer": facts.state in PLANNING and not facts.trainers,
        "sessions": facts.state in PLANNING and facts.sessions < facts.lessons,
        "applications": facts.applications > 0,
    }
    return next((step for step in STEPS if waiting.get(step)), "nothing")


def urgency(step: Step) -> int:
    """Return the place of a step in the order of urgency, 0 for the first."""
    return STEPS.index(step)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is known of somebody who takes part, as far as somebody could forget to ask it."""

    has_phone: bool
    has_mail: bool
    has_printed_name: bool
    has_seat: bool
    had_intake: bool
    agreed: bool


def gaps(facts: PersonFacts) -> tuple[Gap, ...]:
    """Return what is missing about somebody, what keeps us from helping first.

    An introduction talk and a yes to the code of conduct are asked of who has a seat. That nobody
    said yes to photographs is no gap: a no is not written down. A language everybody has.
    """
    missing: Mapping[Gap, bool] = {
        "reach": not (facts.has_phone or facts.has_mail),
        "intake": facts.has_seat and not facts.had_intake,
        "conduct": facts.has_seat and not facts.agreed,
        "printed_name": facts.has_seat and not facts.has_printed_name,
    }
    return tuple(gap for gap in GAPS if missing[gap])
