"""The coaching plan on one page: to fill in together, to keep on the fridge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from academy.kernel.pdf.paper import Details, Sheet, make_paper

PLAN = Sheet(Path(__file__).with_name("plan_page"), "plan", "2026.2")
STEPS = 3
LONG = 420
"""With more signs than this in its texts, a plan is set smaller, so that it stays one page."""


@dataclass(frozen=True, slots=True)
class PrintedPlan:
    """What stands on the paper; what is empty is left open to write. `steps`: who, what, when."""

    goal: str = ""
    strengths: str = ""
    learning: str = ""
    overload: str = ""
    steps: tuple[tuple[str, str, str], ...] = ()
    said: str = ""

    @property
    def is_long(self) -> bool:
        """Whether it needs the smaller letter."""
        texts = (self.goal, self.strengths, self.learning, self.overload)
        return sum(map(len, texts)) + sum(len(step[1]) for step in self.steps) > LONG


def plan_paper(
    plan: PrintedPlan,
    *,
    facts: Sequence[tuple[str, str]],
    own_name: str,
    coach_name: str,
    made_by: str,
    large: bool = False,
) -> bytes:
    """Return the plan: at most three steps, the rest stays empty.

    `large` is 14 points, however long the plan is: then it may take a second page.
    """
    shown = list(plan.steps[:STEPS])
    values = {
        "facts": facts,
        "goal": plan.goal,
        "strengths": plan.strengths,
        "learning": plan.learning,
        "overload": plan.overload,
        "said": plan.said,
        "steps": shown,
        "empty_rows": list(range(STEPS - len(shown))),
        "own_name": own_name,
        "coach_name": coach_name,
        "size": "long" if plan.is_long and not large else "short",
    }
    details = Details("Mijn begeleidingsplan", "Begeleidingsplan", made_by, large=large)
    return make_paper(PLAN, values, details)
