"""What the API says and hears of courses. Rules live in the services, not here."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from academy.kernel.web.api import Strict, Text, number, page_of
from courses.models import (
    COHORT_STATES,
    ENROLMENT_STATES,
    MARKS,
    SESSION_STATES,
)
from courses.services.attendance import MAX_MINUTES_LATE, MAX_NOTE

MOST_MARKS = 200


def _one_of(*values: str, **options: object) -> fields.String:
    return fields.String(required=True, validate=validate.OneOf(values), **options)  # type: ignore[arg-type]


def _mark(**options: object) -> fields.String:
    return fields.String(validate=validate.OneOf(MARKS), **options)  # type: ignore[arg-type]


# --- courses and cohorts ----------------------------------------------------------------------


class CourseSchema(Schema):
    """A course in its newest version, in the language of the answer."""

    id = fields.Integer(required=True)
    key = fields.String(required=True)
    track = fields.String(required=True)
    version = fields.String(required=True)
    title = fields.String(required=True)
    goal = fields.String(required=True)
    sessions = fields.Integer(required=True)
    session_minutes = fields.Integer(required=True)


class ModuleSchema(Schema):
    """A module of a course."""

    key = fields.String(required=True)
    order = fields.Integer(required=True)
    title = fields.String(required=True)
    minutes = fields.Integer(required=True)
    attendance_required = fields.Boolean(required=True)


class CourseDetailsSchema(Schema):
    """A course with its modules."""

    course = fields.Nested(CourseSchema, required=True)
    modules = fields.List(fields.Nested(ModuleSchema), required=True)


class CohortSchema(Schema):
    """A cohort: how many chairs, how many taken, how many people wait for an answer."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    course = fields.String(required=True)
    place = fields.String(required=True)
    starts_on = fields.Date(required=True)
    state = _one_of(*COHORT_STATES)
    capacity = fields.Integer(required=True)
    seated = fields.Integer(required=True)
    applying = fields.Integer(required=True)


class SessionSchema(Schema):
    """A session of a cohort. `moved_from` is the day it was planned on at first."""

    id = fields.Integer(required=True)
    order = fields.Integer(required=True)
    module_key = fields.String(required=True)
    title = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    location = fields.String(required=True)
    state = _one_of(*SESSION_STATES)
    moved_from = fields.Date(required=True, allow_none=True)


class CohortDetailsSchema(CohortSchema):
    """A cohort with its sessions."""

    course_id = fields.Integer(required=True)
    track = fields.String(required=True)
    location = fields.String(required=True)
    sessions = fields.List(fields.Nested(SessionSchema), required=True)


class EnrolmentSchema(Schema):
    """Somebody who has a chair in a cohort."""

    id = fields.Integer(required=True)
    cohort_id = fields.Integer(required=True)
    name = fields.String(required=True)
    state = _one_of(*ENROLMENT_STATES)
    applied_on = fields.Date(required=True)


# --- attendance -------------------------------------------------------------------------------


class CellSchema(Schema):
    """What stands for one person at one session; null while two marks contradict each other."""

    session_id = fields.Integer(required=True)
    status = _mark(required=True, allow_none=True)
    minutes_late = fields.Integer(required=True, allow_none=True)
    in_conflict = fields.Boolean(required=True)


class AttendanceSchema(Schema):
    """One person with what is marked; a session without a mark is left out."""

    enrolment_id = fields.Integer(required=True)
    name = fields.String(required=True)
    cells = fields.List(fields.Nested(CellSchema), required=True)


class StandingMarkSchema(Schema):
    """A mark that counts, or one of two that contradict each other."""

    status = _mark(required=True)
    minutes_late = fields.Integer(required=True, allow_none=True)


class RegisterPersonSchema(Schema):
    """One person in a register. Send `version` back as `seen_version`."""

    enrolment_id = fields.Integer(required=True)
    name = fields.String(required=True)
    joined_later = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    standing = fields.List(fields.Nested(StandingMarkSchema), required=True)
    in_conflict = fields.Boolean(required=True)


class RegisterSchema(Schema):
    """The register of one session. `takes_marks` says whether anything can be saved."""

    session_id = fields.Integer(required=True)
    cohort_id = fields.Integer(required=True)
    starts_at = fields.AwareDateTime(required=True)
    state = _one_of(*SESSION_STATES)
    takes_marks = fields.Boolean(required=True)
    people = fields.List(fields.Nested(RegisterPersonSchema), required=True)


class NewMarkSchema(Strict):
    """What somebody says of one person. `minutes_late` belongs to late."""

    enrolment_id = number(required=True)
    status = _mark(required=True)
    minutes_late = fields.Integer(
        strict=True, load_default=None, validate=validate.Range(1, MAX_MINUTES_LATE)
    )
    counts_anyway = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "A late arrival beyond the limit counts; `note` says why."},
    )
    note = Text(load_default="", max_length=MAX_NOTE)
    seen_version = fields.Integer(
        strict=True,
        required=True,
        validate=validate.Range(0, 2**31 - 1),
        metadata={"description": "`version` of the person in the register; 0 without a mark."},
    )


class NewMarksSchema(Strict):
    """The marks to save; who is not named keeps what stands."""

    marks = fields.List(
        fields.Nested(NewMarkSchema), required=True, validate=validate.Length(1, MOST_MARKS)
    )


class SavedRegisterSchema(Schema):
    """What a save did. `conflicts` names the enrolments of which two marks now stand."""

    saved = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    conflicts = fields.List(fields.Integer(), required=True)


# --- verdicts ---------------------------------------------------------------------------------


class MissingSchema(Schema):
    """One thing that is missing: what kind, which one, and the sentence."""

    kind = fields.String(required=True)
    ref = fields.String(required=True)
    nl = fields.String(required=True)
    en = fields.String(required=True)


class CriterionSchema(Schema):
    """How one criterion of the course stands, with the sentence that people read."""

    id = fields.String(required=True)
    state = _one_of("met", "not_yet", "impossible")
    nl = fields.String(required=True)
    en = fields.String(required=True)
    missing = fields.List(fields.Nested(MissingSchema), required=True)


class VerdictSchema(Schema):
    """What the rules say now about one enrolment. A decided one has its verdict filed apart."""

    enrolment_id = fields.Integer(required=True)
    name = fields.String(required=True)
    state = _one_of(*ENROLMENT_STATES)
    complete = fields.Boolean(required=True, attribute="verdict.complete")
    criteria = fields.List(
        fields.Nested(CriterionSchema), required=True, attribute="verdict.criteria"
    )


CoursePage = page_of(CourseSchema, "CoursePage")
CohortPage = page_of(CohortSchema, "CohortPage")
EnrolmentPage = page_of(EnrolmentSchema, "EnrolmentPage")
AttendancePage = page_of(AttendanceSchema, "AttendancePage")
VerdictPage = page_of(VerdictSchema, "VerdictPage")
