"""The sixty-second entry: the form, its draft, sending it once, and a correction."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, flash, jsonify, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.coaching import rules
from academy.coaching.forms import ENTRY_KINDS as KIND_WORDS
from academy.coaching.forms import KIND_ICONS, TalkForm
from academy.coaching.forms.carried import CarriedForm
from academy.coaching.policies import GUIDE
from academy.coaching.queries import log as entries
from academy.coaching.queries import plans
from academy.coaching.queries.handover import get_guided_entry, horizon_for
from academy.coaching.queries.log import ActionView, EntryView
from academy.coaching.queries.plans import PlanHead
from academy.coaching.queries.sheets import StepView, open_steps
from academy.coaching.services import log
from academy.coaching.services.actions import Settling
from academy.coaching.services.log import Contact, NewAction
from academy.coaching.services.reading import note_reading
from academy.coaching.views.blueprint import bp, show
from academy.coaching.views.readers import readers_beside
from academy.coaching.views.sent import go_on
from academy.kernel import clock, ids
from academy.kernel.errors import InvalidInputError
from academy.kernel.i18n import clock_time
from academy.kernel.web.blueprint import actor
from academy.kernel.web.device import device_keys
from academy.kernel.web.fields import put_at_fields

NAMED = re.compile(r"was-([0-9]{1,9})-step")
"""The field of a form that says what became of an agreement."""
NAMED_STEP = re.compile(r"plan-step-([0-9]{1,9})")
"""The field of a form that says that a step of the plan is done."""


@bp.page("/begeleiding/<int:plan_id>/gesprek", needs=GUIDE)
def talk(plan_id: int) -> Any:
    """Show the form for a contact, with the draft that was kept."""
    me = actor()
    head = plans.get_guided_plan(plan_id, me)
    if not head.is_live:
        return redirect(url_for("coaching.plan", plan_id=plan_id), 303)
    now = note_reading(head.id, "draft", by=me)
    draft = entries.find_draft(head.id, me.person_id, now=now)
    return _talk_page(head, _talk_form(head, draft), draft, carried=_carried(head))


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


@dataclass(frozen=True, slots=True)
class _Carried:
    """An agreement from before, with what the talk says about it."""

    action: ActionView
    form: CarriedForm


def _carried(head: PlanHead, *, sent: bool = False) -> list[_Carried]:
    """Return the open agreements; with `sent` what the form said about each."""
    options = {} if sent else {"formdata": None}
    within = horizon_for(head, actor()).entries()
    return [
        _Carried(one, CarriedForm(prefix=f"was-{one.id}-", **options))
        for one in entries.open_actions(head.id, today=clock.today(), within=within)
    ]


def _told() -> dict[int, CarriedForm]:
    """Return what the form says about agreements from before, by their ids; not about the rest."""
    found = (NAMED.fullmatch(name) for name, step in request.form.items() if step)
    return {int(one[1]): CarriedForm(prefix=f"was-{one[1]}-") for one in found if one}


def _steps_done() -> tuple[int, ...]:
    """Return the steps of the plan that the form says are done."""
    found = (NAMED_STEP.fullmatch(name) for name, said in request.form.items() if said == "done")
    return tuple(int(one[1]) for one in found if one)


def _settled(told: dict[int, CarriedForm]) -> tuple[Settling, ...]:
    return tuple(
        Settling(action_id, form.step.data, form.until.data) for action_id, form in told.items()
    )


def _talk_page(
    head: PlanHead,
    form: TalkForm,
    draft: EntryView | None,
    *,
    wrong: EntryView | None = None,
    carried: list[_Carried] | None = None,
) -> str:
    readers = readers_beside(head)
    return show(
        "talk",
        plan=head,
        form=form,
        draft=draft,
        wrong=wrong,
        carried=carried or [],
        steps=[] if wrong else _open_steps(head),
        steps_done=_steps_done(),
        readers=readers.people,
        names=readers.said,
        device=device_keys(actor().person_id),
        kind_options=kind_options(
            of_review=wrong is not None and wrong.standing.kind == "yearly_review"
        ),
    )


def _open_steps(head: PlanHead) -> tuple[StepView, ...]:
    return open_steps(head.id, today=clock.today(), within=horizon_for(head, actor()))


def kind_options(*, of_review: bool = False) -> list[dict[str, Any]]:
    """Return the ways to speak with somebody, with their words and icons.

    A yearly review has a page of its own; only its correction is written here.
    """
    return [
        {"value": kind, "label": KIND_WORDS[kind], "icon": KIND_ICONS[kind]}
        for kind in rules.ENTRY_KINDS
        if of_review or kind != "yearly_review"
    ]


@bp.action("/begeleiding/<int:plan_id>/gesprek", needs=GUIDE)
def save_talk(plan_id: int) -> Any:
    """Put the contact in the log and show it to the participant.

    What a telephone kept while it had no internet comes by itself, and hears so as data.
    """
    me = actor()
    form, told = TalkForm(), _told()
    name = ""
    if all([form.validate(), *(one.validate() for one in told.values())]):
        contact = replace(_contact(form), settled=_settled(told), steps_done=_steps_done())
        try:
            _refuse_review(contact)
            entry = log.log_contact(plan_id, contact, by=me, form_key=_form_key(form))
            name = plans.get_call_name(entry.person_id)
        except InvalidInputError as error:
            put_at_fields(form, error)
    if not name:
        return _talk_again(plan_id, form)
    flash(_("Opgeslagen. %(name)s kan het nu lezen.", name=name), "success")
    return go_on(url_for("coaching.plan", plan_id=plan_id))


def _refuse_review(contact: Contact) -> None:
    if contact.kind == "yearly_review":
        sentence = _("Een jaargesprek schrijf je op bij het jaargesprek.")
        raise InvalidInputError(sentence, fields={"kind": sentence})


def _talk_again(plan_id: int, form: TalkForm) -> AnyResponse:
    """Show what was sent with what is wrong in it, and every agreement that is open."""
    me = actor()
    head = plans.get_guided_plan(plan_id, me)
    carried = _carried(head, sent=True)
    for one in carried:
        one.form.validate()
    note_reading(head.id, "draft", by=me)
    return make_response(_talk_page(head, form, None, carried=carried), 422)


@bp.action("/begeleiding/<int:plan_id>/gesprek/bewaar", needs=GUIDE)
def keep_draft(plan_id: int) -> Response:
    """Keep what is being written, as it is."""
    form = TalkForm()
    contact = _contact(form)
    _refuse_review(contact)
    draft = log.save_draft(plan_id, contact, by=actor(), form_key=_form_key(form))
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
    """Show the form for a correction, filled with what stands there: the last correction."""
    head, wrong = _entry_to_correct(entry_id)
    stands = wrong.standing
    form = TalkForm(
        formdata=None,
        kind=stands.kind,
        discussed=stands.discussed,
        went_well=stands.went_well,
        is_hard=stands.is_hard,
        energy=str(stands.energy or ""),
        happened_on=stands.happened_on,
        minutes=stands.minutes,
    )
    return _talk_page(head, form, None, wrong=wrong)


def _entry_to_correct(entry_id: int) -> tuple[PlanHead, EntryView]:
    me = actor()
    head = get_guided_entry(entry_id, me)
    now = note_reading(head.id, "page", by=me, entry_id=entry_id)
    return head, entries.get_entry_view(entry_id, now=now)


@bp.action("/begeleiding/gesprekken/<int:entry_id>/verbeter", needs=GUIDE)
def save_correction(entry_id: int) -> Any:
    """Put the correction under the entry."""
    me = actor()
    head = get_guided_entry(entry_id, me)
    form = TalkForm()
    if form.validate():
        try:
            log.correct(entry_id, _contact(form), by=me)
        except InvalidInputError as error:
            put_at_fields(form, error)
    if form.errors:
        wrong = entries.get_entry_view(entry_id, now=clock.now())
        return make_response(_talk_page(head, form, None, wrong=wrong), 422)
    flash(_("Opgeslagen. De verbetering staat onder het gesprek."), "success")
    return go_on(url_for("coaching.plan", plan_id=head.id))
