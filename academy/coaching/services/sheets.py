"""Writing a plan together and agreeing on it. A version that was written stays as it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.coaching import policies, rules
from academy.coaching.models import CoachingPlan, PlanSheet, PlanStep
from academy.coaching.queries.handover import horizon_for
from academy.coaching.queries.plans import get_guided_plan
from academy.coaching.queries.sheets import open_steps
from academy.coaching.services import steps
from academy.coaching.services.plans import get_plan, set_rhythm
from academy.kernel import audit, clock
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor

TEXT_LENGTH = 300
STEP_LENGTH = 160


@dataclass(frozen=True, slots=True)
class NewStep:
    """Who does what before when."""

    text: str
    due_on: date
    owner: str = "participant"


@dataclass(frozen=True, slots=True)
class NewSheet:
    """What they agree: at most three steps; every text may be empty but the goal."""

    goal: str
    strengths: str = ""
    learning: str = ""
    overload: str = ""
    rhythm_days: int = rules.DEFAULT_RHYTHM_DAYS
    channel: str = "phone"
    steps: tuple[NewStep, ...] = ()


def write_sheet(plan_id: int, sheet: NewSheet, *, by: Actor) -> PlanSheet:
    """Add a version of the plan; it counts when the participant says yes.

    Only who guides writes it. What was agreed before stays readable. Sent twice it stays one.
    """
    plan = get_plan(plan_id)
    policies.require_guide(by, plan)
    if plan.state not in rules.LIVE_STATES:
        raise ConflictError(_("Jullie zijn nog niet begonnen, of zijn gestopt."))
    _check(sheet)
    newest = _newest(plan.id)
    if newest is not None and _says(newest, sheet, by):
        return newest
    row = PlanSheet(
        plan_id=plan.id,
        person_id=plan.person_id,
        number=newest.number + 1 if newest else 1,
        goal=_tidy(sheet.goal),
        strengths=_tidy(sheet.strengths),
        learning=_tidy(sheet.learning),
        overload=_tidy(sheet.overload),
        rhythm_days=sheet.rhythm_days,
        channel=sheet.channel,
        written_by_id=by.person_id,
        written_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()  # its steps and the audit name the row
    db.session.add_all(
        PlanStep(
            sheet_id=row.id,
            order=order,
            owner=step.owner,
            text=_tidy(step.text),
            due_on=step.due_on,
        )
        for order, step in enumerate(sheet.steps, start=1)
    )
    _record("written", row, by)
    return row


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _newest(plan_id: int) -> PlanSheet | None:
    """Return the newest version, locked for changing."""
    return db.session.scalars(
        sa.select(PlanSheet)
        .where(PlanSheet.plan_id == plan_id)
        .order_by(PlanSheet.number.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()


def _says(row: PlanSheet, sheet: NewSheet, by: Actor) -> bool:
    """Say whether this very plan waits for a yes: what waited on a device comes twice."""
    texts = ("goal", "strengths", "learning", "overload")
    told = db.session.scalars(
        sa.select(PlanStep).where(PlanStep.sheet_id == row.id).order_by(PlanStep.order)
    )
    return (
        row.agreed_at is None
        and row.written_by_id == by.person_id
        and all(getattr(row, name) == _tidy(getattr(sheet, name)) for name in texts)
        and (row.rhythm_days, row.channel) == (sheet.rhythm_days, sheet.channel)
        and [(one.text, one.due_on, one.owner) for one in told]
        == [(_tidy(one.text), one.due_on, one.owner) for one in sheet.steps]
    )


def _check(sheet: NewSheet) -> None:
    wrong = _wrong_texts(sheet) | _wrong_steps(sheet.steps)
    if not rules.SHORTEST_RHYTHM_DAYS <= sheet.rhythm_days <= rules.LONGEST_RHYTHM_DAYS:
        wrong["rhythm_days"] = _("Kies een ritme van 7 tot 365 dagen.")
    if sheet.channel not in rules.CHANNELS:
        wrong["channel"] = _("Kies hoe jullie elkaar spreken.")
    if wrong:
        raise InvalidInputError(next(iter(wrong.values())), fields=wrong)


def _wrong_texts(sheet: NewSheet) -> dict[str, str]:
    too_long = _("Schrijf één of twee zinnen.")
    wrong = {
        name: too_long
        for name in ("goal", "strengths", "learning", "overload")
        if len(_tidy(getattr(sheet, name))) > TEXT_LENGTH
    }
    if not sheet.goal.strip():
        wrong["goal"] = _("Schrijf waar jullie naartoe werken.")
    return wrong


def _wrong_steps(steps: tuple[NewStep, ...]) -> dict[str, str]:
    wrong = {}
    if len(steps) > rules.MOST_STEPS:
        wrong["goal"] = _("Kies hooguit drie dingen.")
    for order, step in enumerate(steps, start=1):
        if len(_tidy(step.text)) > STEP_LENGTH:
            wrong[f"step{order}"] = _("Schrijf het in één zin.")
        if step.owner not in rules.ACTION_OWNERS:
            wrong[f"owner{order}"] = _("Kies wie het doet.")
    return wrong


def agree_sheet(
    plan_id: int,
    number: int,
    *,
    by: Actor,
    on_behalf_of: int | None = None,
    read_aloud: bool = False,
) -> PlanSheet:
    """Let the participant say yes to the newest version; who guides may pass it on.

    From now on they speak as often and in the way it says. Raises ConflictError when a newer one
    was written.
    """
    plan = get_plan(plan_id)
    _require_for_participant(plan, by, on_behalf_of)
    row = _newest(plan_id)
    if row is None:
        raise NotFoundError
    if row.number != number:
        raise ConflictError(_("Er is intussen een nieuwer plan. Lees dat eerst."))
    if row.agreed_at is not None:
        return row
    row.agreed_at, row.agreed_by_id = clock.now(), by.person_id
    row.was_read_aloud = read_aloud
    plan.goal, plan.sheet_due = "", None
    steps.wait(row)
    set_rhythm(plan, row.rhythm_days, row.channel)
    _record("agreed", row, by, on_behalf_of=on_behalf_of)
    return row


def settle_step(step_id: int, *, is_done: bool, by: Actor) -> PlanStep:
    """Tick off one of the three things, or take the tick back."""
    sheet = db.session.scalars(
        sa.select(PlanSheet)
        .join(PlanStep, PlanStep.sheet_id == PlanSheet.id)
        .where(PlanStep.id == step_id)
    ).one_or_none()
    if sheet is None:
        raise NotFoundError
    plan = get_plan(sheet.plan_id)
    step = db.session.get_one(PlanStep, step_id, with_for_update=True)
    for_other = audit.on_behalf(by, plan.person_id) if step.owner == "participant" else None
    if by.person_id != plan.person_id:
        policies.require_guide(by, plan)
    if (step.done_on is not None) != is_done:
        step.done_on = clock.today() if is_done else None
        waits = not is_done and plan.state != "stopped" and steps.counts(sheet)
        step.open_due_on = step.due_on if waits else None
        what = "step-done" if is_done else "step-open"
        _record(what, sheet, by, on_behalf_of=for_other)
    return step


def settle_told(plan: CoachingPlan, step_ids: Collection[int], *, by: Actor) -> None:
    """Tick off the steps that a talk says are done; `by` guides that person.

    Only what `by` may read and is still open: a form that waited on a telephone may name others.
    """
    if not step_ids:
        return
    within = horizon_for(get_guided_plan(plan.id, by), by)
    for step in open_steps(plan.id, today=clock.today(), within=within):
        if step.id in step_ids:
            settle_step(step.id, is_done=True, by=by)


def _require_for_participant(plan: CoachingPlan, by: Actor, on_behalf_of: int | None) -> None:
    is_own = by.person_id == plan.person_id and on_behalf_of is None
    for_them = on_behalf_of == plan.person_id and policies.guides(by, plan.person_id)
    if not (is_own or for_them):
        raise NotFoundError
    if plan.state not in rules.LIVE_STATES:
        raise ConflictError(_("Jullie zijn nog niet begonnen, of zijn gestopt."))


def _record(what: str, sheet: PlanSheet, by: Actor, *, on_behalf_of: int | None = None) -> None:
    audit.record(
        f"coaching:sheet:{what}",
        ("coaching_plan_sheet", sheet.id),
        by=by,
        subject_id=sheet.person_id,
        on_behalf_of=on_behalf_of,
        number=sheet.number,
    )
