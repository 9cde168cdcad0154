"""Reads a curricula folder into frozen values, or says everything that is wrong with it.

`read_curricula(folder)` returns `Curricula`, or raises `CurriculumFault` with all faults together:
file, line and a sentence in Dutch and English for each.
"""

from courses.adapters.curriculum.content import (
    Certificate,
    CourseContent,
    Curricula,
    FinalContent,
    FinalPart,
    Level,
    MakeUp,
    ModuleContent,
    Option,
    Outcome,
    PlanStep,
    Practice,
    QuizContent,
    QuizQuestion,
    RubricContent,
    RubricCriterion,
    SelfscanContent,
    SelfscanDimension,
    Source,
    Statement,
    Track,
    WorkingMethod,
)
from courses.adapters.curriculum.documents import CurriculumFault, Fault
from courses.adapters.curriculum.reader import read_curricula

__all__ = [
    "Certificate",
    "CourseContent",
    "Curricula",
    "CurriculumFault",
    "Fault",
    "FinalContent",
    "FinalPart",
    "Level",
    "MakeUp",
    "ModuleContent",
    "Option",
    "Outcome",
    "PlanStep",
    "Practice",
    "QuizContent",
    "QuizQuestion",
    "RubricContent",
    "RubricCriterion",
    "SelfscanContent",
    "SelfscanDimension",
    "Source",
    "Statement",
    "Track",
    "WorkingMethod",
    "read_curricula",
]
