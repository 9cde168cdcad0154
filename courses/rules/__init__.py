"""Does this person complete the course? Pure rules that explain their answer in two languages.

Nothing here knows Flask, a database or a clock: dates and marks arrive as frozen values, and the
answer is a frozen verdict. The numbers come from the `*_rule` blocks of `course.yaml`.
"""

from courses.rules.completion import Change, verdict, what_if
from courses.rules.course_rule import (
    AttendanceRule,
    CourseRule,
    CriterionRule,
    FinalRule,
    ModuleRule,
    PracticeRule,
    QuizRule,
    RubricRule,
    RuleUnreadableError,
    SelfscanRule,
    parse_rubric,
    parse_rule,
)
from courses.rules.evidence import Evidence, FinalAttempt, Mark, SessionEvidence
from courses.rules.practical import (
    Agreement,
    Outcome,
    Talk,
    TalkNotAllowedError,
    agree,
    differing,
    levels_line,
    merge_resit,
    needs_talk,
    outcome,
    resit_criteria,
    resit_from,
)
from courses.rules.scoring import (
    TRUE_FALSE,
    Answer,
    Question,
    is_correct,
    right_answer,
    score,
    shuffled,
)
from courses.rules.selfscan import Mean, Moment, is_open, is_over, mean_of, moment_of, moment_words
from courses.rules.verdict import CriterionVerdict, Missing, Verdict
from courses.rules.words import Text

__all__ = [
    "TRUE_FALSE",
    "Agreement",
    "Answer",
    "AttendanceRule",
    "Change",
    "CourseRule",
    "CriterionRule",
    "CriterionVerdict",
    "Evidence",
    "FinalAttempt",
    "FinalRule",
    "Mark",
    "Mean",
    "Missing",
    "ModuleRule",
    "Moment",
    "Outcome",
    "PracticeRule",
    "Question",
    "QuizRule",
    "RubricRule",
    "RuleUnreadableError",
    "SelfscanRule",
    "SessionEvidence",
    "Talk",
    "TalkNotAllowedError",
    "Text",
    "Verdict",
    "agree",
    "differing",
    "is_correct",
    "is_open",
    "is_over",
    "levels_line",
    "mean_of",
    "merge_resit",
    "moment_of",
    "moment_words",
    "needs_talk",
    "outcome",
    "parse_rubric",
    "parse_rule",
    "resit_criteria",
    "resit_from",
    "right_answer",
    "score",
    "shuffled",
    "verdict",
    "what_if",
]
