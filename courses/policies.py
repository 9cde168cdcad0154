"""Who may do what in courses: one constant per right, and where an object lies.

The table "People, roles and rights" of the architecture page decides; change it there first.
"""

from __future__ import annotations

from academy.kernel.policy import Capability, capability

OWN_PATH = capability("courses:path:read", own=True)
"""Read one's own path: sessions, lessons, assignments, what is missing."""

APOLOGISE = capability("courses:apology:write", "trainer", "coordinator", own=True)
"""Report that somebody cannot come."""

HAND_IN = capability("courses:practice:hand-in", "trainer", "coordinator", "coach", own=True)
"""Hand in a practice assignment, for oneself or on behalf of somebody."""

READ_COHORT = capability(
    "courses:cohort:read", "trainer", "assessor", "resident_assessor", "coordinator"
)
"""See a cohort, its people and its register. Assessors see what they are assigned to."""

MARK = capability("courses:attendance:write", "trainer", "coordinator")
"""Mark a register and accept make-up assignments."""

REVIEW = capability("courses:practice:review", "trainer", "coordinator")
"""Say "done" or "add something" to a practice assignment."""

PLAN_FINAL = capability("courses:practical:plan", "trainer", "coordinator")
"""Plan a practical and name its assessors."""

SCORE = capability("courses:practical:score", "trainer", "assessor", "resident_assessor")
"""Score a practical one is named for: a trainer first, an assessor second or third."""

MANAGE = capability("courses:cohort:manage", "coordinator")
"""Plan cohorts and sessions, admit, put on the waiting list, move people."""

APPLY = capability("courses:application:write", "coordinator")
"""Turn a request into an application to a cohort."""

ALL: tuple[Capability, ...] = (
    OWN_PATH,
    APOLOGISE,
    HAND_IN,
    READ_COHORT,
    MARK,
    REVIEW,
    PLAN_FINAL,
    SCORE,
    MANAGE,
    APPLY,
)
