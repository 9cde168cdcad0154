"""The answer of the rules: per criterion how it stands, why, what is missing and the forecast."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from courses.rules.words import NOTHING, Text

if TYPE_CHECKING:
    from courses.rules.course_rule import CourseRule
    from courses.rules.evidence import Evidence

State = Literal["met", "not_yet", "impossible"]
MET: State = "met"
NOT_YET: State = "not_yet"
IMPOSSIBLE: State = "impossible"

ENGINE = 1
"""Raised when the same rule and evidence could lead to another verdict than before."""


@dataclass(frozen=True)
class Missing:
    """One thing that is missing.

    `kind` says what it is, `ref` which one (an id of the curriculum).
    """

    kind: str
    ref: str
    nl: str
    en: str


@dataclass(frozen=True)
class CriterionVerdict:
    """What the rules say about one criterion of `pass_rule.all_of`.

    `nl` and `en` say how it stands; the forecast says what can still happen and is empty when
    there is nothing to say.
    """

    id: str
    state: State
    nl: str
    en: str
    missing: tuple[Missing, ...] = ()
    forecast_nl: str = ""
    forecast_en: str = ""


def criterion(
    name: str,
    state: State,
    *,
    sentence: Text,
    missing: tuple[Missing, ...] = (),
    forecast: Text = NOTHING,
) -> CriterionVerdict:
    """Make a criterion verdict; what is met misses nothing."""
    return CriterionVerdict(
        id=name,
        state=state,
        nl=sentence.nl,
        en=sentence.en,
        missing=() if state == MET else missing,
        forecast_nl=forecast.nl,
        forecast_en=forecast.en,
    )


@dataclass(frozen=True)
class Verdict:
    """The verdict over one enrolment, with the rule and the evidence it rests on."""

    complete: bool
    criteria: tuple[CriterionVerdict, ...]
    rule: CourseRule
    evidence: Evidence

    def criterion(self, name: str) -> CriterionVerdict:
        """Return the verdict on one criterion by its name in `course.yaml`. Raises KeyError."""
        return {found.id: found for found in self.criteria}[name]

    @property
    def missing(self) -> tuple[Missing, ...]:
        """Return everything that is missing, in the order of the criteria."""
        return tuple(missing for criterion in self.criteria for missing in criterion.missing)

    def to_json(self) -> dict[str, Any]:
        """Return `{complete, criteria: [{id, state, missing: […]}]}` for the command line."""
        return {
            "complete": self.complete,
            "criteria": [
                {
                    "id": found.id,
                    "state": found.state,
                    "missing": [asdict(missing) for missing in found.missing],
                }
                for found in self.criteria
            ],
        }

    def trace(self) -> dict[str, Any]:
        """Return engine, rule, evidence and answer as JSON, to be filed with the decision."""
        return {
            "engine": ENGINE,
            "course": self.rule.course_id,
            "version": self.rule.version,
            "complete": self.complete,
            "criteria": [_plain(asdict(found)) for found in self.criteria],
            "rule": _plain(asdict(self.rule)),
            "evidence": _plain(asdict(self.evidence)),
        }


def _plain(value: Any) -> Any:
    """Turn dates, tuples and sets into what JSON knows, in a fixed order."""
    if isinstance(value, dict):
        return {key: _plain(value[key]) for key in sorted(value)}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value
