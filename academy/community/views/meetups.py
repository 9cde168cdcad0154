"""Pages of meet-ups for who was certified: when they are, saying whether one comes."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from academy.community import forms, services
from academy.community.forms import ReplyForm
from academy.community.policies import ANSWER, COUNT, MANAGE_MEET_UPS, READ_MEET_UPS
from academy.community.queries import meetups as queries
from academy.community.queries.meetups import MeetUpRow
from academy.community.queries.regions import manages
from academy.community.views.blueprint import bp
from academy.kernel.errors import ConflictError
from academy.kernel.feature import ForAnother
from academy.kernel.i18n import day
from academy.kernel.policy import Actor
from academy.kernel.web.blueprint import actor

GUEST_RULE = "/terugkommiddagen/<int:meetup_id>/namens/<int:person_id>"


@bp.page("/terugkommiddagen", needs=READ_MEET_UPS)
def meetups() -> str:
    """Show the meet-ups that come, then those that were."""
    me = actor()
    return render_template(
        "community/meetups.html",
        coming=queries.coming_rows(me),
        past=queries.past_rows(me, cursor=request.args.get("na")),
        may_count=me.may(COUNT),
        may_manage=me.may(MANAGE_MEET_UPS),
        welcome=queries.is_welcome(me.person_id or 0),
        kinds=forms.KIND_LABELS,
        answers=forms.ANSWER_LABELS,
    )


@bp.page("/terugkommiddagen/<int:meetup_id>", needs=READ_MEET_UPS)
def meetup(meetup_id: int) -> str:
    """Show one meet-up, and ask whether you come."""
    return _meetup_page(meetup_id)


def _meetup_page(meetup_id: int, *, form: ReplyForm | None = None) -> str:
    me = actor()
    row = queries.get_meetup(meetup_id, by=me)
    return render_template(
        "community/meetup.html",
        meetup=row,
        form=form or _said(row),
        place_in_line=queries.place_in_line(meetup_id, me.person_id or 0) if row.waits else 0,
        takes_answers=queries.takes_answers(row),
        takes_marks=queries.takes_marks(row),
        may_answer=queries.may_answer(row, by=me),
        may_count=me.may(COUNT),
        may_manage=me.may(MANAGE_MEET_UPS),
        manages=manages(row.place_id, me),
        guests=queries.guest_rows(meetup_id, by=me) if me.may(COUNT) else [],
        kinds=forms.KIND_LABELS,
        counts=forms.COUNTS_LABELS[row.kind],
        answers=forms.ANSWER_LABELS,
        guest_answers=forms.GUEST_LABELS,
    )


def _said(row: MeetUpRow) -> ReplyForm:
    """Return the form as it was filled in before."""
    return ReplyForm(
        formdata=None,
        answer=row.answer or None,
        brings=row.brings,
        help_needed=row.help_needed,
        needs=row.needs,
    )


def _reply(form: ReplyForm) -> services.Reply:
    needed = form.help_needed.data or []
    return services.Reply(
        answer=form.answer.data,
        brings=form.brings.data or "",
        needs=form.needs.data or "",
        transport="transport" in needed,
        child_care="child_care" in needed,
    )


@bp.action("/terugkommiddagen/<int:meetup_id>/antwoord", needs=ANSWER)
def answer(meetup_id: int) -> Any:
    """Say whether you come."""
    form = ReplyForm()
    if not form.validate():
        return make_response(_meetup_page(meetup_id, form=form), 422)
    me = actor()
    try:
        has_chair = services.answer_invitation(meetup_id, me.person_id or 0, _reply(form), by=me)
    except ConflictError as error:
        form.answer.errors = [error.sentence]
        return make_response(_meetup_page(meetup_id, form=form), error.status)
    if has_chair:
        flash(_("Dank je wel. Je antwoord staat erin."), "success")
    else:
        flash(_("Alle plaatsen zijn bezet. Je staat op de wachtlijst."), "warning")
    return redirect(url_for("community.meetup", meetup_id=meetup_id), 303)


@bp.page(GUEST_RULE, needs=ANSWER)
def guest(meetup_id: int, person_id: int) -> str:
    """Ask whether somebody comes, for who passes it on."""
    return _guest_page(meetup_id, person_id)


def _guest_page(meetup_id: int, person_id: int, *, form: ReplyForm | None = None) -> str:
    me = actor()
    name = queries.get_guest_name(person_id, by=me)
    row = queries.get_meetup(meetup_id, by=me, guest_id=person_id)
    return render_template(
        "community/guest.html",
        meetup=row,
        name=name,
        person_id=person_id,
        form=form or _said(row),
        may_answer=queries.takes_answers(row),
    )


@bp.action(GUEST_RULE, needs=ANSWER)
def answer_for(meetup_id: int, person_id: int) -> Any:
    """Pass on whether somebody comes."""
    me = actor()
    name = queries.get_guest_name(person_id, by=me)
    form = ReplyForm()
    if not form.validate():
        return make_response(_guest_page(meetup_id, person_id, form=form), 422)
    try:
        has_chair = services.answer_invitation(meetup_id, person_id, _reply(form), by=me)
    except ConflictError as error:
        form.answer.errors = [error.sentence]
        return make_response(_guest_page(meetup_id, person_id, form=form), error.status)
    if has_chair:
        flash(_("Opgeschreven: het antwoord van %(name)s.", name=name), "success")
    else:
        sentence = _("Alle plaatsen zijn bezet. %(name)s staat op de wachtlijst.", name=name)
        flash(sentence, "warning")
    return redirect(url_for("about.help_with", person_id=person_id), 303)


def for_another(by: Actor, person_id: int) -> list[ForAnother]:
    """Return the meet-ups for which `by` may pass on somebody's answer."""
    return [
        ForAnother(
            title=one.title,
            why=_("%(day)s, %(place)s", day=day(one.held_on), place=one.place),
            action=_("Verander het antwoord") if one.answer else _("Zeg of iemand komt"),
            href=url_for("community.guest", meetup_id=one.id, person_id=person_id),
            icon="calendar",
        )
        for one in queries.coming_for(person_id, by=by)
    ]
