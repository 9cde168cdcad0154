"""I worry: raising a signal, following it up, holding it back, finishing it. Never details."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.coaching import policies, rules
from academy.coaching.forms import CloseSignalForm, SignalForm
from academy.coaching.forms.cadence import HoldBackForm
from academy.coaching.policies import FOLLOW_UP, OVERSEE, WORRY
from academy.coaching.queries import plans
from academy.coaching.queries import signals as reads
from academy.coaching.queries.overseers import Overseer, overseer_of, overseers
from academy.coaching.queries.plans import PlanHead
from academy.coaching.queries.signals import SignalRow
from academy.coaching.services import signals
from academy.coaching.views.blueprint import bp, show
from academy.kernel import clock
from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.policy import Actor
from academy.kernel.web.blueprint import actor
from academy.kernel.web.fields import put_at_fields


@bp.page("/zorgen", needs=WORRY)
def worries() -> str:
    """Show where one can say that one worries: about whom one guides, or about oneself."""
    return _worries_page(SignalForm(formdata=None))


def _worries_page(form: SignalForm) -> str:
    me = actor()
    own = _own_plan(me)
    return show(
        "worries",
        form=form,
        own=own,
        reads_it=_coordinator_of(own) if own else None,
        coach_sees=own is not None and _is_overseer(own.coach_id, own.place_id),
        guided=plans.guided_rows(me, clock.today()) if policies.guided_person_ids(me) else [],
        sees_region=me.may(OVERSEE),
    )


def _own_plan(me: Actor) -> PlanHead | None:
    """Return one's own plan until it stops: also before there is a coach, and between two."""
    plan = plans.find_own_plan(me.person_id or 0)
    return plan if plan is not None and plan.state != "stopped" else None


def _coordinator_of(plan: PlanHead) -> Overseer | None:
    among = overseers(clock.today())
    return overseer_of(plan.place_id, among, but=(plan.person_id, plan.coach_id))


def _is_overseer(person_id: int | None, place_id: int | None) -> bool:
    among = tuple(one for one in overseers(clock.today()) if one.person_id == person_id)
    return overseer_of(place_id, among) is not None


@bp.action("/zorgen", needs=WORRY)
def save_own_worry() -> Any:
    """Raise a signal about oneself; a coordinator follows it up, not the coach."""
    me = actor()
    own = _own_plan(me)
    if own is None:
        raise NotFoundError
    form = SignalForm()
    if not form.validate():
        return make_response(_worries_page(form), 422)
    _raise(own, form, me)
    return redirect(url_for("coaching.own_log"), 303)


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
    _raise(head, form, me)
    return _back_to(head)


def _raise(head: PlanHead, form: SignalForm, me: Actor) -> None:
    raised = signals.raise_signal(
        head.id,
        form.kind.data,
        by=me,
        severity=form.severity.data,
        note=form.note.data or "",
    )
    if raised.assigned_to_id is None:
        flash(_("Het signaal staat erin. Nog niemand volgt het op: bel de academie."), "warning")
    else:
        flash(_("Goed dat je het zegt. Iemand kijkt ernaar."), "success")


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


@bp.page("/begeleiding/signalen/<int:signal_id>/niet-tonen", needs=OVERSEE)
def ask_hold_back(signal_id: int) -> str:
    """Ask why a signal is not shown yet, and until when."""
    head = plans.get_overseen_plan(reads.plan_id_of_signal(signal_id), actor())
    until = clock.today() + rules.HOLD_BACK_AT_MOST
    return _hold_back_page(head, signal_id, HoldBackForm(formdata=None, until=until))


def _hold_back_page(head: PlanHead, signal_id: int, form: HoldBackForm) -> str:
    return show("hold_back", plan=head, signal=_find(head, signal_id), form=form)


def _find(head: PlanHead, signal_id: int) -> SignalRow:
    """Return an open signal that the one who asks may see. Raises NotFoundError."""
    found = reads.signals_of_plan(head.id, clock.today())
    if not policies.sees_region_of(actor(), head.place_id, head.person_id):
        found = reads.for_coach(found)
    for one in found:
        if one.id == signal_id:
            return one
    raise NotFoundError


@bp.action("/begeleiding/signalen/<int:signal_id>/niet-tonen", needs=OVERSEE)
def hold_back(signal_id: int) -> Any:
    """Do not show a signal to the participant before a day, for safety."""
    me = actor()
    head = plans.get_overseen_plan(reads.plan_id_of_signal(signal_id), me)
    form = HoldBackForm()
    if form.validate() and form.until.data:
        try:
            signals.hold_back(signal_id, form.until.data, because=form.because.data, by=me)
        except InvalidInputError as error:
            put_at_fields(form, error)
    if form.errors:
        return make_response(_hold_back_page(head, signal_id, form), 422)
    flash(_("Het signaal is nog niet te zien op de eigen pagina."), "success")
    return _back_to(head)


@bp.page("/begeleiding/signalen/<int:signal_id>/afronden", needs=FOLLOW_UP)
def finish_signal(signal_id: int) -> str:
    """Show the two questions with which a signal is closed."""
    head = plans.get_near_plan(reads.plan_id_of_signal(signal_id), actor())
    return _finish_page(head, signal_id, CloseSignalForm(formdata=None))


def _finish_page(head: PlanHead, signal_id: int, form: CloseSignalForm) -> str:
    return show("finish_signal", plan=head, signal=_find(head, signal_id), form=form)


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
