"""The practical: whose turn it is, what an assessor may see, and what came out."""

from courses.queries.practical.attempt import Practical, get_practical
from courses.queries.practical.lists import (
    get_candidates,
    practicals_page,
    waiting_practicals,
)
from courses.queries.practical.outcome import FinalRow, LevelRow, final_rows

__all__ = [
    "FinalRow",
    "LevelRow",
    "Practical",
    "final_rows",
    "get_candidates",
    "get_practical",
    "practicals_page",
    "waiting_practicals",
]
