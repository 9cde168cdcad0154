"""Scoring one quiz attempt; open questions are never scored.

`single` and `scenario` have one right option, `multiple` is all or nothing, `truefalse` has an
answer, `order` must be exact. Source: the curricula's README, `slhz/quiz@1`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

Answer = tuple[str, ...]
"""What somebody answered: option ids, items in order, or ("true",) and ("false",)."""

IN_ORDER = "order"
OPEN = "open"
TRUE_FALSE = ("true", "false")


@dataclass(frozen=True)
class Question:
    """What scoring needs of a question: its type and the right answer, written as an `Answer`."""

    id: str
    type: str
    right: Answer = ()


def right_answer(raw: Mapping[str, Any]) -> Answer:
    """Return the right answer to a question as the curriculum writes it; nothing if it is open."""
    if raw["type"] == "truefalse":
        return ("true" if raw["answer"] else "false",)
    if raw["type"] == IN_ORDER:
        return tuple(raw["items"])
    return tuple(str(one["id"]) for one in raw.get("options", ()) if one["correct"])


def shuffled(items: Sequence[str], *, seed: int) -> tuple[str, ...]:
    """Return the items in an order that follows from `seed` alone, and is not the right one."""
    mixed = sorted(items, key=lambda item: hashlib.sha256(f"{seed} {item}".encode()).digest())
    if mixed == list(items):
        mixed = [*mixed[1:], *mixed[:1]]
    return tuple(mixed)


def is_correct(question: Question, answer: Answer) -> bool | None:
    """Say whether the answer is right; None for an open question, which nobody scores."""
    if question.type == OPEN:
        return None
    if question.type == IN_ORDER:
        return answer == question.right
    return sorted(answer) == sorted(question.right)


def score(questions: tuple[Question, ...], answers: Mapping[str, Answer]) -> int | None:
    """Return the percentage (0 to 100) of the scored questions that is right; unanswered is wrong.

    Rounded to whole percents, a half upwards, as in the sample data. None if no question is scored.
    """
    scored = [question for question in questions if question.type != OPEN]
    if not scored:
        return None
    right = sum(1 for q in scored if is_correct(q, answers.get(q.id, ())))
    return (200 * right + len(scored)) // (2 * len(scored))
