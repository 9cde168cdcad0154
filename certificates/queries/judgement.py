"""What the rules say now about an enrolment, and about the renewal of a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from academy.kernel import clock
from certificates.queries import standing
from certificates.queries.facts import EnrolmentFacts
from certificates.rules.renewal import RenewalVerdict, renewal_verdict
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


def judge_renewal(facts: EnrolmentFacts, earlier: standing.Standing) -> RenewalVerdict | None:
    """Judge the renewal of a certificate today; None for one that has no end."""
    rule = facts.course.get("renewal_rule")
    if rule is None or earlier.valid_until is None:
        return None
    return renewal_verdict(
        rule,
        standing.renewal_evidence(facts.person_id),
        since=earlier.since,
        until=earlier.valid_until,
        today=clock.today(),
    )
