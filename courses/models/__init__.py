"""Tables of learning: frozen course content, cohorts, sessions, enrolments and what people did."""

from courses.models.answers import (
    Promise,
    QuizAttempt,
    SelfScanAnswer,
    SelfScanCompletion,
)
from courses.models.attendance import (
    MARK_SOURCES,
    MARKS,
    AttendanceCell,
    AttendanceMark,
)
from courses.models.cohorts import (
    COHORT_STATES,
    ENROLMENT_STATES,
    SESSION_STATES,
    Cohort,
    CohortTrainer,
    Enrolment,
    EnrolmentEvent,
    Session,
)
from courses.models.content import (
    Course,
    CourseVersion,
    Module,
    PracticeAssignment,
    Quiz,
    Track,
    WorkingMethod,
)
from courses.models.practical import (
    AGREED_HOW,
    ASSESSOR_ROLES,
    FINAL_STATES,
    OUTCOMES,
    AgreedLevel,
    Assessment,
    CriterionScore,
    FinalAttempt,
    ScoreTalk,
)
from courses.models.practice import (
    PRACTICE_STATES,
    PracticeSubmission,
)

__all__ = [
    "AGREED_HOW",
    "ASSESSOR_ROLES",
    "COHORT_STATES",
    "ENROLMENT_STATES",
    "FINAL_STATES",
    "MARKS",
    "MARK_SOURCES",
    "OUTCOMES",
    "PRACTICE_STATES",
    "SESSION_STATES",
    "AgreedLevel",
    "Assessment",
    "AttendanceCell",
    "AttendanceMark",
    "Cohort",
    "CohortTrainer",
    "Course",
    "CourseVersion",
    "CriterionScore",
    "Enrolment",
    "EnrolmentEvent",
    "FinalAttempt",
    "Module",
    "PracticeAssignment",
    "PracticeSubmission",
    "Promise",
    "Quiz",
    "QuizAttempt",
    "ScoreTalk",
    "SelfScanAnswer",
    "SelfScanCompletion",
    "Session",
    "Track",
    "WorkingMethod",
]
