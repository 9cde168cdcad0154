"""The practical: two assessors score apart, agree one level per criterion, the outcome follows.

Source: domain model, invariants 4 and 5 and 4(b)8-9. What was handed in is never changed; what
may be agreed is decided by `courses.rules.practical`.
"""

from courses.services.practical.acquaintance import declare, replace_assessor
from courses.services.practical.agreement import conclude, record_talk
from courses.services.practical.moving import move_attempt
from courses.services.practical.planning import name_third, plan_attempt, void
from courses.services.practical.scoring import Score, hand_in_scores, save_draft

__all__ = [
    "Score",
    "conclude",
    "declare",
    "hand_in_scores",
    "move_attempt",
    "name_third",
    "plan_attempt",
    "record_talk",
    "replace_assessor",
    "save_draft",
    "void",
]
