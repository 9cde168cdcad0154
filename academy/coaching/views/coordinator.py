"""Pages of the coordinator: what is due in the region, pausing, stopping; signals for both."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.coaching import policies, rules
from academy.coaching.forms import CloseSignalForm, PauseForm, SignalForm
from academy.coaching.policies import FOLLOW_UP, OVERSEE
from academy.coaching.queries import overview as reads
from academy.coaching.queries import plans
from academy.coaching.queries.plans import PlanHead
from academy.coaching.services import plans as plan_services
from academy.coaching.services import signals
from academy.coaching.views.blueprint import bp, put_errors, show
from academy.kernel import clock
from academy.kernel.errors import InvalidInputError
from academy.kernel.web.blueprint import actor


@bp.page("/begeleiding/overzicht", needs=OVERSEE)
def overview() -> str:
    """Show what is late or needs somebody in the region."""
    return show("overview", found=reads.overview(actor(), clock.today()), today=clock.today())


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
        pause_form=pause_form,
        actions=reads.action_count(head.id, today),
        signals=reads.signals_of_plan(head.id, today),
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
            put_errors(form, error)
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


@bp.page("/begeleiding/<int:plan_id>/signaal", needs=FOLLOW_UP)
def worry(plan_id: int) -> str:
    """Show the three questions of a signal."""
    head = plans.get_near_plan(plan_id, actor())
    return show("signal", plan=head, form=SignalForm(formdata=None))


@bp.action("/begeleiding/<int:plan_id>/signaal", needs=FOLLOW_UP)
def save_worry(plan_id: int) -> Any:
    """Raise the signal."""
    me = actor()
    head = plans.get_near_plan(plan_id, me)
    form = SignalForm()
    if not form.validate():
        return make_response(show("signal", plan=head, form=form), 422)
    signals.raise_signal(
        plan_id,
        form.kind.data,
        by=me,
        severity=form.severity.data,
        note=form.note.data or "",
    )
    flash(_("Goed dat je het zegt. Iemand kijkt ernaar."), "success")
    return _back_to(head)


def _back_to(head: PlanHead) -> AnyResponse:
    guides = policies.guides(actor(), head.person_id)
    endpoint = "coaching.plan" if guides else "coaching.standing"
    return redirect(url_for(endpoint, plan_id=head.id), 303)


@bp.action("/begeleiding/signalen/<int:signal_id>/overnemen", needs=FOLLOW_UP)
def take_over(signal_id: int) -> AnyResponse:
    """Say that one follows up a signal."""
    me = actor()
    head = plans.get_near_plan(reads.plan_id_of_signal(signal_id), me)
    signals.take_over(signal_id, by=me)
    flash(_("Jij volgt dit op. Dat staat er nu bij."), "success")
    return _back_to(head)


@bp.action("/begeleiding/signalen/<int:signal_id>/niet-tonen", needs=OVERSEE)
def hold_back(signal_id: int) -> AnyResponse:
    """Do not show a signal to the participant for a month, for safety."""
    me = actor()
    head = plans.get_overseen_plan(reads.plan_id_of_signal(signal_id), me)
    signals.hold_back(signal_id, clock.today() + rules.HOLD_BACK_AT_MOST, by=me)
    flash(_("Het signaal is dertig dagen niet te zien op de eigen pagina."), "success")
    return _back_to(head)


@bp.page("/begeleiding/signalen/<int:signal_id>/afronden", needs=FOLLOW_UP)
def finish_signal(signal_id: int) -> str:
    """Show the two questions with which a signal is closed."""
    head = plans.get_near_plan(reads.plan_id_of_signal(signal_id), actor())
    return _finish_page(head, signal_id, CloseSignalForm(formdata=None))


def _finish_page(head: PlanHead, signal_id: int, form: CloseSignalForm) -> str:
    found = [one for one in reads.signals_of_plan(head.id, clock.today()) if one.id == signal_id]
    return show("finish_signal", plan=head, signal=found[0] if found else None, form=form)


@bp.action("/begeleiding/signalen/<int:signal_id>/afronden", needs=FOLLOW_UP)
def save_finish(signal_id: int) -> Any:
    """Close a signal."""
    me = actor()
    head = plans.get_near_plan(reads.plan_id_of_signal(signal_id), me)
    form = CloseSignalForm()
    if not form.validate():
        return make_response(_finish_page(head, signal_id, form), 422)
    signals.close_signal(signal_id, form.outcome.data, by=me, reported_back=form.reported_back.data)
    flash(_("Het signaal is afgerond."), "success")
    return _back_to(head)
