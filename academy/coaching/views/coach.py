"""Pages of the coach: whom to call, one person's log, and the sixty-second entry."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, jsonify, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.coaching import policies, rules
from academy.coaching.forms import ENTRY_KINDS as KIND_WORDS
from academy.coaching.forms import KIND_ICONS, AgreementForm, TalkForm, WordsForm
from academy.coaching.policies import BEGIN, GUIDE, TAKE_ALONG
from academy.coaching.queries import log as entries
from academy.coaching.queries import overview as signals
from academy.coaching.queries import plans
from academy.coaching.queries.log import EntryView
from academy.coaching.queries.plans import PlanHead
from academy.coaching.services import log
from academy.coaching.services import plans as plan_services
from academy.coaching.services.documents import make_log
from academy.coaching.services.log import Contact, NewAction
from academy.coaching.services.reading import note_reading
from academy.coaching.views.blueprint import bp, put_errors, show
from academy.kernel import clock, ids
from academy.kernel.errors import ConflictError, InvalidInputError
from academy.kernel.i18n import clock_time
from academy.kernel.web.blueprint import actor
from academy.kernel.web.files import count_print, pdf_answer


@bp.page("/begeleiding", needs=BEGIN)
def people() -> Any:
    """Show the coach whom to call, who is due first; a coordinator goes on to the region."""
    me = actor()
    if not policies.guided_person_ids(me) and me.may(policies.OVERSEE):
        return redirect(url_for("coaching.overview"), 303)
    return show(
        "people",
        found=plans.guided_rows(me, clock.today()),
        sees_region=me.may(policies.OVERSEE),
    )


@bp.page("/begeleiding/<int:plan_id>", needs=GUIDE)
def plan(plan_id: int) -> str:
    """Show one person's plan and log; the reading is written down first."""
    me = actor()
    head = plans.get_guided_plan(plan_id, me)
    if not head.is_live:
        return show("proposal", plan=head, is_coach=me.person_id == head.coach_id)
    now = note_reading(head.id, "page", by=me)
    page = entries.entry_page(
        head.id,
        now=now,
        cursor=request.args.get("vanaf"),
        since=rules.visible_from(head.transferred_on),
    )
    return show(
        "plan",
        plan=head,
        page=page,
        actions=entries.open_actions(head.id, today=clock.today()),
        signals=signals.signals_of_plan(head.id, clock.today()),
        draft_saved_at=entries.draft_saved_at(head.id, me.person_id),
        is_overdue=rules.contact_overdue(head.next_contact_due, clock.today()),
        quick_key=ids.nonce(),
        me=me.person_id,
        words_form=WordsForm(formdata=None),
    )


@bp.page("/begeleiding/<int:plan_id>/gesprek", needs=GUIDE)
def talk(plan_id: int) -> Any:
    """Show the form for a contact, with the draft that was kept."""
    me = actor()
    head = plans.get_guided_plan(plan_id, me)
    if not head.is_live:
        return redirect(url_for("coaching.plan", plan_id=plan_id), 303)
    now = note_reading(head.id, "draft", by=me)
    draft = entries.find_draft(head.id, me.person_id, now=now)
    return _talk_page(head, _talk_form(head, draft), draft)


def _talk_form(head: PlanHead, draft: EntryView | None) -> TalkForm:
    if draft is None:
        kind = head.channel if head.channel in rules.ENTRY_KINDS else "phone"
        return TalkForm(
            formdata=None,
            form_key=ids.nonce(),
            kind=kind,
            happened_on=clock.today(),
            minutes=rules.USUAL_MINUTES[kind],
            action_owner="participant",
            action_due_on=clock.today() + rules.DEFAULT_ACTION_WITHIN,
        )
    action = draft.actions[0] if draft.actions else None
    return TalkForm(
        formdata=None,
        form_key=draft.form_key or "",
        kind=draft.kind,
        discussed=draft.discussed,
        went_well=draft.went_well,
        is_hard=draft.is_hard,
        energy=str(draft.energy or ""),
        happened_on=draft.happened_on,
        minutes=draft.minutes,
        action=action.text if action else "",
        action_owner=action.owner if action else "participant",
        action_due_on=action.due_on if action else clock.today() + rules.DEFAULT_ACTION_WITHIN,
    )


def _talk_page(
    head: PlanHead, form: TalkForm, draft: EntryView | None, *, wrong: EntryView | None = None
) -> str:
    me = actor()
    return show(
        "talk",
        plan=head,
        form=form,
        draft=draft,
        wrong=wrong,
        readers=_readers(head, me.person_id),
        kind_options=[
            {"value": kind, "label": KIND_WORDS[kind], "icon": KIND_ICONS[kind]}
            for kind in rules.ENTRY_KINDS
        ],
    )


def _readers(head: PlanHead, me: int | None) -> list[dict[str, str]]:
    others = plans.guide_names(head.person_id, clock.today(), but=me)
    return [
        {"name": head.call_name, "how": _("altijd")},
        {"name": _("Jij"), "how": _("zolang je begeleider bent")},
        *({"name": name, "how": _("ook begeleider")} for name in others),
    ]


@bp.action("/begeleiding/<int:plan_id>/gesprek", needs=GUIDE)
def save_talk(plan_id: int) -> Any:
    """Put the contact in the log and show it to the participant."""
    me = actor()
    head = plans.get_guided_plan(plan_id, me)
    form = TalkForm()
    if form.validate():
        try:
            log.log_contact(plan_id, _contact(form), by=me, form_key=_form_key(form))
        except InvalidInputError as error:
            put_errors(form, error)
    if form.errors:
        return make_response(_talk_page(head, form, None), 422)
    flash(_("Opgeslagen. %(name)s kan het nu lezen.", name=head.call_name), "success")
    return redirect(url_for("coaching.plan", plan_id=plan_id), 303)


@bp.action("/begeleiding/<int:plan_id>/gesprek/bewaar", needs=GUIDE)
def keep_draft(plan_id: int) -> Response:
    """Keep what is being written, as it is."""
    form = TalkForm()
    draft = log.save_draft(plan_id, _contact(form), by=actor(), form_key=_form_key(form))
    return jsonify(saved_at=clock_time(draft.saved_at))


def _form_key(form: TalkForm) -> str | None:
    key = str(form.form_key.data or "")
    return key[:32] or None


def _contact(form: TalkForm) -> Contact:
    """Return what was filled in, with something usable where it is not."""
    today = clock.today()
    kind = form.kind.data if form.kind.data in rules.ENTRY_KINDS else "phone"
    minutes = form.minutes.data
    energy = str(form.energy.data or "")
    owner = form.action_owner.data
    actions: tuple[NewAction, ...] = ()
    if form.action.data and form.action.data.strip():
        due_on = form.action_due_on.data or today + rules.DEFAULT_ACTION_WITHIN
        owner = owner if owner in rules.ACTION_OWNERS else "participant"
        actions = (NewAction(form.action.data, due_on, owner),)
    return Contact(
        kind=kind,
        happened_on=form.happened_on.data or today,
        minutes=minutes if minutes is not None and 0 <= minutes <= rules.MOST_MINUTES else None,
        discussed=form.discussed.data or "",
        went_well=form.went_well.data or "",
        is_hard=form.is_hard.data or "",
        energy=int(energy) if energy in ("1", "2", "3", "4", "5") else None,
        actions=actions,
    )


@bp.action("/begeleiding/<int:plan_id>/kort", needs=GUIDE)
def quick(plan_id: int) -> AnyResponse:
    """Log in one tap that they called and all is well."""
    contact = Contact(
        kind="phone",
        happened_on=clock.today(),
        minutes=rules.USUAL_MINUTES["message"],
        discussed=_("We belden. Alles loopt."),
    )
    key = request.form.get("form_key", "")[:32] or None
    log.log_contact(plan_id, contact, by=actor(), form_key=key)
    flash(_("Opgeslagen: jullie belden en alles loopt."), "success")
    return redirect(url_for("coaching.plan", plan_id=plan_id), 303)


@bp.page("/begeleiding/gesprekken/<int:entry_id>/verbeter", needs=GUIDE)
def correct(entry_id: int) -> str:
    """Show the form for a correction, filled with what stands there."""
    head, wrong = _entry_to_correct(entry_id)
    form = TalkForm(
        formdata=None,
        kind=wrong.kind,
        discussed=wrong.discussed,
        went_well=wrong.went_well,
        is_hard=wrong.is_hard,
        energy=str(wrong.energy or ""),
        happened_on=wrong.happened_on,
        minutes=wrong.minutes,
    )
    return _talk_page(head, form, None, wrong=wrong)


def _entry_to_correct(entry_id: int) -> tuple[PlanHead, EntryView]:
    me = actor()
    head = plans.get_guided_plan(entries.plan_of_entry(entry_id), me)
    now = note_reading(head.id, "page", by=me, entry_id=entry_id)
    return head, entries.get_entry_view(entry_id, now=now)


@bp.action("/begeleiding/gesprekken/<int:entry_id>/verbeter", needs=GUIDE)
def save_correction(entry_id: int) -> Any:
    """Put the correction under the entry."""
    me = actor()
    head = plans.get_guided_plan(entries.plan_of_entry(entry_id), me)
    form = TalkForm()
    if form.validate():
        try:
            log.correct(entry_id, _contact(form), by=me)
        except InvalidInputError as error:
            put_errors(form, error)
    if form.errors:
        wrong = entries.get_entry_view(entry_id, now=clock.now())
        return make_response(_talk_page(head, form, None, wrong=wrong), 422)
    flash(_("Opgeslagen. De verbetering staat onder het gesprek."), "success")
    return redirect(url_for("coaching.plan", plan_id=head.id), 303)


@bp.action("/begeleiding/gesprekken/<int:entry_id>/voorgelezen", needs=GUIDE)
def read_aloud(entry_id: int) -> AnyResponse:
    """Note that the coach read an entry to the participant."""
    me = actor()
    head = plans.get_guided_plan(entries.plan_of_entry(entry_id), me)
    log.mark_seen(entry_id, by=me, on_behalf_of=head.person_id)
    flash(_("Genoteerd: je hebt het voorgelezen aan %(name)s.", name=head.call_name), "success")
    return redirect(url_for("coaching.plan", plan_id=head.id), 303)


@bp.action("/begeleiding/gesprekken/<int:entry_id>/woorden", needs=GUIDE)
def words_for(entry_id: int) -> AnyResponse:
    """Add the participant's own words on their behalf."""
    me = actor()
    head = plans.get_guided_plan(entries.plan_of_entry(entry_id), me)
    words = request.form.get("words", "")
    log.add_own_words(entry_id, words, by=me, on_behalf_of=head.person_id)
    flash(_("De woorden van %(name)s staan erbij.", name=head.call_name), "success")
    return redirect(url_for("coaching.plan", plan_id=head.id), 303)


@bp.action("/begeleiding/afspraken/<int:action_id>/<any(klaar,vervalt,open):step>", needs=GUIDE)
def settle_action(action_id: int, step: str) -> AnyResponse:
    """Tick off an agreement, let it go, or take the tick back."""
    me = actor()
    plan_id = plans.plan_id_of_action(action_id)
    steps = {
        "klaar": log.complete_action,
        "vervalt": log.drop_action,
        "open": log.reopen_action,
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


@bp.page("/begeleiding/<int:plan_id>/doel", needs=GUIDE)
def agreement(plan_id: int) -> str:
    """Show the goal, the rhythm and the channel."""
    head = plans.get_guided_plan(plan_id, actor())
    form = AgreementForm(
        formdata=None, goal=head.goal, rhythm_days=head.rhythm_days, channel=head.channel
    )
    return show("agreement", plan=head, form=form)


@bp.action("/begeleiding/<int:plan_id>/doel", needs=GUIDE)
def save_agreement(plan_id: int) -> Any:
    """Keep what they agreed."""
    me = actor()
    head = plans.get_guided_plan(plan_id, me)
    form = AgreementForm()
    if not form.validate():
        return make_response(show("agreement", plan=head, form=form), 422)
    plan_services.set_agreement(
        plan_id,
        by=me,
        goal=form.goal.data or "",
        rhythm_days=form.rhythm_days.data or rules.DEFAULT_RHYTHM_DAYS,
        channel=form.channel.data,
    )
    flash(_("Opgeslagen."), "success")
    return redirect(url_for("coaching.plan", plan_id=plan_id), 303)


@bp.page("/begeleiding/<int:plan_id>/pdf", needs=TAKE_ALONG)
def plan_pdf(plan_id: int) -> Response:
    """Make the log as a PDF for the coach, sealed; not stored."""
    me = actor()
    head = plans.get_guided_plan(plan_id, me)
    if not head.is_live:
        raise ConflictError(_("Er is nog geen logboek."))
    audience = _("%(name)s, begeleider", name=count_print())
    return pdf_answer(make_log(head, by=me, audience=audience).pdf, _("logboek-begeleiding"))
