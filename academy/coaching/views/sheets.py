"""Pages of the plan itself: writing it together, the yes, what was agreed before, three steps."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.coaching.forms.sheets import SheetForm, filled
from academy.coaching.policies import GUIDE, OWN_LOG
from academy.coaching.queries import plans
from academy.coaching.queries import sheets as reads
from academy.coaching.queries.handover import get_readable_plan, horizon_for
from academy.coaching.queries.plans import PlanHead
from academy.coaching.queries.sheets import Sheets
from academy.coaching.services import sheets
from academy.coaching.services.reading import note_reading
from academy.coaching.views.blueprint import bp, show
from academy.coaching.views.readers import readers_beside
from academy.coaching.views.sent import go_on
from academy.kernel import clock
from academy.kernel.db import MAX_INTEGER
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.web.blueprint import actor
from academy.kernel.web.device import device_keys
from academy.kernel.web.fields import put_at_fields


def _guided(plan_id: int) -> PlanHead:
    head = get_readable_plan(plan_id, actor())
    if not head.is_live:
        raise ConflictError(_("Er is nog geen plan."))
    return head


def _own() -> PlanHead:
    plan = plans.find_own_plan(actor().person_id or 0)
    if plan is None:
        raise NotFoundError
    return plan


def _read(head: PlanHead) -> Sheets:
    """Return the versions of a plan that the reader may read; the reading is noted first."""
    note_reading(head.id, "page", by=actor())
    within = horizon_for(head, actor())
    return reads.sheets_of(head.id, today=clock.today(), within=within)


@bp.page("/begeleiding/<int:plan_id>/plan", needs=GUIDE)
def plan_sheet(plan_id: int) -> str:
    """Show the plan and what was agreed before, to the coach."""
    head = _guided(plan_id)
    return show("sheet", plan=head, sheets=_read(head), is_own=False)


@bp.page("/logboek/plan", needs=OWN_LOG)
def own_sheet() -> str:
    """Show one's own plan and what was agreed before."""
    head = _own()
    return show("sheet", plan=head, sheets=_read(head), is_own=True)


@bp.page("/begeleiding/<int:plan_id>/doel", needs=GUIDE)
def agreement(plan_id: int) -> str:
    """Show the plan to change together, filled with the version before."""
    head = _guided(plan_id)
    start = filled(_read(head).latest, rhythm_days=head.rhythm_days, channel=head.channel)
    form = SheetForm(formdata=None, **({"goal": head.goal} | start))
    return _agreement_page(head, form)


def _agreement_page(head: PlanHead, form: SheetForm) -> str:
    """Show the form; in need a log is opened, and the plan is not in it."""
    readers = readers_beside(head, of_log=False)
    device = device_keys(actor().person_id)
    return show("agreement", plan=head, form=form, readers=readers, device=device)


@bp.action("/begeleiding/<int:plan_id>/doel", needs=GUIDE)
def save_agreement(plan_id: int) -> Any:
    """Add a version; it waits for the participant's yes."""
    head = _guided(plan_id)
    form = SheetForm()
    if form.validate():
        try:
            sheets.write_sheet(plan_id, form.sheet(clock.today()), by=actor())
        except InvalidInputError as error:
            put_at_fields(form, error)
    if form.errors:
        return make_response(_agreement_page(head, form), 422)
    said = _("Opgeslagen. Lees het voor en vraag of %(name)s ja zegt.", name=head.call_name)
    flash(said, "success")
    return go_on(url_for("coaching.plan_sheet", plan_id=plan_id))


def _number() -> int:
    """Return which version the page showed. Raises NotFoundError for none."""
    sent = request.form.get("number", "")
    if not (sent.isascii() and sent.isdigit()) or int(sent) > MAX_INTEGER:
        raise NotFoundError
    return int(sent)


@bp.action("/begeleiding/<int:plan_id>/plan/akkoord", needs=GUIDE)
def agree_for(plan_id: int) -> AnyResponse:
    """Pass on that the participant said yes, after reading it to them."""
    head = _guided(plan_id)
    sheets.agree_sheet(plan_id, _number(), by=actor(), on_behalf_of=head.person_id, read_aloud=True)
    flash(_("Genoteerd: %(name)s zei ja tegen het plan.", name=head.call_name), "success")
    return redirect(url_for("coaching.plan_sheet", plan_id=plan_id), 303)


@bp.action("/logboek/plan/akkoord", needs=OWN_LOG)
def own_agree() -> AnyResponse:
    """Say yes to the plan."""
    sheets.agree_sheet(_own().id, _number(), by=actor())
    flash(_("Mooi. Dit is nu jullie plan."), "success")
    return redirect(url_for("coaching.own_sheet"), 303)


@bp.action("/begeleiding/plan-stappen/<int:step_id>/<any(klaar,open):step>", needs=GUIDE)
def settle_step(step_id: int, step: str) -> AnyResponse:
    """Tick off one of the three steps, or take the tick back."""
    head = _guided(reads.plan_of_step(step_id))
    sheets.settle_step(step_id, is_done=step == "klaar", by=actor())
    flash(_("Opgeslagen."), "success")
    return redirect(url_for("coaching.plan_sheet", plan_id=head.id), 303)


@bp.action("/logboek/plan-stappen/<int:step_id>/<any(klaar,open):step>", needs=OWN_LOG)
def own_step(step_id: int, step: str) -> AnyResponse:
    """Tick off one of one's own three steps, or take the tick back."""
    if reads.plan_of_step(step_id) != _own().id:
        raise NotFoundError
    is_done = step == "klaar"
    sheets.settle_step(step_id, is_done=is_done, by=actor())
    flash(_("Goed gedaan.") if is_done else _("De stap staat weer open."), "success")
    return redirect(url_for("coaching.own_sheet"), 303)
