"""The self-scan at every moment the course names: who filled it in, never what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from courses.rules.course_rule import SELFSCAN
from courses.rules.verdict import MET, NOT_YET, CriterionVerdict, Missing, criterion
from courses.rules.words import Text

if TYPE_CHECKING:
    from courses.rules.course_rule import CourseRule
    from courses.rules.evidence import Evidence


BEFORE = "before"


@dataclass(frozen=True)
class Moment:
    """When a self-scan is filled in: before or after the session of a module."""

    key: str
    is_before: bool
    module: str


@dataclass(frozen=True)
class Mean:
    """The mean of one dimension, 1 to 4, in tenths; `people` is how many at least it rests on."""

    tenths: int
    people: int


def moment_of(key: str) -> Moment:
    """Read "before_gov_03": before the session of module gov-03. Source: course.yaml."""
    side, _, name = key.partition("_")
    return Moment(key, is_before=side == BEFORE, module=name.replace("_", "-"))


def is_open(
    moment: Moment, *, starts_at: datetime | None, ends_at: datetime | None, now: datetime
) -> bool:
    """Say whether the self-scan can be filled in now.

    `starts_at` and `ends_at` are those of the session that the moment lies before or after, None
    while it is not planned.
    """
    if moment.is_before:
        return starts_at is None or now < starts_at
    return ends_at is not None and now >= ends_at


def is_over(moment: Moment, *, starts_at: datetime | None, now: datetime, waits_for: int) -> bool:
    """Say whether the answers of a moment stay as they are, so that the picture may be seen.

    Before its session somebody can always join; after the last one it waits for who did not fill
    it in yet. A picture that changes with one person would show that person.
    """
    if moment.is_before:
        return starts_at is not None and now >= starts_at
    return waits_for == 0


def mean_of(answers: Mapping[str, tuple[int, int]], *, min_group: int) -> Mean | None:
    """Return the mean of a dimension, or None when fewer than `min_group` people gave one.

    `answers` maps each statement to how many answered it with a value, and their sum. Nobody
    answers a statement twice, so the statement that most people answered counts the people.
    """
    people = max((count for count, _sum in answers.values()), default=0)
    if people < min_group:
        return None
    count = sum(count for count, _sum in answers.values())
    total = sum(each for _count, each in answers.values())
    return Mean(tenths=(20 * total + count) // (2 * count), people=people)


def selfscan_verdict(rule: CourseRule, evidence: Evidence) -> CriterionVerdict:
    """Judge the self-scan. Source: course.yaml, `pass_rule.self_assessment_twice`."""
    moments = rule.self_assessment.moments
    done = [moment for moment in moments if moment in evidence.selfscan_moments]
    missing = tuple(_missing(rule, moment) for moment in moments if moment not in done)
    total = len(moments)
    return criterion(
        SELFSCAN,
        NOT_YET if missing else MET,
        sentence=Text(
            f"Je vulde de zelfscan {len(done)} van de {total} keer in.",
            f"You filled in the self-scan {len(done)} of {total} times.",
        ),
        missing=missing,
    )


def _missing(rule: CourseRule, moment: str) -> Missing:
    """Say which moment misses: "before_gov_03" is before module gov-03, and so on."""
    when = moment_words(rule, moment)
    return Missing(
        kind="selfscan",
        ref=moment,
        nl=f"Je moet de zelfscan {when.nl} nog invullen.",
        en=f"You still have to fill in the self-scan {when.en}.",
    )


def moment_words(rule: CourseRule, key: str) -> Text:
    """Say when a moment is: "voor bijeenkomst 3"."""
    moment, words = moment_of(key), rule.module_word
    order = {module.id: module.order for module in rule.modules}[moment.module]
    return Text(
        f"{'voor' if moment.is_before else 'na'} {words.nl} {order}",
        f"{'before' if moment.is_before else 'after'} {words.en} {order}",
    )
