"""What the home page shows of plans, transfers and reviews."""

from __future__ import annotations

from datetime import date

from flask import url_for
from flask_babel import gettext as _

from academy.coaching import policies, rules
from academy.coaching.queries import reviews
from academy.coaching.queries.handover import find_handover
from academy.coaching.queries.plans import GuidedRow, PlanHead
from academy.coaching.queries.sheets import waits_for_yes
from academy.kernel.feature import TodayItem
from academy.kernel.i18n import short_day
from academy.kernel.policy import Actor


def own_items(plan: PlanHead) -> list[TodayItem]:
    """Return what the participant is asked: a yes to the plan, and what a new coach may read."""
    items = []
    if plan.is_live and waits_for_yes(plan.id):
        items.append(
            TodayItem(
                title=_("Er is een nieuw plan voor jou"),
                why=_("%(name)s schreef het op. Jij zegt of het klopt.", name=plan.coach_name),
                action=_("Lees het plan"),
                href=url_for("coaching.own_sheet"),
                icon="pen",
                urgency=2,
            )
        )
    asks = plan.has_handover and plan.state != "stopped"
    handover = find_handover(plan.id) if asks else None
    if handover is not None and handover.is_asked(plan.coach_id):
        items.append(
            TodayItem(
                title=_("Mag %(name)s je oude gesprekken lezen?", name=handover.to_name),
                why=_("Jij beslist. Nu is het nog dicht."),
                action=_("Zeg ja of nee"),
                href=url_for("coaching.own_guidance"),
                icon="lock",
                urgency=2,
            )
        )
    return items


def region_items(actor: Actor) -> list[TodayItem]:
    """Return who asked for another coach, or for none, at the yearly review."""
    if not actor.may(policies.OVERSEE):
        return []
    return [
        TodayItem(
            title=_wish_title(one.wants, one.person_name),
            why=_("Gezegd bij het jaargesprek van %(day)s.", day=short_day(one.held_on)),
            action=_("Kijk wat er kan"),
            href=url_for("coaching.standing", plan_id=one.plan_id),
            icon="person",
            urgency=2,
        )
        for one in reviews.open_wishes(actor)
    ]


def _wish_title(wants: str, name: str) -> str:
    if wants == "stop":
        return str(_("%(name)s wil stoppen", name=name))
    return str(_("%(name)s wil een andere begeleider", name=name))


def review_items(rows: list[GuidedRow], today: date) -> list[TodayItem]:
    """Return the yearly reviews that come up within a month, for the coach."""
    return [
        TodayItem(
            title=_("Jaargesprek met %(name)s", name=row.person_name),
            why=_("Liefst vóór %(day)s. Alles is al ingevuld.", day=short_day(due_on)),
            action=_("Bereid het gesprek voor"),
            href=url_for("coaching.review", plan_id=row.plan_id),
            icon="calendar",
            urgency=1 if due_on < today else 3,
            due_on=due_on,
        )
        for row in rows
        if row.state in rules.LIVE_STATES
        and (due_on := row.yearly_review_due) is not None
        and due_on <= today + rules.REVIEW_SOON
    ]
