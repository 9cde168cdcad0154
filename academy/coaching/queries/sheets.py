"""The versions of a plan. Whoever calls these shows notes: write the reading down first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from academy.coaching.models import PlanSheet, PlanStep
from academy.coaching.queries.handover import Horizon
from academy.coaching.queries.plans import full_name
from academy.kernel.db import db
from academy.kernel.errors import NotFoundError
from academy.people.models import Person

MOST_SHEETS = 24
_Writer, _Agreer = aliased(Person, name="sheet_writer"), aliased(Person, name="sheet_agreer")


@dataclass(frozen=True, slots=True)
class StepView:
    """One of the three things: who does what before when."""

    id: int
    owner: str
    text: str
    due_on: date
    done_on: date | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class SheetView:
    """One version of a plan. `agreed_by` is named when somebody passed the yes on."""

    id: int
    number: int
    goal: str
    strengths: str
    learning: str
    overload: str
    rhythm_days: int
    channel: str
    written_by: str
    written_at: datetime
    agreed_at: datetime | None
    passed_on_by: str
    was_read_aloud: bool
    steps: tuple[StepView, ...]


@dataclass(frozen=True, slots=True)
class Sheets:
    """A plan: what counts, what waits for a yes, and what counted before."""

    current: SheetView | None = None
    pending: SheetView | None = None
    earlier: tuple[SheetView, ...] = ()

    @property
    def latest(self) -> SheetView | None:
        """The newest there is: what the next version begins with."""
        return self.pending or self.current


def sheets_of(plan_id: int, *, today: date, within: Horizon | None = None) -> Sheets:
    """Return the versions of a plan that may be read, in two statements."""
    rows = db.session.execute(
        sa.select(PlanSheet, _Writer, _Agreer)
        .join(_Writer, _Writer.id == PlanSheet.written_by_id)
        .outerjoin(_Agreer, _Agreer.id == PlanSheet.agreed_by_id)
        .where(PlanSheet.plan_id == plan_id)
        .order_by(PlanSheet.number.desc())
        .limit(MOST_SHEETS)
    ).all()
    open_rows = [row for row in rows if within is None or within.opens(row[0].written_at)]
    steps = _steps([row[0].id for row in open_rows], today)
    views = [_view(*row, tuple(steps[row[0].id])) for row in open_rows]
    if not views:
        return Sheets()
    pending = views[0] if views[0].agreed_at is None else None
    agreed = [one for one in views if one.agreed_at is not None]
    return Sheets(agreed[0] if agreed else None, pending, tuple(agreed[1:]))


def open_steps(plan_id: int, *, today: date, within: Horizon | None = None) -> tuple[StepView, ...]:
    """Return the steps of the plan that counts that are to be done, first due first."""
    rows = db.session.execute(
        sa.select(PlanStep, PlanSheet.written_at)
        .join(PlanSheet, PlanSheet.id == PlanStep.sheet_id)
        .where(PlanSheet.plan_id == plan_id, PlanStep.open_due_on.is_not(None))
        .order_by(PlanStep.open_due_on, PlanStep.id)
    )
    return tuple(
        _step(row, today) for row, written_at in rows if within is None or within.opens(written_at)
    )


def _steps(sheet_ids: list[int], today: date) -> dict[int, list[StepView]]:
    found: dict[int, list[StepView]] = defaultdict(list)
    rows = db.session.scalars(
        sa.select(PlanStep)
        .where(PlanStep.sheet_id.in_(sheet_ids))
        .order_by(PlanStep.sheet_id, PlanStep.order)
    )
    for row in rows:
        found[row.sheet_id].append(_step(row, today))
    return found


def _step(row: PlanStep, today: date) -> StepView:
    is_overdue = row.done_on is None and row.due_on < today
    return StepView(row.id, row.owner, row.text, row.due_on, row.done_on, is_overdue)


def _view(
    row: PlanSheet, writer: Person, agreer: Person | None, steps: tuple[StepView, ...]
) -> SheetView:
    passed_on = agreer is not None and agreer.id != row.person_id
    return SheetView(
        id=row.id,
        number=row.number,
        goal=row.goal,
        strengths=row.strengths,
        learning=row.learning,
        overload=row.overload,
        rhythm_days=row.rhythm_days,
        channel=row.channel,
        written_by=writer.display_name,
        written_at=row.written_at,
        agreed_at=row.agreed_at,
        passed_on_by=full_name(agreer) if passed_on else "",
        was_read_aloud=row.was_read_aloud,
        steps=steps,
    )


def plan_of_step(step_id: int) -> int:
    """Return the plan that one of the three things belongs to. Raises NotFoundError."""
    plan_id = db.session.scalar(
        sa.select(PlanSheet.plan_id)
        .join(PlanStep, PlanStep.sheet_id == PlanSheet.id)
        .where(PlanStep.id == step_id)
    )
    if plan_id is None:
        raise NotFoundError
    return plan_id


def waits_for_yes(plan_id: int) -> bool:
    """Say whether the newest version still waits for the participant's yes; shows no text."""
    newest = (
        sa.select(PlanSheet.agreed_at)
        .where(PlanSheet.plan_id == plan_id)
        .order_by(PlanSheet.number.desc())
        .limit(1)
    )
    found = db.session.execute(newest).first()
    return found is not None and found.agreed_at is None
