"""What the reads about the practical share: the course's rule, scores as levels, and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from academy.kernel.errors import NotFoundError
from academy.kernel.i18n import pick
from courses.rules import FinalRule, Text, parse_rule

BUSY = ("planned", "observed", "both_scored")
LEARNING = ("active", "paused")
"""Somebody takes part. Of who does not (any more) a practical stands still."""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One level that an assessor gave, 1 to 4, with the words to it."""

    level: int
    comment: str


def final_of(content: Mapping[str, Any]) -> FinalRule:
    """Return the rule of the practical. Raises NotFoundError if the course has none."""
    final = parse_rule(content).final
    if final is None:
        raise NotFoundError
    return final


def levels_of(scores: Mapping[str, ScoreRow]) -> dict[str, int]:
    """Return only the levels of these scores."""
    return {criterion: score.level for criterion, score in scores.items()}


def said(text: Text) -> str:
    """Return the text in the language of the page."""
    return pick({"nl": text.nl, "en": text.en})


def name_of(row: Any) -> str:
    """Return the name as people say it, from a row with the parts of a name."""
    return " ".join(part for part in (row.call_name, row.prefix, row.last_name) if part)
