"""The self-scan at every moment the course names: who filled it in, never what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courses.rules.course_rule import SELFSCAN
from courses.rules.verdict import MET, NOT_YET, CriterionVerdict, Missing, criterion
from courses.rules.words import Text

if TYPE_CHECKING:
    from courses.rules.course_rule import CourseRule
    from courses.rules.evidence import Evidence


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
    side, _, name = moment.partition("_")
    order = {module.id: module.order for module in rule.modules}[name.replace("_", "-")]
    words = rule.module_word
    when = Text(
        f"{'voor' if side == 'before' else 'na'} {words.nl} {order}",
        f"{'before' if side == 'before' else 'after'} {words.en} {order}",
    )
    return Missing(
        kind="selfscan",
        ref=moment,
        nl=f"Je moet de zelfscan {when.nl} nog invullen.",
        en=f"You still have to fill in the self-scan {when.en}.",
    )
