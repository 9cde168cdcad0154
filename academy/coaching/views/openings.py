"""Pages of opening a log in need: ask, answer, read for a day, close."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.coaching.forms.opening import (
    OPENING_REASONS,
    OPENING_STATES,
    HoldBackForm,
    OpeningForm,
)
from academy.coaching.policies import ANSWER_OPENING, OPEN_IN_NEED, SEE_OPENINGS
from academy.coaching.queries import log as entries
from academy.coaching.queries import openings as reads
from academy.coaching.queries import plans
from academy.coaching.queries.plans import PlanHead
from academy.coaching.services import openings
from academy.coaching.services.reading import note_reading
from academy.coaching.views.blueprint import bp, show
from academy.kernel import clock
from academy.kernel.errors import ForbiddenError, InvalidInputError
from academy.kernel.web.blueprint import actor
from academy.kernel.web.fields import put_at_fields


def _show(template: str, **values: Any) -> str:
    return show(template, reasons=OPENING_REASONS, opening_states=OPENING_STATES, **values)


@bp.page("/begeleiding/openingen", needs=SEE_OPENINGS)
def opening_list() -> str:
    """Show which logs somebody asked to open, within reach."""
    return _show("openings", found=reads.openings(actor()))


@bp.page("/begeleiding/<int:plan_id>/openen", needs=OPEN_IN_NEED)
def ask_opening(plan_id: int) -> str:
    """Show what opening a log means, and the questions."""
    head = plans.get_overseen_plan(plan_id, actor())
    return _ask_page(head, OpeningForm(formdata=None))


def _ask_page(head: PlanHead, form: OpeningForm) -> str:
    found = reads.openings_of_plan(head.id, actor())
    is_running = any(one.is_mine and one.state in ("asked", "open") for one in found)
    return _show("opening_ask", plan=head, form=form, found=found, is_running=is_running)


@bp.action("/begeleiding/<int:plan_id>/openen", needs=OPEN_IN_NEED)
def save_opening(plan_id: int) -> Any:
    """Ask a second person."""
    me = actor()
    head = plans.get_overseen_plan(plan_id, me)
    form = OpeningForm()
    if form.validate():
        try:
            made = openings.ask(
                plan_id,
                form.reason.data,
                form.line.data or "",
                by=me,
                held_back=bool(form.held_back.data),
            )
        except InvalidInputError as error:
            put_at_fields(form, error)
        else:
            flash(_("Gevraagd. Iemand anders moet ook ja zeggen."), "success")
            return redirect(url_for("coaching.opening", opening_id=made.id), 303)
    return make_response(_ask_page(head, form), 422)


@bp.page("/begeleiding/openingen/<int:opening_id>", needs=SEE_OPENINGS)
def opening(opening_id: int) -> str:
    """Show one opening and what can be done."""
    return _show("opening", one=reads.get_opening(opening_id, actor()))


@bp.page("/begeleiding/openingen/<int:opening_id>/beslis", needs=ANSWER_OPENING)
def decide_opening(opening_id: int) -> str:
    """Let a second person look and answer, or look anew at what was held back."""
    return _decide_page(opening_id, HoldBackForm(formdata=None))


def _decide_page(opening_id: int, form: HoldBackForm) -> str:
    one = reads.get_opening(opening_id, actor())
    if not one.may_answer:
        raise ForbiddenError(_("Iemand anders dan wie het vroeg, beslist dit."))
    return _show("opening_decide", one=one, form=form, today=clock.today())


@bp.action("/begeleiding/openingen/<int:opening_id>/<any(ja,nee):answer>", needs=ANSWER_OPENING)
def answer_opening(opening_id: int, answer: str) -> AnyResponse:
    """Say yes or no."""
    if answer == "ja":
        openings.agree(opening_id, by=actor())
        flash(_("Het logboek is nu een dag open."), "success")
    else:
        openings.refuse(opening_id, by=actor())
        flash(_("Genoteerd. Het logboek blijft dicht."), "success")
    return redirect(url_for("coaching.opening", opening_id=opening_id), 303)


@bp.action("/begeleiding/openingen/<int:opening_id>/later", needs=ANSWER_OPENING)
def hold_opening_back(opening_id: int) -> Any:
    """Choose another day on which the participant hears it."""
    form = HoldBackForm()
    if form.validate() and form.until.data:
        try:
            openings.hold_back(opening_id, form.until.data, by=actor())
        except InvalidInputError as error:
            put_at_fields(form, error)
        else:
            flash(_("Opgeslagen."), "success")
            return redirect(url_for("coaching.opening", opening_id=opening_id), 303)
    return make_response(_decide_page(opening_id, form), 422)


@bp.action("/begeleiding/openingen/<int:opening_id>/<any(terug,sluit):step>", needs=SEE_OPENINGS)
def end_opening(opening_id: int, step: str) -> AnyResponse:
    """Take back what one asked, or close the log before its time."""
    if step == "terug":
        openings.withdraw(opening_id, by=actor())
        flash(_("Je vraag is weg."), "success")
    else:
        openings.end(opening_id, by=actor())
        flash(_("Het logboek is weer dicht."), "success")
    return redirect(url_for("coaching.opening", opening_id=opening_id), 303)


@bp.page("/begeleiding/openingen/<int:opening_id>/logboek", needs=OPEN_IN_NEED)
def opened_log(opening_id: int) -> str:
    """Show the talks of an opened log to who asked; each reading is written down first."""
    me = actor()
    head = reads.get_open_plan(opening_id, me)
    now = note_reading(head.id, "page", by=me, opening_id=opening_id)
    one = reads.get_opening(opening_id, me)
    page = entries.entry_page(head.id, now=now, cursor=request.args.get("vanaf"))
    return _show("opened_log", plan=head, one=one, page=page)
