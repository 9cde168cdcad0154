"""What `academy check` asks of courses: levels are those that were handed in and agreed on."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from academy.kernel.audit import AuditEvent, known_salts, proof
from academy.kernel.db import db
from courses.models import AgreedLevel, Assessment, CriterionScore
from courses.rules import levels_line

SCORED, DECIDED = "courses:practical:scored", "courses:practical:decided"

Key = tuple[int, str]
"""An attempt, and the role of who scored it; no role for what was agreed on."""


def faults() -> list[str]:
    """Return the practicals whose levels are others than the audit log proves.

    Levels that are not kept any more, and those of who was erased, can be proved no longer.
    """
    salts, levels = known_salts(), {**_scored(), **_agreed()}
    events = db.session.execute(
        sa.select(AuditEvent.object_id, AuditEvent.subject_id, AuditEvent.data)
        .where(AuditEvent.action.in_((SCORED, DECIDED)))
        .order_by(AuditEvent.id)
    )
    found = []
    for attempt_id, subject_id, data in events:
        salt, given = salts.get(subject_id), levels.get((attempt_id, data.get("role", "")))
        if "proof" not in data or salt is None or given is None:
            continue
        if proof(salt, levels_line(given)) != data["proof"]:
            found.append(f"practical {attempt_id}: its levels are not those that were handed in")
    return found


def _scored() -> dict[Key, Mapping[str, int]]:
    found: dict[Key, dict[str, int]] = {}
    for attempt_id, role, criterion, level in db.session.execute(
        sa.select(
            Assessment.final_attempt_id,
            Assessment.role,
            CriterionScore.criterion,
            CriterionScore.level,
        ).join(CriterionScore, CriterionScore.assessment_id == Assessment.id)
    ):
        found.setdefault((attempt_id, role), {})[criterion] = level
    return {**found}


def _agreed() -> dict[Key, Mapping[str, int]]:
    found: dict[Key, dict[str, int]] = {}
    for attempt_id, criterion, level in db.session.execute(
        sa.select(AgreedLevel.final_attempt_id, AgreedLevel.criterion, AgreedLevel.level)
    ):
        found.setdefault((attempt_id, ""), {})[criterion] = level
    return {**found}
