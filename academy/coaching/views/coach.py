"""Pages of the coach: whom to call, one person's log and plan."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.coaching import policies, rules
from academy.coaching.forms import WordsForm
from academy.coaching.policies import BEGIN, GUIDE
from academy.coaching.queries import log as entries
from academy.coaching.queries import plans, sheets, signals
from academy.coaching.queries.handover import (
    earlier_guidance,
    get_guided_entry,
    get_readable_plan,
    horizon_for,
)
from academy.coaching.queries.overseers import overseers, told_about
from academy.coaching.queries.plans import PlanHead
from academy.coaching.services import actions, log
from academy.coaching.services import plans as plan_services
from academy.coaching.services.reading import note_reading
from academy.coaching.views.blueprint import bp, show
from academy.coaching.views.sent import go_on
from academy.kernel import clock, ids
from academy.kernel.web.blueprint import actor
from academy.kernel.web.device import device_keys


@bp.page("/begeleiding", needs=BEGIN)
def people() -> Any:
    """Show the coach whom to call, who is due first; a coordinator goes on to the region."""
    me = actor()
    if not policies.guided_person_ids(me) and me.may(policies.OVERSEE):
        return redirect(url_for("coaching.overview"), 303)
    return show(
        "people",
        found=plans.guided_rows(me, clock.today()),
        device=device_keys(me.person_id),
        sees_region=me.may(policies.OVERSEE),
    )


@bp.page("/begeleiding/<int:plan_id>", needs=GUIDE)
def plan(plan_id: int) -> str:
    """Show one person's plan and log; the reading is written down first."""
    me = actor()
    head = get_readable_plan(plan_id, me)
    if not head.is_live:
        return show("proposal", plan=head, is_coach=me.person_id == head.coach_id)
    now = note_reading(head.id, "page", by=me)
    horizon, today = horizon_for(head, me), clock.today()
    within = horizon.entries()
    drafts = entries.drafts_saved_at(head.id, me.person_id)
    page = entries.entry_page(head.id, now=now, cursor=request.args.get("vanaf"), within=within)
    return show(
        "plan",
        plan=head,
        page=page,
        actions=entries.actions_now(head.id, today=today, within=within),
        steps=sheets.open_steps(head.id, today=today, within=horizon),
        earlier=earlier_guidance(head, me),
        device=device_keys(me.person_id),
        signals=signals.for_coach(signals.signals_of_plan(head.id, today)),
        draft_saved_at=drafts.get("talk"),
        review_saved_at=drafts.get("review"),
        is_overdue=rules.contact_overdue(head.next_contact_due, today),
        quick_key=ids.nonce(),
        escalation=_escalation(head),
        me=me.person_id,
        words_form=WordsForm(formdata=None),
    )


def _escalation(head: PlanHead) -> dict[str, Any] | None:
    """Return who hears, and when, that they did not speak; None while it is not due."""
    due = head.next_contact_due
    if due is None or due > clock.today():
        return None
    among = overseers(clock.today())
    told = told_about(head.place_id, among, person_id=head.person_id, rather_not=head.coach_id)
    if told is None:
        return None
    day = rules.escalates_on(due)
    return {"name": told.name, "day": day, "is_told": day <= clock.today()}


@bp.action("/begeleiding/gesprekken/<int:entry_id>/voorgelezen", needs=GUIDE)
def read_aloud(entry_id: int) -> AnyResponse:
    """Note that the coach read an entry to the participant."""
    me = actor()
    head = get_guided_entry(entry_id, me)
    log.mark_seen(entry_id, by=me, on_behalf_of=head.person_id)
    flash(_("Genoteerd: je hebt het voorgelezen aan %(name)s.", name=head.call_name), "success")
    return redirect(url_for("coaching.plan", plan_id=head.id), 303)


@bp.action("/begeleiding/gesprekken/<int:entry_id>/woorden", needs=GUIDE)
def words_for(entry_id: int) -> Any:
    """Add the participant's own words on their behalf."""
    me = actor()
    head = get_guided_entry(entry_id, me)
    words = request.form.get("words", "")
    log.add_own_words(entry_id, words, by=me, on_behalf_of=head.person_id)
    flash(_("De woorden van %(name)s staan erbij.", name=head.call_name), "success")
    return go_on(url_for("coaching.plan", plan_id=head.id))


@bp.action("/begeleiding/afspraken/<int:action_id>/<any(klaar,vervalt,open):step>", needs=GUIDE)
def settle_action(action_id: int, step: str) -> AnyResponse:
    """Tick off an agreement, let it go, or take the tick back."""
    me = actor()
    plan_id = plans.plan_id_of_action(action_id)
    steps = {
        "klaar": actions.complete_action,
        "vervalt": actions.drop_action,
        "open": actions.reopen_action,
    }
    steps[step](action_id, by=me)
    flash(_("Opgeslagen."), "success")
    return redirect(url_for("coaching.plan", plan_id=plan_id), 303)


@bp.action("/begeleiding/<int:plan_id>/<any(ja,nee):answer>", needs=BEGIN)
def answer(plan_id: int, answer: str) -> AnyResponse:
    """Say yes or no to guiding somebody, or pass on the participant's answer."""
    me = actor()
    head = plans.get_near_plan(plan_id, me)
    for_participant = request.form.get("who") == "participant" or me.person_id != head.coach_id
    on_behalf_of = head.person_id if for_participant else None
    if answer == "nee":
        plan_services.decline(plan_id, by=me, on_behalf_of=on_behalf_of)
        flash(_("Genoteerd. De coördinator zoekt een andere begeleider."), "success")
        return redirect(url_for("coaching.people"), 303)
    after = plan_services.agree(plan_id, by=me, on_behalf_of=on_behalf_of)
    begun = after.state == "active"
    flash(_("Jullie zijn begonnen. Veel plezier samen.") if begun else _("Genoteerd."), "success")
    if policies.guides(me, head.person_id):
        return redirect(url_for("coaching.plan", plan_id=plan_id), 303)
    return redirect(url_for("coaching.standing", plan_id=plan_id), 303)
