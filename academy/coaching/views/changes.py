"""Pages of what changes: pause, stop, going over to another coach, and saying goodbye.

Nobody is asked why, here or anywhere.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, flash, make_response, redirect, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.coaching.forms import PauseForm
from academy.coaching.forms.changes import GoodbyeForm, TalkDayForm
from academy.coaching.policies import FOLLOW_UP, OVERSEE, OWN_LOG
from academy.coaching.queries import matching, plans
from academy.coaching.queries.handover import find_handover
from academy.coaching.queries.plans import PlanHead
from academy.coaching.services import endings, handover
from academy.coaching.services import plans as plan_services
from academy.coaching.views.blueprint import bp, show
from academy.kernel import clock
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.periods import periods
from academy.kernel.settings import current
from academy.kernel.web.blueprint import actor
from academy.kernel.web.fields import put_at_fields
from academy.kernel.web.files import count_print, pdf_answer

CODES = {"ja": "yes", "nee": "no"}


def _own() -> PlanHead:
    plan = plans.find_own_plan(actor().person_id or 0)
    if plan is None:
        raise NotFoundError
    return plan


def _erased_on(plan: PlanHead) -> date | None:
    """Return until when the notes of stopped guidance are kept, if nobody asks for it sooner."""
    kept = periods(current().keep)["coaching"]
    return kept.after(plan.stopped_on) if plan.stopped_on else None


# --- one's own -------------------------------------------------------------------------------


@bp.page("/logboek/begeleiding", needs=OWN_LOG)
def own_guidance() -> str:
    """Show one's own guidance: who, how, and what one can change without saying why."""
    return _own_page(_own(), PauseForm(formdata=None))


def _own_page(plan: PlanHead, form: PauseForm) -> str:
    today = clock.today()
    return show(
        "own_guidance",
        plan=plan,
        form=form,
        handover=find_handover(plan.id) if plan.has_handover else None,
        sees=matching.responsible(plan.place_id, today, but=plan.person_id),
        erased_on=_erased_on(plan),
    )


@bp.action("/logboek/pauze", needs=OWN_LOG)
def own_pause() -> Any:
    """Let one's own guidance rest until a day."""
    plan, form = _own(), PauseForm()
    if form.validate() and form.until.data:
        try:
            plan_services.pause(plan.id, form.until.data, by=actor())
        except InvalidInputError as error:
            put_at_fields(form, error)
    if form.errors:
        return make_response(_own_page(plan, form), 422)
    flash(_("Je pauze staat erin. Tot dan hoor je niets van ons."), "success")
    return redirect(url_for("coaching.own_guidance"), 303)


@bp.action("/logboek/hervat", needs=OWN_LOG)
def own_resume() -> AnyResponse:
    """End one's own pause."""
    plan_services.resume(_own().id, by=actor())
    flash(_("Fijn dat je er weer bent."), "success")
    return redirect(url_for("coaching.own_guidance"), 303)


@bp.page("/logboek/stop", needs=OWN_LOG)
def ask_own_stop() -> str:
    """Say what stopping does, before somebody stops. No reason is asked."""
    plan = _own()
    if plan.state == "stopped":
        raise ConflictError(_("Deze begeleiding is al gestopt."))
    return show("own_stop", plan=plan)


@bp.action("/logboek/stop", needs=OWN_LOG)
def own_stop() -> AnyResponse:
    """End one's own guidance, with the yes on that page."""
    plan_services.stop(_own().id, by=actor())
    flash(_("De begeleiding is gestopt. Dank je wel voor alles."), "success")
    return redirect(url_for("coaching.own_guidance"), 303)


@bp.action("/logboek/overdracht/<any(ja,nee):answer>", needs=OWN_LOG)
def own_handover(answer: str) -> AnyResponse:
    """Say whether the new coach may read the last year."""
    handover.answer_handover(_own().id, CODES[answer], by=actor())
    flash(_handover_said(answer), "success")
    return redirect(url_for("coaching.own_guidance"), 303)


def _handover_said(answer: str) -> str:
    if answer == "ja":
        return str(_("Genoteerd. De nieuwe begeleider kan het laatste jaar nu lezen."))
    return str(_("Genoteerd. De nieuwe begeleider leest alleen wat er nu bij komt."))


@bp.page("/logboek/bedankkaart", needs=OWN_LOG)
def own_thanks() -> Response:
    """Make the card that says thank you."""
    count_print()
    return pdf_answer(endings.make_thanks_card(_own(), by=actor()), _("bedankkaart"))


# --- the coordinator -------------------------------------------------------------------------


@bp.action("/begeleiding/<int:plan_id>/overdracht/<any(ja,nee):answer>", needs=OVERSEE)
def handover_for(plan_id: int, answer: str) -> AnyResponse:
    """Pass on whether the new coach may read the last year."""
    head = plans.get_overseen_plan(plan_id, actor())
    handover.answer_handover(plan_id, CODES[answer], by=actor(), on_behalf_of=head.person_id)
    flash(_handover_said(answer), "success")
    return redirect(url_for("coaching.standing", plan_id=plan_id), 303)


@bp.page("/begeleiding/<int:plan_id>/overdracht", needs=FOLLOW_UP)
def handover_talk(plan_id: int) -> str:
    """Show how guidance went over, and when they speak about it."""
    head, found = _handed_over(plan_id)
    return _handover_page(head, TalkDayForm(formdata=None, talk_on=found.talk_on))


def _handed_over(plan_id: int) -> tuple[PlanHead, Any]:
    head = plans.get_near_plan(plan_id, actor())
    found = find_handover(plan_id)
    if found is None:
        raise NotFoundError
    return head, found


def _handover_page(head: PlanHead, form: TalkDayForm) -> str:
    return show(
        "handover",
        plan=head,
        handover=find_handover(head.id),
        form=form,
        oversees=_oversees(head),
    )


def _oversees(head: PlanHead) -> bool:
    try:
        plans.get_overseen_plan(head.id, actor())
    except NotFoundError:
        return False
    return True


@bp.action("/begeleiding/<int:plan_id>/overdracht", needs=FOLLOW_UP)
def save_handover_talk(plan_id: int) -> Any:
    """Keep when they speak about going over."""
    head, _found = _handed_over(plan_id)
    form = TalkDayForm()
    if form.validate() and form.talk_on.data:
        try:
            handover.plan_talk(plan_id, form.talk_on.data, by=actor())
        except InvalidInputError as error:
            put_at_fields(form, error)
    if form.errors:
        return make_response(_handover_page(head, form), 422)
    flash(_("Opgeslagen: de dag van het overdrachtsgesprek."), "success")
    return redirect(url_for("coaching.handover_talk", plan_id=plan_id), 303)


@bp.page("/begeleiding/<int:plan_id>/afscheid", needs=OVERSEE)
def goodbye(plan_id: int) -> str:
    """Show the goodbye: the last talk, the card, and when the notes are erased."""
    head = plans.get_overseen_plan(plan_id, actor())
    return _goodbye_page(head, GoodbyeForm(formdata=None, goodbye_on=head.goodbye_on))


def _goodbye_page(head: PlanHead, form: GoodbyeForm) -> str:
    if head.state != "stopped":
        raise NotFoundError
    newest = plans.get_newest(head)
    return show("goodbye", plan=head, form=form, newest=newest, erased_on=_erased_on(head))


@bp.action("/begeleiding/<int:plan_id>/afscheid", needs=OVERSEE)
def save_goodbye(plan_id: int) -> Any:
    """Keep when the last talk is, or was."""
    head = plans.get_overseen_plan(plan_id, actor())
    form = GoodbyeForm()
    if form.validate() and form.goodbye_on.data:
        try:
            endings.plan_goodbye(plan_id, form.goodbye_on.data, by=actor())
        except InvalidInputError as error:
            put_at_fields(form, error)
    if form.errors:
        return make_response(_goodbye_page(head, form), 422)
    flash(_("Opgeslagen: de dag van het afscheidsgesprek."), "success")
    return redirect(url_for("coaching.goodbye", plan_id=plan_id), 303)


@bp.page("/begeleiding/<int:plan_id>/bedankkaart", needs=OVERSEE)
def thanks(plan_id: int) -> Response:
    """Make the card that says thank you, to give at the last talk or to post."""
    head = plans.get_overseen_plan(plan_id, actor())
    count_print()
    return pdf_answer(endings.make_thanks_card(head, by=actor()), _("bedankkaart"))
