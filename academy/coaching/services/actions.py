"""Agreed actions after they were made: done, let go, opened again, given another day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from academy.coaching import policies, rules
from academy.coaching.models import AgreedAction, CoachingPlan, LogEntry
from academy.coaching.queries.handover import horizon_for
from academy.coaching.queries.plans import get_guided_plan
from academy.coaching.services.plans import get_plan
from academy.kernel import audit, clock
from academy.kernel.db import db
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.policy import Actor

REGIONAL_OWNERS = ("coordinator", "client")
"""Whose agreements the coordinator may settle."""


@dataclass(frozen=True, slots=True)
class Settling:
    """What a talk says about an agreement from before: done, dropped, or moved to `due_on`."""

    action_id: int
    step: str
    due_on: date | None = None


def complete_action(action_id: int, *, by: Actor, on_behalf_of: int | None = None) -> AgreedAction:
    """Tick off an agreement: it is done."""
    return _settle(action_id, "done", by, on_behalf_of)


def drop_action(action_id: int, *, by: Actor, on_behalf_of: int | None = None) -> AgreedAction:
    """Let an agreement go: it will not be done."""
    return _settle(action_id, "dropped", by, on_behalf_of)


def reopen_action(action_id: int, *, by: Actor) -> AgreedAction:
    """Take back a tick that was set by mistake."""
    return _settle(action_id, "open", by, None)


def move_action(action_id: int, due_on: date, *, by: Actor) -> AgreedAction:
    """Give an open agreement another day; the first one stays known.

    Raises NotFoundError unless one guides that person, ConflictError when it is not open,
    InvalidInputError for a day that has been.
    """
    action, plan = _get_action(action_id)
    policies.require_guide(by, plan)
    _move(action, due_on, plan, by)
    return action


def settle_carried(plan: CoachingPlan, settlings: Iterable[Settling], *, by: Actor) -> None:
    """Do what a talk says about the agreements from before; who ticked one off meanwhile is right.

    `plan` is locked, and `by` guides that person. An agreement of another plan, or of a talk that
    `by` may not read, is left alone: a form that waited on a telephone may name what is gone.
    """
    told = {one.action_id: one for one in settlings}
    if not told:
        return
    found = db.session.scalars(
        sa.select(AgreedAction)
        .join(LogEntry, LogEntry.id == AgreedAction.entry_id)
        .where(
            AgreedAction.id.in_(sorted(told)),
            AgreedAction.plan_id == plan.id,
            LogEntry.state != "draft",
            _readable(plan, by),
        )
        .order_by(AgreedAction.id)
        .with_for_update(of=AgreedAction)
        .execution_options(populate_existing=True)
    ).all()
    for action in found:
        one = told[action.id]
        if action.state != "open" or one.step not in rules.CARRIED_STEPS:
            continue
        if one.step != "moved":
            _change(action, one.step, plan, by, None)
        elif one.due_on is not None:
            _move(action, one.due_on, plan, by)


# --- parts -----------------------------------------------------------------------------------


def _readable(plan: CoachingPlan, by: Actor) -> sa.ColumnElement[bool]:
    """Return the condition that keeps a query within the talks that `by`, who guides, may read."""
    if plan.transferred_on is None:
        return sa.true()
    return horizon_for(get_guided_plan(plan.id, by), by).entries()


def _get_action(action_id: int) -> tuple[AgreedAction, CoachingPlan]:
    """Return the action and its plan, locked: the plan first, as whoever writes a talk does."""
    plan_id = db.session.scalar(sa.select(AgreedAction.plan_id).where(AgreedAction.id == action_id))
    plan = get_plan(plan_id or 0)
    action = db.session.get(AgreedAction, action_id, with_for_update=True)
    if action is None:
        raise NotFoundError
    return action, plan


def _settle(action_id: int, state: str, by: Actor, on_behalf_of: int | None) -> AgreedAction:
    action, plan = _get_action(action_id)
    _require_may_settle(action, plan, by)
    if (action.state == "open") != (state == "open"):
        _change(action, state, plan, by, on_behalf_of)
    return action


def _change(
    action: AgreedAction, state: str, plan: CoachingPlan, by: Actor, on_behalf_of: int | None
) -> None:
    action.state = state
    action.done_on = None if state == "open" else clock.today()
    _record(state, action, plan, by, on_behalf_of)


def _move(action: AgreedAction, due_on: date, plan: CoachingPlan, by: Actor) -> None:
    if action.state != "open":
        raise ConflictError(_("Deze afspraak staat niet meer open."))
    if due_on < clock.today():
        sentence = _("Deze dag is al geweest. Kies een nieuwe dag voor de afspraak.")
        raise InvalidInputError(sentence, fields={"until": sentence})
    if due_on != action.due_on:
        action.first_due_on = action.first_due_on or action.due_on
        action.due_on = due_on
        _record("moved", action, plan, by, None)


def _record(
    what: str, action: AgreedAction, plan: CoachingPlan, by: Actor, on_behalf_of: int | None
) -> None:
    audit.record(
        f"coaching:action:{what}",
        ("agreed_action", action.id),
        by=by,
        subject_id=plan.person_id,
        on_behalf_of=on_behalf_of or _owner(action, plan, by),
    )


def _owner(action: AgreedAction, plan: CoachingPlan, by: Actor) -> int | None:
    """Return for whom `by` settles an agreement of the participant; None for any other."""
    return audit.on_behalf(by, plan.person_id) if action.owner == "participant" else None


def _require_may_settle(action: AgreedAction, plan: CoachingPlan, by: Actor) -> None:
    if plan.state != "stopped" and policies.guides(by, plan.person_id):
        return
    entry = db.session.get(LogEntry, action.entry_id)
    is_draft = entry is None or entry.state == "draft"
    if by.person_id == plan.person_id and not is_draft:
        return
    for_region = action.owner in REGIONAL_OWNERS and policies.oversees(by, plan)
    if is_draft or not for_region:
        raise NotFoundError
