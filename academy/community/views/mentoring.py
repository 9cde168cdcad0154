"""Pages of mentoring for who wants to help and who begins: offering, yes or no, and days."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response

from academy.community import rules, services
from academy.community.forms.mentoring import (
    KIND_HINTS,
    KIND_LABELS,
    SEASON_LABELS,
    HelpOfferForm,
    MetForm,
)
from academy.community.policies import HELP_BEGIN, LINK_MENTORS
from academy.community.queries import mentoring as queries
from academy.community.queries import mentors
from academy.community.queries.meetups import Candidate
from academy.community.queries.refresher import get_name
from academy.community.views.blueprint import bp
from academy.kernel import clock
from academy.kernel.db import MAX_INTEGER
from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.feature import ForAnother, TodayItem
from academy.kernel.i18n import capital
from academy.kernel.policy import Actor
from academy.kernel.web.blueprint import actor

OWN_RULE = "/meelopen"
FOR_RULE = "/namens/<int:person_id>/meelopen"


@bp.page(OWN_RULE, needs=HELP_BEGIN)
def helping() -> str:
    """Show what one offers and with whom one walks along."""
    return _page(actor().person_id or 0)


@bp.action(OWN_RULE, needs=HELP_BEGIN)
def save_help() -> Any:
    """Keep what one offers."""
    return _save(actor().person_id or 0)


@bp.page(FOR_RULE, needs=HELP_BEGIN)
def helping_for(person_id: int) -> str:
    """Show what somebody offers, for who passes it on."""
    _require_another(person_id)
    return _page(person_id)


@bp.action(FOR_RULE, needs=HELP_BEGIN)
def save_help_for(person_id: int) -> Any:
    """Keep what somebody offers."""
    _require_another(person_id)
    return _save(person_id)


def _require_another(person_id: int) -> None:
    me = actor()
    allowed = person_id != me.person_id and queries.may_pass_on(person_id, by=me)
    if not allowed or not queries.takes_part(person_id):
        raise NotFoundError


def _page(
    person_id: int,
    *,
    met: tuple[int, MetForm] | None = None,
    form: HelpOfferForm | None = None,
) -> str:
    me = actor()
    pairs = queries.pair_rows(person_id)
    kinds = queries.offered_kinds(person_id)
    return render_template(
        "community/mentoring.html",
        person_id=person_id,
        name="" if person_id == me.person_id else get_name(person_id),
        may_offer=bool(kinds) or queries.is_graduate(person_id),
        form=form or HelpOfferForm(formdata=None, kinds=list(kinds)),
        options=[
            {"value": kind, "label": capital(str(label)), "hint": KIND_HINTS[kind]}
            for kind, label in KIND_LABELS.items()
        ],
        pairs=pairs,
        met={one.id: _met_form(one.id, met) for one in pairs if one.is_mentor},
        helped=queries.helped_days(person_id),
        seasons=queries.season_rows(person_id),
        season_labels=SEASON_LABELS,
        kinds=KIND_LABELS,
        fewest=rules.FEWEST_MEETINGS,
        may_link=me.may(LINK_MENTORS),
    )


def _met_form(pair_id: int, met: tuple[int, MetForm] | None) -> MetForm:
    if met and met[0] == pair_id:
        return met[1]
    return MetForm(formdata=None, prefix=f"p{pair_id}-", happened_on=clock.today())


def _save(person_id: int) -> Any:
    form = HelpOfferForm()
    if not form.validate():
        return make_response(_page(person_id, form=form), 422)
    services.save_offer(person_id, form.kinds.data or [], by=actor())
    if form.kinds.data:
        flash(_("Opgeslagen. De coördinator ziet wat je aanbiedt."), "success")
    else:
        flash(_("Opgeslagen. Je aanbod is weg."), "success")
    return _back(person_id)


@bp.action("/meelopen/<int:pair_id>/<any(ja,nee):answer>", needs=HELP_BEGIN)
def answer_pair(pair_id: int, answer: str) -> Response:
    """Say yes or no to walking along; a no also ends what runs."""
    person_id = _whose()
    try:
        state = services.answer_pair(pair_id, person_id, yes=answer == "ja", by=actor())
    except ConflictError as error:
        flash(error.sentence, "error")
        return _back(person_id)
    if state == "running":
        flash(_("Jullie zeiden allebei ja. De coördinator brengt jullie bij elkaar."), "success")
    elif answer == "ja":
        flash(_("Opgeslagen. We wachten nog op de ander."), "success")
    else:
        flash(_("Het is gestopt. Niemand vraagt waarom."), "success")
    return _back(person_id)


@bp.action("/meelopen/<int:pair_id>/gezien", needs=HELP_BEGIN)
def note_meeting(pair_id: int) -> Any:
    """Note that the two met."""
    person_id, form = _whose(), MetForm(prefix=f"p{pair_id}-")
    rows = {one.id for one in queries.pair_rows(person_id) if one.is_mentor}
    if not queries.may_pass_on(person_id, by=actor()) or pair_id not in rows:
        raise NotFoundError
    if form.validate():
        try:
            on = form.happened_on.data or clock.today()
            services.note_meeting(pair_id, person_id, on=on, by=actor())
        except InvalidInputError as error:
            form.happened_on.errors = [error.sentence]
    if form.errors:
        return make_response(_page(person_id, met=(pair_id, form)), 422)
    flash(_("Opgeschreven."), "success")
    return _back(person_id)


@bp.action("/meelopen/dagen/<int:mentor_day_id>/weg", needs=HELP_BEGIN)
def take_day_back(mentor_day_id: int) -> Response:
    """Take away a day that was noted by mistake."""
    person_id = services.take_day_back(mentor_day_id, by=actor())
    flash(_("De dag is weg."), "success")
    if request.form.get("back") == "mentor":
        return redirect(url_for("community.mentor", person_id=person_id), 303)
    return _back(person_id)


def _whose() -> int:
    """Return for whom the answer is, as the form says it. Raises NotFoundError."""
    person_id = request.form.get("person_id", type=int)
    if person_id is None or not 0 < person_id <= MAX_INTEGER:
        raise NotFoundError
    return person_id


def _back(person_id: int) -> Response:
    if person_id == actor().person_id:
        return redirect(url_for("community.helping"), 303)
    return redirect(url_for("community.helping_for", person_id=person_id), 303)


def for_another(by: Actor, person_id: int) -> list[ForAnother]:
    """Return that one may pass on what somebody offers, and their yes or no."""
    if not queries.may_pass_on(person_id, by=by) or not queries.takes_part(person_id):
        return []
    return [
        ForAnother(
            title=_("Meelopen en meehelpen"),
            why=_("Wat iemand aanbiedt, en een ja of een nee."),
            action=_("Vul samen in"),
            href=url_for("community.helping_for", person_id=person_id),
            icon="group",
        )
    ]


def asked_items(me: Actor) -> list[TodayItem]:
    """Return who asks somebody to walk along, for *Vandaag*."""
    return [
        TodayItem(
            title=_("Loop jij mee met %(name)s?", name=one.name)
            if one.is_mentor
            else _("Wil je dat %(name)s met je meeloopt?", name=one.name),
            why=_("Zeg ja of nee. Allebei is goed."),
            action=_("Zeg ja of nee"),
            href=url_for("community.helping"),
            icon="group",
            urgency=2,
        )
        for one in queries.asked_rows(me.person_id or 0)
    ]


def ready_items(me: Actor) -> list[TodayItem]:
    """Return that seasons of mentors may count, for the coordinator's *Vandaag*."""
    ready = mentors.ready_mentors(me) if me.may(LINK_MENTORS) else []
    if not ready:
        return []
    return [
        TodayItem(
            title=ngettext(
                "%(num)d mentor liep genoeg mee",
                "%(num)d mentoren liepen genoeg mee",
                len(ready),
            ),
            why=_("Zeg dat het meetelt voor verlengen: %(names)s.", names=_names(ready)),
            action=_("Bekijk de mentoren"),
            href=url_for("community.mentors"),
            icon="group",
        )
    ]


def _names(ready: list[Candidate]) -> str:
    return ", ".join(one.name for one in ready[:MOST_NAMED])


MOST_NAMED = 3
