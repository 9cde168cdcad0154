"""What the rules of the course say now about an enrolment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from courses.queries.progress import progress_of


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether everything is met, and the trace to file with a decision."""

    complete: bool
    trace: dict[str, Any]


def judge(enrolment_id: int) -> Judgement:
    """Judge one enrolment now. Raises NotFoundError."""
    verdict = progress_of(enrolment_id).verdict
    return Judgement(verdict.complete, verdict.trace())
