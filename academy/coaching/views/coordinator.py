"""Pages of the coordinator: how guidance stands, pausing, stopping. No text of talks."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.coaching import rules
from academy.coaching.forms import PauseForm
from academy.coaching.policies import OVERSEE
from academy.coaching.queries import overview as reads
from academy.coaching.queries import plans
from academy.coaching.queries import signals as signal_reads
from academy.coaching.queries.matching import responsible
from academy.coaching.queries.plans import PlanHead
from academy.coaching.queries.reviews import find_wish_of
from academy.coaching.services import plans as plan_services
from academy.coaching.views.blueprint import bp, show
from academy.kernel import clock
from academy.kernel.errors import InvalidInputError
from academy.kernel.web.blueprint import actor
from academy.kernel.web.fields import put_at_fields


@bp.page("/begeleiding/<int:plan_id>/stand", needs=OVERSEE)
def standing(plan_id: int) -> str:
    """Show a plan without any text of the talks."""
    head = plans.get_overseen_plan(plan_id, actor())
    return _standing_page(head, PauseForm(formdata=None))


def _standing_page(head: PlanHead, pause_form: PauseForm) -> str:
    today = clock.today()
    return show(
        "standing",
        plan=head,
        newest=plans.get_newest(head),
        earlier=plans.find_overseen_earlier(head, actor()),
        pause_form=pause_form,
        wish=find_wish_of(head.id),
        sees=responsible(head.place_id, today, but=head.person_id),
        actions=reads.action_count(head.id, today),
        signals=signal_reads.signals_of_plan(head.id, today),
        is_overdue=rules.contact_overdue(head.next_contact_due, today),
    )


@bp.action("/begeleiding/<int:plan_id>/pauze", needs=OVERSEE)
def pause(plan_id: int) -> Any:
    """Let the guidance rest until a day."""
    me = actor()
    head = plans.get_overseen_plan(plan_id, me)
    form = PauseForm()
    if form.validate() and form.until.data:
        try:
            plan_services.pause(plan_id, form.until.data, by=me)
        except InvalidInputError as error:
            put_at_fields(form, error)
    if form.errors:
        return make_response(_standing_page(head, form), 422)
    flash(_("De pauze staat erin."), "success")
    return redirect(url_for("coaching.standing", plan_id=plan_id), 303)


@bp.action("/begeleiding/<int:plan_id>/hervat", needs=OVERSEE)
def resume(plan_id: int) -> AnyResponse:
    """End a pause."""
    me = actor()
    plan_services.resume(plans.get_overseen_plan(plan_id, me).id, by=me)
    flash(_("De begeleiding loopt weer."), "success")
    return redirect(url_for("coaching.standing", plan_id=plan_id), 303)


@bp.action("/begeleiding/<int:plan_id>/stop", needs=OVERSEE)
def stop(plan_id: int) -> AnyResponse:
    """End the guidance; no reason is asked."""
    me = actor()
    plan_services.stop(plans.get_overseen_plan(plan_id, me).id, by=me)
    flash(_("De begeleiding is gestopt. De begeleider kan niets meer lezen."), "success")
    return redirect(url_for("coaching.standing", plan_id=plan_id), 303)
