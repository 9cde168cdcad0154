"""Pages of the participant: the own log, who read it, own words, agreements."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.coaching.forms import WordsForm
from academy.coaching.forms.opening import OPENING_REASONS
from academy.coaching.policies import OWN_LOG
from academy.coaching.queries import log as entries
from academy.coaching.queries import matching, openings, plans, sheets, signals
from academy.coaching.queries.handover import earlier_guidance
from academy.coaching.queries.plans import PlanHead
from academy.coaching.services import actions, log
from academy.coaching.services import plans as plan_services
from academy.coaching.services.reading import note_reading
from academy.coaching.views.blueprint import bp, show
from academy.coaching.views.readers import own_readers
from academy.coaching.views.sent import go_on
from academy.kernel import clock
from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.web.blueprint import actor
from academy.kernel.web.device import device_keys


@bp.page("/logboek", needs=OWN_LOG)
def own_log() -> str:
    """Show one's own log, who reads it and who read it."""
    me = actor()
    plan = plans.find_own_plan(me.person_id or 0)
    if plan is None or (plan.state == "to_match" and not plan.transferred_on):
        return show("own_none", plan=plan, sees=_sees(plan), earlier=earlier_guidance(plan, me))
    if plan.state == "proposed" and plan.participant_yes_on is None and not plan.transferred_on:
        about = matching.about_coach(plan.coach_id)
        return show("own_proposal", plan=plan, about=about, earlier=earlier_guidance(plan, me))
    return _own_page(plan)


def _sees(plan: PlanHead | None) -> matching.Named | None:
    """Return who looks for a coach for the one whose plan this is."""
    if plan is None:
        return None
    return matching.responsible(plan.place_id, clock.today(), but=plan.person_id)


def _own_page(plan: PlanHead, form: WordsForm | None = None, entry_id: int | None = None) -> str:
    me = actor()
    now = note_reading(plan.id, "page", by=me)
    today = clock.today()
    page = entries.entry_page(plan.id, now=now, cursor=request.args.get("vanaf"))
    earlier_reads = request.args.get("lezers")
    opened = openings.own_openings(plan.person_id)
    readers = own_readers(plan, opened)
    return show(
        "own_log",
        plan=plan,
        page=page,
        actions=entries.actions_now(plan.id, today=today),
        steps=sheets.open_steps(plan.id, today=today),
        earlier=earlier_guidance(plan, me),
        signals=signals.own_signals(plan.person_id, today),
        reads=entries.read_page(plan.id, but=me.person_id, cursor=earlier_reads),
        reads_open=earlier_reads is not None,
        open_now=[one for one in opened if one.state == "open"],
        opened_before=[one for one in opened if one.state != "open"],
        reasons=OPENING_REASONS,
        readers=readers.people,
        read_by=readers.said,
        words_form=form or WordsForm(formdata=None),
        wrong_entry=entry_id,
        device=device_keys(me.person_id),
        me=me.person_id,
    )


def _own_plan() -> PlanHead:
    plan = plans.find_own_plan(actor().person_id or 0)
    if plan is None:
        raise NotFoundError
    return plan


@bp.action("/logboek/<int:entry_id>/gelezen", needs=OWN_LOG)
def seen(entry_id: int) -> AnyResponse:
    """Say that one has read an entry."""
    log.mark_seen(entry_id, by=actor())
    flash(_("Fijn dat je het las. Je kunt er altijd iets bij zetten."), "success")
    return redirect(url_for("coaching.own_log"), 303)


@bp.action("/logboek/<int:entry_id>/woorden", needs=OWN_LOG)
def add_words(entry_id: int) -> Any:
    """Add one's own words to an entry."""
    form = WordsForm()
    try:
        log.add_own_words(entry_id, form.words.data or "", by=actor())
    except InvalidInputError as error:
        form.words.errors = [error.sentence]
        readers = own_readers(_own_plan())
        device = device_keys(actor().person_id)
        page = show("own_words", form=form, entry_id=entry_id, readers=readers, device=device)
        return make_response(page, 422)
    flash(_("Opgeslagen. Jouw woorden staan bij het gesprek."), "success")
    return go_on(url_for("coaching.own_log"))


@bp.action("/logboek/afspraken/<int:action_id>/<any(klaar,open):step>", needs=OWN_LOG)
def own_action(action_id: int, step: str) -> AnyResponse:
    """Tick off an agreement, or take the tick back."""
    me = actor()
    if plans.plan_id_of_action(action_id) != _own_plan().id:
        raise NotFoundError
    if step == "klaar":
        actions.complete_action(action_id, by=me)
        flash(_("Goed gedaan. De afspraak is klaar."), "success")
    else:
        actions.reopen_action(action_id, by=me)
        flash(_("De afspraak staat weer open."), "success")
    return redirect(url_for("coaching.own_log"), 303)


@bp.action("/logboek/<any(ja,nee):answer>", needs=OWN_LOG)
def own_answer(answer: str) -> AnyResponse:
    """Say yes or no to the coach that was proposed."""
    me = actor()
    plan = _own_plan()
    if answer == "ja":
        plan_services.agree(plan.id, by=me)
        flash(_("Fijn. Je begeleider hoort dat je ja zei."), "success")
    else:
        plan_services.decline(plan.id, by=me)
        flash(_("Goed dat je het zegt. We zoeken iemand anders voor je."), "success")
    return redirect(url_for("coaching.own_log"), 303)
