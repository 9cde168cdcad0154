"""The coaching plan on one page: to fill in together, to keep on the fridge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from academy.kernel.pdf.paper import Details, Sheet, make_paper

PLAN = Sheet(Path(__file__).with_name("plan_page"), "plan", "2026.1")
ACTIONS = 3


def plan_paper(
    *,
    facts: Sequence[tuple[str, str]],
    goal: str,
    actions: Sequence[tuple[str, str, str]],
    own_name: str,
    coach_name: str,
    made_by: str,
) -> bytes:
    """Return the plan. `actions` are who, what and when: at most three, the rest stays empty."""
    shown = list(actions[:ACTIONS])
    values = {
        "facts": facts,
        "goal": goal,
        "actions": shown,
        "empty_rows": list(range(ACTIONS - len(shown))),
        "own_name": own_name,
        "coach_name": coach_name,
    }
    return make_paper(PLAN, values, Details("Mijn begeleidingsplan", "Begeleidingsplan", made_by))
