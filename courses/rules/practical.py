"""The practical: two assessors score apart, agree one level per criterion, and the outcome follows.

Source: domain model 4(b)8 and the scoring rule of the sample data. Equal levels stand. Otherwise
the lower counts, unless a recorded talk raises it, by at most one and never above the higher. Two
levels apart, or a different outcome, always needs that talk first. No agreement in the talk: a
third assessor scores, and where the two differed the third's level counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from courses.rules.course_rule import RubricRule

Levels = Mapping[str, int]
Need = Literal["talk", "third"]

FAR_APART = 2


class TalkNotAllowedError(ValueError):
    """The talk agreed on a level that the scores do not allow."""


@dataclass(frozen=True)
class Talk:
    """A recorded talk between the two assessors.

    `raised` holds the level agreed per criterion where it is not simply the lower one.
    """

    agreed: bool
    raised: Levels = field(default_factory=dict)


@dataclass(frozen=True)
class Agreement:
    """The agreed levels, or what is needed first.

    `levels` and `how` (equal, lower, talk, third) are empty while `needs` names a talk or a third
    assessor.
    """

    levels: Levels
    how: Mapping[str, str]
    needs: Need | None = None


@dataclass(frozen=True)
class Outcome:
    """The outcome of agreed levels. `short` names the criteria below their minimum."""

    passed: bool
    total: int
    short: tuple[str, ...]
    total_short: bool

    @property
    def code(self) -> str:
        """Return passed or not_yet, as it is stored."""
        return "passed" if self.passed else "not_yet"


def outcome(levels: Levels, rubric: RubricRule) -> Outcome:
    """Compute the outcome of levels (1 to 4). Raises KeyError if a criterion has no level."""
    total = sum(levels[criterion.id] for criterion in rubric.criteria)
    short = tuple(c.id for c in rubric.criteria if levels[c.id] < rubric.minimum(c))
    total_short = total < rubric.min_total
    return Outcome(
        passed=not short and not total_short, total=total, short=short, total_short=total_short
    )


def differing(first: Levels, second: Levels) -> tuple[str, ...]:
    """Return the criteria on which two assessors gave another level."""
    return tuple(criterion for criterion in first if first[criterion] != second[criterion])


def needs_talk(first: Levels, second: Levels, *, rubric: RubricRule) -> bool:
    """Say whether the two must talk first: two levels apart, or a different outcome."""
    far = any(abs(first[criterion] - second[criterion]) >= FAR_APART for criterion in first)
    return far or outcome(first, rubric).passed != outcome(second, rubric).passed


def agree(
    first: Levels,
    second: Levels,
    *,
    rubric: RubricRule,
    talk: Talk | None = None,
    third: Levels | None = None,
    kept: Levels | None = None,
) -> Agreement:
    """Agree one level per criterion, or say what is needed first.

    At a resit `kept` holds the agreed levels of the attempt before: what was in order stays, and
    the assessors need only score what `resit_criteria` names. Raises TalkNotAllowedError if the
    talk raised what it may not raise, and KeyError if a criterion has no level.
    """
    standing = _standing(kept, rubric)
    ones, twos = {**first, **standing}, {**second, **standing}
    if talk is None and needs_talk(ones, twos, rubric=rubric):
        return Agreement(levels={}, how={}, needs="talk")
    if talk is not None and not talk.agreed:
        if third is None:
            return Agreement(levels={}, how={}, needs="third")
        chosen, reason = {**third, **standing}, "third"
    else:
        chosen, reason = dict(talk.raised) if talk is not None else {}, "talk"
        _check_raised(chosen, ones, twos)
    differ = differing(ones, twos)
    order = [criterion.id for criterion in rubric.criteria]
    levels = {c: chosen.get(c, ones[c]) if c in differ else ones[c] for c in order}
    levels |= {c: min(ones[c], twos[c]) for c in differ if c not in chosen}
    how = {
        c: _how(first.get(c), second.get(c), reason=reason if c in chosen else "lower")
        for c in order
    }
    return Agreement(levels=levels, how=how)


def levels_line(levels: Levels) -> str:
    """Return levels as one line that is always the same: "grenzen:3,luisteren:2"."""
    return ",".join(f"{criterion}:{level}" for criterion, level in sorted(levels.items()))


def resit_criteria(levels: Levels, rubric: RubricRule) -> tuple[str, ...]:
    """Return which criteria are scored anew after `not_yet`: those below their minimum.

    When only the total is short, none is below its minimum; then those below the required level
    are scored anew.
    """
    found = outcome(levels, rubric)
    if found.passed or found.short:
        return found.short
    low = tuple(c.id for c in rubric.criteria if levels[c.id] < rubric.min_level_required)
    return low or tuple(c.id for c in rubric.criteria if levels[c.id] < rubric.max_level)


def merge_resit(before: Levels, anew: Levels, *, rubric: RubricRule) -> dict[str, int]:
    """Return the levels after a resit: only what was not in order changes."""
    again = resit_criteria(before, rubric)
    return {
        c.id: anew.get(c.id, before[c.id]) if c.id in again else before[c.id]
        for c in rubric.criteria
    }


def resit_from(decided_on: date, *, wait_days: int) -> date:
    """Return the first day on which the practical may be done again."""
    return decided_on + timedelta(days=wait_days)


def _standing(kept: Levels | None, rubric: RubricRule) -> Levels:
    if kept is None:
        return {}
    again = resit_criteria(kept, rubric)
    return {criterion: level for criterion, level in kept.items() if criterion not in again}


def _how(one: int | None, two: int | None, *, reason: str) -> str:
    """Say how two levels became one; a criterion that was not scored anew counts as equal."""
    return "equal" if one == two else reason


def _check_raised(raised: Levels, first: Levels, second: Levels) -> None:
    for criterion, level in raised.items():
        low, high = sorted((first[criterion], second[criterion]))
        if not low <= level <= min(low + 1, high):
            raise TalkNotAllowedError(
                f"{criterion}: level {level} is not between {low} and {min(low + 1, high)}"
            )
