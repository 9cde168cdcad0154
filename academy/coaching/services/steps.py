"""Which steps of a plan wait to be done: what is overdue is asked of their own index."""

from __future__ import annotations

import sqlalchemy as sa

from academy.coaching.models import PlanSheet, PlanStep
from academy.kernel.db import db


def rest(plan_id: int) -> None:
    """Let no step of a plan wait any more: it stopped, or a newer version counts."""
    sheets = sa.select(PlanSheet.id).where(PlanSheet.plan_id == plan_id)
    db.session.execute(
        sa.update(PlanStep)
        .where(PlanStep.sheet_id.in_(sheets), PlanStep.open_due_on.is_not(None))
        .values(open_due_on=None)
    )


def wait(sheet: PlanSheet) -> None:
    """Let the steps of the version that counts from now on wait, and those before it no more."""
    rest(sheet.plan_id)
    db.session.execute(
        sa.update(PlanStep)
        .where(PlanStep.sheet_id == sheet.id, PlanStep.done_on.is_(None))
        .values(open_due_on=PlanStep.due_on)
    )


def counts(sheet: PlanSheet) -> bool:
    """Say whether this version is the one that was agreed last."""
    newest = sa.select(sa.func.max(PlanSheet.id)).where(
        PlanSheet.plan_id == sheet.plan_id, PlanSheet.agreed_at.is_not(None)
    )
    return db.session.scalar(newest) == sheet.id
