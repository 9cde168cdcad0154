"""The end of guidance: a last talk and a card that says thank you."""

from __future__ import annotations

from datetime import date

from flask_babel import force_locale
from flask_babel import gettext as _

from academy.coaching import policies
from academy.coaching.adapters.thanks_card import thanks_card
from academy.coaching.models import CoachingPlan
from academy.coaching.queries.plans import PlanHead
from academy.coaching.services.plans import get_plan
from academy.kernel import audit, clock
from academy.kernel.errors import ConflictError, InvalidInputError
from academy.kernel.i18n import short_day
from academy.kernel.policy import Actor


def plan_goodbye(plan_id: int, goodbye_on: date, *, by: Actor) -> CoachingPlan:
    """Write down when the last talk is, or was. Nobody has to have one."""
    plan = get_plan(plan_id)
    policies.require_overseer(by, plan)
    if plan.state != "stopped" or plan.stopped_on is None:
        raise ConflictError(_("Deze begeleiding loopt nog."))
    if goodbye_on < plan.opened_on:
        sentence = _("Kies een dag na het begin.")
        raise InvalidInputError(sentence, fields={"goodbye_on": sentence})
    plan.goodbye_on = goodbye_on
    audit.record(
        "coaching:plan:goodbye",
        ("coaching_plan", plan.id),
        by=by,
        subject_id=plan.person_id,
    )
    return plan


def make_thanks_card(plan: PlanHead, *, by: Actor) -> bytes:
    """Return the card for who stopped, to print and give. Raises ConflictError while it runs."""
    if plan.state != "stopped":
        raise ConflictError(_("Deze begeleiding loopt nog."))
    with force_locale("nl"):
        since = short_day(plan.started_on or plan.opened_on)
        until = short_day(plan.stopped_on or clock.today())
    return thanks_card(name=plan.call_name, since=since, until=until, made_by=by.display_name)
