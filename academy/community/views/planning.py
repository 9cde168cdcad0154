"""Pages of coordinators: planning a meet-up, inviting, calling it off, noting who came."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response

from academy.community import forms, services
from academy.community.forms import MeetUpForm
from academy.community.policies import MANAGE_MEET_UPS
from academy.community.queries import meetups as queries
from academy.community.queries.meetups import Guest, MeetUpRow
from academy.community.queries.regions import manages
from academy.community.services import NewMeetUp
from academy.community.views.blueprint import bp
from academy.kernel import clock
from academy.kernel.db import MAX_INTEGER
from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.web.blueprint import actor
from academy.kernel.web.fields import put_at_fields

NEW_RULE = "/terugkommiddagen/nieuw"
CHANGE_RULE = "/terugkommiddagen/<int:meetup_id>/wijzig"
CAME_RULE = "/terugkommiddagen/<int:meetup_id>/wie-kwam"


@bp.page(NEW_RULE, needs=MANAGE_MEET_UPS)
def plan() -> str:
    """Ask what is planned, when, where and for how many."""
    return _plan_page(MeetUpForm(formdata=None, kind="follow_up", capacity=30))


@bp.action(NEW_RULE, needs=MANAGE_MEET_UPS)
def add() -> Any:
    """Plan a meet-up."""
    form = MeetUpForm()
    if not form.validate():
        return make_response(_plan_page(form), 422)
    try:
        meetup_id = services.plan_meetup(_read(form), by=actor())
    except InvalidInputError as error:
        put_at_fields(form, error)
        return make_response(_plan_page(form), error.status)
    flash(_("De middag staat erin. Nodig nu mensen uit."), "success")
    return _back(meetup_id)


@bp.page(CHANGE_RULE, needs=MANAGE_MEET_UPS)
def change(meetup_id: int) -> str:
    """Show a meet-up that is still to come, to change it."""
    row = _coming(meetup_id)
    form = MeetUpForm(
        formdata=None,
        kind=row.kind,
        title=row.title,
        held_on=row.held_on,
        starts=row.starts,
        location=row.place,
        capacity=row.capacity,
    )
    return _plan_page(form, row=row)


@bp.action(CHANGE_RULE, needs=MANAGE_MEET_UPS)
def save(meetup_id: int) -> Any:
    """Change a meet-up."""
    row, form = _coming(meetup_id), MeetUpForm()
    if not form.validate():
        return make_response(_plan_page(form, row=row), 422)
    try:
        services.change_meetup(meetup_id, _read(form), by=actor())
    except InvalidInputError as error:
        put_at_fields(form, error)
        return make_response(_plan_page(form, row=row), error.status)
    flash(_("De middag is veranderd. Wie komt, hoort een andere dag, tijd of plek."), "success")
    return _back(meetup_id)


@bp.action("/terugkommiddagen/<int:meetup_id>/uitnodigen", needs=MANAGE_MEET_UPS)
def invite(meetup_id: int) -> Response:
    """Invite everybody of the region who has not answered."""
    many = services.invite(meetup_id, by=actor())
    sentence = ngettext("%(num)d mens is uitgenodigd.", "%(num)d mensen zijn uitgenodigd.", many)
    flash(sentence if many else _("Er is niemand meer om uit te nodigen."), "success")
    return _back(meetup_id)


@bp.action("/terugkommiddagen/<int:meetup_id>/afgelasten", needs=MANAGE_MEET_UPS)
def call_off(meetup_id: int) -> Response:
    """Call a meet-up off."""
    services.cancel_meetup(meetup_id, by=actor())
    flash(_("De middag gaat niet door. Wie kwam, hoort het van ons."), "success")
    return _back(meetup_id)


@bp.page(CAME_RULE, needs=MANAGE_MEET_UPS)
def who_came(meetup_id: int) -> str:
    """Ask who was there."""
    return _came_page(_gone(meetup_id))


@bp.action("/terugkommiddagen/<int:meetup_id>/wie-kwam/zoek", needs=MANAGE_MEET_UPS)
def find(meetup_id: int) -> str:
    """Find somebody who walked in; a name that is searched for is in no address."""
    text = request.form.get("name", "")[: forms.LONGEST_NAME]
    return _came_page(_gone(meetup_id), text=text)


def _came_page(row: MeetUpRow, *, text: str = "") -> str:
    me = actor()
    guests = queries.guest_rows(row.id, by=me, most=None)
    return render_template(
        "community/who_came.html",
        meetup=row,
        guests=guests,
        listed=[{"value": one.person_id, "label": one.name, "hint": _how(one)} for one in guests],
        text=text,
        found=queries.walk_in_candidates(row.id, text, by=me),
    )


@bp.action(CAME_RULE, needs=MANAGE_MEET_UPS)
def note_who_came(meetup_id: int) -> Response:
    """Note who was there."""
    _gone(meetup_id)
    services.note_who_came(
        meetup_id,
        set(request.form.getlist("came", type=int)),
        by=actor(),
        listed_ids=set(request.form.getlist("listed", type=int)),
    )
    flash(_("Opgeslagen. Wie er was, krijgt het op de lijst voor verlengen."), "success")
    return _back(meetup_id)


@bp.action("/terugkommiddagen/<int:meetup_id>/binnengelopen", needs=MANAGE_MEET_UPS)
def walk_in(meetup_id: int) -> Response:
    """Add somebody who was there without an answer."""
    person_id = request.form.get("person_id", type=int)
    if person_id is None or not 0 < person_id <= MAX_INTEGER:
        raise NotFoundError
    services.add_walk_in(meetup_id, person_id, by=actor())
    flash(_("Staat erbij."), "success")
    return redirect(url_for("community.who_came", meetup_id=meetup_id), 303)


def _how(guest: Guest) -> str:
    """Return what somebody said, or that nobody knew of them."""
    if guest.walked_in:
        return str(_("binnengelopen"))
    return str(_("op de wachtlijst") if guest.waits else forms.GUEST_LABELS[guest.answer])


def _coming(meetup_id: int) -> MeetUpRow:
    row = queries.get_meetup(meetup_id, by=actor())
    if not (queries.takes_answers(row) and manages(row.place_id, actor())):
        raise NotFoundError
    return row


def _gone(meetup_id: int) -> MeetUpRow:
    row = queries.get_meetup(meetup_id, by=actor())
    if not queries.takes_marks(row):
        raise NotFoundError
    return row


def _plan_page(form: MeetUpForm, *, row: MeetUpRow | None = None) -> str:
    kinds = [
        {"value": kind, "label": label, "hint": forms.COUNTS_LABELS[kind]}
        for kind, label in forms.KIND_LABELS.items()
    ]
    return render_template("community/plan.html", form=form, meetup=row, kinds=kinds)


def _read(form: MeetUpForm) -> NewMeetUp:
    return NewMeetUp(
        kind=form.kind.data,
        title=form.title.data or "",
        held_on=form.held_on.data or clock.today(),
        place=form.location.data or "",
        capacity=form.capacity.data or 0,
        starts_at=form.starts.value,
    )


def _back(meetup_id: int) -> Response:
    return redirect(url_for("community.meetup", meetup_id=meetup_id), 303)
