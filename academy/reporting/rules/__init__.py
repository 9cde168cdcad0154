"""Pure rules of reporting: the groups of a region, and figures without people in them."""

from academy.reporting.rules.groups import (
    CURRENT,
    GAPS,
    PLANNING,
    REGISTER_AFTER,
    RUNNING,
    STEPS,
    Gap,
    GroupFacts,
    PersonFacts,
    Step,
    gaps,
    next_step,
    urgency,
)

__all__ = [
    "CURRENT",
    "GAPS",
    "PLANNING",
    "REGISTER_AFTER",
    "RUNNING",
    "STEPS",
    "Gap",
    "GroupFacts",
    "PersonFacts",
    "Step",
    "gaps",
    "next_step",
    "urgency",
]
