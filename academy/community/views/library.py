"""The library for who goes on after the certificate: cards, stories and refreshers."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from academy.community import rules, services
from academy.community.adapters.season_letter import PrintedMeetUp, season_letter
from academy.community.forms.refresher import PARTS, WHY, RefresherForm
from academy.community.policies import MANAGE_MEET_UPS, READ_MEET_UPS, REFRESH
from academy.community.queries import meetups, refresher, stories
from academy.community.views.blueprint import bp
from academy.kernel import clock
from academy.kernel.errors import NotFoundError
from academy.kernel.feature import ForAnother
from academy.kernel.policy import Actor
from academy.kernel.web.blueprint import actor
from academy.kernel.web.files import count_print, pdf_answer
from courses.queries.paper import get_method, method_rows

NEWEST = 4
MOST_IN_LETTER = 4
SEASONS = {"winter": "winter", "spring": "lente", "summer": "zomer", "autumn": "herfst"}
"""Paper is Dutch."""
OWN_RULE = "/opfrissen"
FOR_RULE = "/namens/<int:person_id>/opfrissen"


@bp.page("/bibliotheek", needs=READ_MEET_UPS)
def library() -> str:
    """Show what can be read again: cards, the newest stories, the refreshers that come."""
    return render_template(
        "community/library.html",
        methods=method_rows(),
        stories=stories.story_rows(limit=NEWEST).rows,
        refreshers=meetups.refresher_rows(actor()),
        may_manage=actor().may(MANAGE_MEET_UPS),
    )


@bp.page("/bibliotheek/brief/pdf", needs=READ_MEET_UPS)
def letter() -> Response:
    """Make the letter of the season: to bring along, for an envelope, or in large letters."""
    me, today = actor(), clock.today()
    methods = method_rows()
    newest = stories.story_rows(limit=1).rows
    season, year = rules.season_of(today)
    made = season_letter(
        season=f"{SEASONS[season]} {year}",
        meetups=[
            PrintedMeetUp(one.title, one.held_on, one.starts, one.place)
            for one in meetups.coming_rows(me)
            if not one.called_off
        ][:MOST_IN_LETTER],
        story=newest[0] if newest else None,
        method=methods[rules.turn(today, len(methods))] if methods else None,
        made_by=count_print(),
        for_envelope="envelop" in request.args,
        large="groot" in request.args,
    )
    return pdf_answer(made, _("seizoensbrief"))


@bp.page("/bibliotheek/<method>", needs=READ_MEET_UPS)
def card(method: str) -> str:
    """Show the card of one working method, to read or to listen to."""
    return render_template("community/card.html", method=get_method(method))


# --- the refresher ---------------------------------------------------------------------------


@bp.page(OWN_RULE, needs=REFRESH)
def refresh() -> str:
    """Show what to read and the questions after it."""
    return _refresher_page(actor().person_id or 0, RefresherForm(formdata=None))


@bp.action(OWN_RULE, needs=REFRESH)
def finish() -> Any:
    """Look at the answers; when all are right it counts for renewal."""
    return _finish(actor().person_id or 0, url_for("community.library"))


@bp.page(FOR_RULE, needs=REFRESH)
def refresh_for(person_id: int) -> str:
    """Show what to read to somebody, and the questions to ask."""
    _refuse_oneself(person_id)
    return _refresher_page(person_id, RefresherForm(formdata=None))


@bp.action(FOR_RULE, needs=REFRESH)
def finish_for(person_id: int) -> Any:
    """Look at the answers that somebody gave."""
    _refuse_oneself(person_id)
    return _finish(person_id, url_for("about.help_with", person_id=person_id))


def _refuse_oneself(person_id: int) -> None:
    if person_id == actor().person_id:
        raise NotFoundError


def _refresher_page(person_id: int, form: RefresherForm) -> str:
    me = actor()
    name = refresher.get_reader(person_id, by=me)
    return render_template(
        "community/refresher.html",
        form=form,
        parts=PARTS,
        name="" if person_id == me.person_id else name,
        person_id=person_id,
    )


def _finish(person_id: int, back: str) -> Any:
    refresher.get_reader(person_id, by=actor())
    form = RefresherForm()
    is_whole = form.validate()
    for name in form.wrong() if is_whole else []:
        form[name].errors = [_("Probeer het nog eens. %(why)s", why=WHY[name])]
    if not is_whole or form.wrong():
        return make_response(_refresher_page(person_id, form), 422)
    services.finish_refresher(person_id, by=actor())
    flash(_("Goed gedaan. Deze opfrisles telt mee voor verlengen."), "success")
    return redirect(back, 303)


def for_another(by: Actor, person_id: int) -> list[ForAnother]:
    """Return that one may read the refresher to somebody."""
    if not refresher.may_read_to(person_id, by=by):
        return []
    return [
        ForAnother(
            title=_("Opfrisles Grenzen en veiligheid"),
            why=_("Lees voor en vul de antwoorden in."),
            action=_("Doe de opfrisles samen"),
            href=url_for("community.refresh_for", person_id=person_id),
            icon="listen",
        )
    ]
