"""The API of courses: courses, cohorts, their people, attendance and verdicts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from academy.kernel import policy
from academy.kernel.policy import PUBLIC
from academy.kernel.web.api import ApiBlueprint, PageQuery, after, check_match, paged
from academy.kernel.web.blueprint import actor
from courses import policies
from courses.queries import cohorts as cohort_queries
from courses.queries.catalogue import CourseDetails, course_rows
from courses.queries.catalogue import get_course as find_course
from courses.queries.enrolment import get_enrolment
from courses.queries.progress import Progress, progress_of, progress_rows
from courses.queries.register import Register, get_register
from courses.queries.roster import attendance_rows, enrolment_rows
from courses.queries.sessions import session_rows
from courses.rules.enrolment import SEATED
from courses.schemas import (
    AttendancePage,
    CohortDetailsSchema,
    CohortPage,
    CourseDetailsSchema,
    CoursePage,
    EnrolmentPage,
    NewMarksSchema,
    RegisterSchema,
    SavedRegisterSchema,
    VerdictPage,
    VerdictSchema,
)
from courses.services import attendance
from courses.services.attendance import NewMark, SavedRegister

bp = ApiBlueprint("courses_api", __name__)

COHORT = "/cohorts/<int:cohort_id>"
REGISTER = f"{COHORT}/sessions/<int:session_id>/attendance"


# --- courses and cohorts ----------------------------------------------------------------------


@bp.read("/courses", needs=PUBLIC, query=PageQuery, answers=CoursePage)
def list_courses(limit: int, cursor: str | None) -> dict[str, Any]:
    """List the courses, each in its newest version."""
    return paged(course_rows(after(cursor, str, int), limit=limit))


@bp.read("/courses/<int:course_id>", needs=PUBLIC, answers=CourseDetailsSchema)
def get_course(course_id: int) -> CourseDetails:
    """Return one course with its modules."""
    return find_course(course_id)


@bp.read("/cohorts", needs=policies.READ_COHORT, query=PageQuery, answers=CohortPage)
def list_cohorts(limit: int, cursor: str | None) -> dict[str, Any]:
    """List the cohorts in reach, the latest first."""
    after(cursor, date, int)
    return paged(cohort_queries.cohort_rows(actor(), cursor, limit=limit))


@bp.read(COHORT, needs=policies.READ_COHORT, answers=CohortDetailsSchema)
def get_cohort(cohort_id: int) -> dict[str, Any]:
    """Return one cohort with its sessions."""
    head = cohort_queries.get_cohort(cohort_id, actor())
    return asdict(head) | {"sessions": session_rows(cohort_id)}


@bp.read(f"{COHORT}/enrolments", needs=policies.READ_COHORT, query=PageQuery, answers=EnrolmentPage)
def list_enrolments(cohort_id: int, limit: int, cursor: str | None) -> dict[str, Any]:
    """List who has a chair in a cohort, by name."""
    cohort_queries.get_cohort(cohort_id, actor())
    return paged(enrolment_rows(cohort_id, after(cursor, str, int), limit=limit))


# --- attendance -------------------------------------------------------------------------------


@bp.read(
    f"{COHORT}/attendance", needs=policies.READ_COHORT, query=PageQuery, answers=AttendancePage
)
def list_attendance(cohort_id: int, limit: int, cursor: str | None) -> dict[str, Any]:
    """List who was where in a cohort, by name."""
    cohort_queries.get_cohort(cohort_id, actor())
    return paged(attendance_rows(cohort_id, after(cursor, str, int), limit=limit))


@bp.read(REGISTER, needs=policies.READ_COHORT, answers=RegisterSchema)
def get_attendance(cohort_id: int, session_id: int) -> Register:
    """Return the register of one session, with the ETag that saving asks for."""
    return get_register(cohort_id, session_id, by=actor(), right=policies.READ_COHORT)


@bp.write(
    REGISTER,
    needs=policies.MARK,
    body=NewMarksSchema,
    answers=SavedRegisterSchema,
    needs_match=True,
)
def save_attendance(cohort_id: int, session_id: int, marks: list[dict[str, Any]]) -> SavedRegister:
    """Save marks of one session. Marks are added; a correction supersedes.

    What stands already changes nothing. A mark that differs from a newer one than `seen_version`
    does not replace it: both stand, and the answer names the enrolment under `conflicts`.
    """
    register = get_register(cohort_id, session_id, by=actor())
    check_match(RegisterSchema().dump(register))
    said = [NewMark(**mark) for mark in marks]
    return attendance.save_register(session_id, said, by=actor(), source="web")


# --- verdicts ---------------------------------------------------------------------------------


@bp.read(f"{COHORT}/verdicts", needs=policies.READ_VERDICT, query=PageQuery, answers=VerdictPage)
def list_verdicts(cohort_id: int, limit: int, cursor: str | None) -> dict[str, Any]:
    """List what the rules say of everybody with a chair in a cohort, by name."""
    cohort_queries.get_cohort(cohort_id, actor(), right=policies.READ_VERDICT)
    after(cursor, str, int)
    return paged(progress_rows(cohort_id, cursor, limit=limit, states=SEATED))


@bp.read(
    "/enrolments/<int:enrolment_id>/verdict", needs=policies.READ_VERDICT, answers=VerdictSchema
)
def get_verdict(enrolment_id: int) -> Progress:
    """Return what the rules say of one enrolment: met, not yet or impossible, and why."""
    policy.require(actor(), policies.READ_VERDICT, get_enrolment(enrolment_id).reach)
    return progress_of(enrolment_id)
