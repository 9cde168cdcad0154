"""Who may do what in courses: one constant per right, and where an object lies.

The table "People, roles and rights" of the architecture page decides; change it there first.
"""

from __future__ import annotations

from academy.kernel.policy import Capability, capability

OWN_PATH = capability("courses:path:read", own=True)
"""Read one's own path: sessions, lessons, assignments, what is missing."""

APOLOGISE = capability("courses:apology:write", "trainer", "coordinator", "coach", own=True)
"""Report that somebody cannot come."""

HAND_IN = capability("courses:practice:hand-in", "trainer", "coordinator", "coach", own=True)
"""Hand in a practice assignment, for oneself or on behalf of somebody."""

TAKE_QUIZ = capability("courses:quiz:take", "trainer", "coordinator", "coach", own=True)
"""Answer the questions of a lesson, and read one's own answers; or type for somebody who talks.

Who helps reads only what was typed for a participant, never what the participant typed."""

FILL_IN_SCAN = capability("courses:self-scan:fill-in", "trainer", "coordinator", "coach", own=True)
"""Fill in the self-scan, and see the picture of one's own group; or type what somebody says."""

READ_SCAN = capability("courses:self-scan:read-group", "trainer", "coordinator")
"""See the self-scan of a group: means of five people and more, never an answer."""

READ_COHORT = capability(
    "courses:cohort:read", "trainer", "assessor", "resident_assessor", "coordinator"
)
"""See a cohort, its people and its register. Assessors see what they are assigned to."""

READ_VERDICT = capability("courses:verdict:read", "trainer", "coordinator")
"""Read what the rules say of the people of a cohort, all at once."""

PRINT = capability("courses:paper:print", "trainer", "coordinator")
"""Print the papers of a cohort: sheets, letters, cards and badges."""

MARK = capability("courses:attendance:write", "trainer", "coordinator")
"""Mark a register and accept make-up assignments."""

REVIEW = capability("courses:practice:review", "trainer", "coordinator")
"""Say "done" or "add something" to a practice assignment."""

PLAN_FINAL = capability("courses:practical:plan", "trainer", "coordinator")
"""Plan a practical and name its assessors."""

SCORE = capability("courses:practical:score", "trainer", "assessor", "resident_assessor")
"""Score a practical one is named for: a trainer first, an assessor second or third."""

OBJECT = capability("courses:objection:write", "trainer", "coordinator", "coach", own=True)
"""Object to a result, for oneself or on behalf of somebody, and take it back."""

READ_OBJECTION = capability("courses:objection:read", "coordinator", "reviewer")
"""Read an objection: who handles it, or looks anew at this one."""

HANDLE_OBJECTION = capability("courses:objection:handle", "coordinator")
"""Name who looks anew at an objection, and keep its clock."""

REFUSE_LATE = capability("courses:objection:refuse-late", "coordinator", step_up=True)
"""Say that an objection came too late to be looked at."""

ANSWER_OBJECTION = capability("courses:objection:answer", "reviewer", step_up=True)
"""Answer the one objection one is named for."""

MANAGE = capability("courses:cohort:manage", "coordinator")
"""Plan cohorts and sessions, admit, put on the waiting list, move people."""

END_COURSE = capability("courses:enrolment:end", "coordinator", step_up=True)
"""Decide that somebody's course ends without a certificate."""

APPLY = capability("courses:application:write", "coordinator")
"""Turn a request into an application to a cohort."""

ALL: tuple[Capability, ...] = (
    OWN_PATH,
    APOLOGISE,
    HAND_IN,
    TAKE_QUIZ,
    FILL_IN_SCAN,
    READ_SCAN,
    READ_COHORT,
    READ_VERDICT,
    PRINT,
    MARK,
    REVIEW,
    PLAN_FINAL,
    SCORE,
    OBJECT,
    READ_OBJECTION,
    HANDLE_OBJECTION,
    REFUSE_LATE,
    ANSWER_OBJECTION,
    MANAGE,
    END_COURSE,
    APPLY,
)
