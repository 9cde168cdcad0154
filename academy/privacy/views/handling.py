"""Asking on behalf of somebody, and what the privacy officer has to look after."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.kernel.feature import ForAnother
from academy.kernel.policy import Actor
from academy.kernel.web.blueprint import actor
from academy.people.queries.about import get_about
from academy.privacy.forms import FindForm, WayForm
from academy.privacy.policies import ASK_FOR, FETCH_FOR, HANDLE
from academy.privacy.queries.finding import people_named
from academy.privacy.queries.standing import export_rows, has_account, open_erasures
from academy.privacy.services import exports, requests
from academy.privacy.views.blueprint import bp, reaches_of
from academy.privacy.views.own import shown, typed_wishes, zip_answer
from academy.privacy.views.words import WAY_LABELS


@bp.page("/privacy/verzoeken", needs=HANDLE)
def requests_page() -> str:
    """Show what was asked and waits, and find somebody to ask for."""
    form = FindForm(request.args)
    name = (form.name.data or "").strip() if form.validate() else ""
    return render_template(
        "privacy/requests.html",
        form=form,
        sought=name,
        found=people_named(name, by=actor()) if name else [],
        waiting=open_erasures(),
        ways=WAY_LABELS,
    )


@bp.page("/privacy/mensen/<int:person_id>", needs=ASK_FOR)
def person(person_id: int) -> str:
    """Show what can be asked on behalf of somebody."""
    return _page(person_id, WayForm(formdata=None))


def _page(person_id: int, form: WayForm) -> str:
    requests.require_may_ask(person_id, by=actor(), reaches=reaches_of(person_id))
    return render_template(
        "privacy/person.html",
        form=form,
        about=get_about(person_id),
        may_fetch=actor().may(FETCH_FOR),
        has_account=has_account(person_id),
        rows_asked=export_rows(person_id, viewer_id=actor().person_id),
        ways=WAY_LABELS,
        **shown(person_id),
    )


@bp.action("/privacy/mensen/<int:person_id>/meenemen", needs=ASK_FOR)
def ask_export_for(person_id: int) -> AnyResponse:
    """Ask for somebody's data on their behalf; they fetch it, or the privacy officer does."""
    exports.ask_export(person_id, by=actor(), reaches=reaches_of(person_id))
    flash(_("Alles wordt bij elkaar gezocht. Er staat bij dat jij dit vroeg."), "success")
    return redirect(url_for("privacy.person", person_id=person_id), 303)


@bp.action("/privacy/meenemen/<int:export_id>", needs=FETCH_FOR)
def fetch_export_for(export_id: int) -> Response:
    """Fetch a file to hand it over; whose it is, sees that it was read."""
    return zip_answer(exports.fetch_export(export_id, by=actor()))


@bp.action("/privacy/mensen/<int:person_id>/weghalen", needs=ASK_FOR)
def ask_erasure_for(person_id: int) -> Any:
    """Note that somebody phoned or wrote to be forgotten."""
    form = WayForm()
    if not form.validate():
        return make_response(_page(person_id, form), 422)
    requests.ask_erasure(
        person_id,
        typed_wishes(person_id),
        by=actor(),
        way=form.way.data or "",
        reaches=reaches_of(person_id),
    )
    flash(_("Genoteerd. Het gebeurt na een week. Tot dan kan het nog anders."), "success")
    return redirect(url_for("privacy.person", person_id=person_id), 303)


@bp.action("/privacy/mensen/<int:person_id>/toch-niet", needs=ASK_FOR)
def undo_erasure_for(person_id: int) -> AnyResponse:
    """Leave everything as it is, as somebody said."""
    requests.undo_erasure(person_id, by=actor(), reaches=reaches_of(person_id))
    flash(_("Goed. Alles blijft zoals het is."), "success")
    return redirect(url_for("privacy.person", person_id=person_id), 303)


def for_another(by: Actor, person_id: int) -> list[ForAnother]:
    """Return what `by` may ask about somebody's data."""
    if not by.may(ASK_FOR):
        return []
    return [
        ForAnother(
            title=_("Gegevens meenemen of laten weghalen"),
            why=_("Vraagt iemand dit aan de telefoon of op papier? Schrijf het op."),
            action=_("Bekijk wat kan"),
            href=url_for("privacy.person", person_id=person_id),
            icon="lock",
        )
    ]
