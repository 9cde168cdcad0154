"""Vandaag, the home of every role, and one's own data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import (
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from werkzeug import Response

from academy.kernel import clock
from academy.kernel.db import which_hold
from academy.kernel.errors import InvalidInputError
from academy.kernel.feature import Feature, NavItem, TodayCount, TodayItem
from academy.kernel.policy import SIGNED_IN, Actor, has_stepped_up
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.people.adapters.cookie import clear_cookie
from academy.people.forms import NameForm, PasswordForm
from academy.people.policies import API_TOKENS, OWN_DATA, PASSWORD
from academy.people.queries.accounts import OwnData, device_rows, own_data
from academy.people.queries.second_factor import factor_rows, is_needed_by
from academy.people.services import about, sign_in
from academy.people.views.about import done_for

bp = FeatureBlueprint("people", __name__)

FAR = date.max


@bp.page("/vandaag", needs=SIGNED_IN)
def today() -> str:
    """Show the next thing to do first, then the rest."""
    items, counts = _today(current_app.extensions["academy.features"])
    return render_template(
        "people/today.html",
        counts=counts,
        first=items[0] if items else None,
        rest=items[1:],
        day=clock.today(),
        is_staff=bool(actor().grants),
        links=_links(current_app.extensions["academy.features"]),
    )


def _today(features: Iterable[Feature]) -> tuple[list[TodayItem], list[TodayCount]]:
    """Return what is to be done, most urgent first, and how many wait in which list."""
    who = actor()
    found = [one for feature in features if feature.today for one in feature.today(who)]
    items = [one for one in found if isinstance(one, TodayItem)]
    counts = [one for one in found if isinstance(one, TodayCount)]
    items.sort(key=lambda item: (item.urgency, item.due_on or FAR, item.title))
    return items, counts


def _links(features: Iterable[Feature]) -> list[dict[str, str]]:
    """Return every destination the viewer has, also those that do not fit the menu."""
    who = actor()
    items = sorted((i for f in features for i in f.navigation), key=lambda item: item.order)
    unused = _unused(items, who) if who.grants else frozenset()
    seen: dict[str, dict[str, str]] = {}
    for item in items:
        if who.may(item.needs) and item.endpoint not in seen and item.endpoint not in unused:
            href = url_for(item.endpoint)
            seen[item.endpoint] = {"label": str(item.label), "href": href, "icon": item.icon}
    return list(seen.values())


def _unused(items: Iterable[NavItem], who: Actor) -> frozenset[str]:
    """Return the destinations of own things that this person of the staff does not have."""
    own = {item.endpoint: item.is_used(who) for item in items if item.is_used}
    return frozenset(own) - which_hold(own)


def _own_page(
    *, name_form: NameForm | None = None, password_form: PasswordForm | None = None
) -> str:
    me = actor()
    data: OwnData = own_data(me.person_id or 0)
    devices = device_rows(me.person_id or 0, current_id=me.sign_in_id, now=clock.real_now())
    name_form = name_form or NameForm(formdata=None, name_on_certificate=data.name_on_certificate)
    return render_template(
        "people/own_data.html",
        data=data,
        devices=devices,
        name_form=name_form,
        password_form=password_form or PasswordForm(formdata=None),
        may_set_password=has_stepped_up(me, clock.real_now()),
        done=done_for(me.person_id or 0),
        may_have_keys=me.may(API_TOKENS),
        needs_second_step=is_needed_by(me),
        second_steps=factor_rows(me.person_id or 0),
    )


@bp.page("/gegevens", needs=OWN_DATA)
def own() -> str:
    """Show what we know of you, and let you change it."""
    return _own_page()


@bp.action("/gegevens/naam", needs=OWN_DATA)
def set_name() -> Any:
    """Set how your name stands on the certificate."""
    form = NameForm()
    me = actor()
    if not form.validate():
        return make_response(_own_page(name_form=form), 422)
    about.set_name_on_certificate(me.person_id or 0, form.name_on_certificate.data or "", by=me)
    flash(_("Opgeslagen. Zo staat je naam op een nieuw certificaat."), "success")
    return redirect(url_for("people.own"), 303)


@bp.action("/gegevens/wachtwoord", needs=PASSWORD)
def set_password() -> Any:
    """Choose a password; other devices must come in again."""
    form = PasswordForm()
    me = actor()
    if not form.validate():
        return make_response(_own_page(password_form=form), 422)
    try:
        sign_in.set_password(me.person_id or 0, form.password.data or "", by=me)
    except InvalidInputError as error:
        form.password.errors = [error.sentence]
        return make_response(_own_page(password_form=form), 422)
    flash(_("Je wachtwoord is opgeslagen. Op andere apparaten kom je opnieuw binnen."), "success")
    return redirect(url_for("people.own"), 303)


@bp.action("/gegevens/taal", needs=OWN_DATA)
def set_language() -> Response:
    """Choose Dutch or English for every device."""
    me = actor()
    about.set_language(me.person_id or 0, request.form.get("language", "nl"), by=me)
    answer = redirect(url_for("people.own"), 303)
    answer.delete_cookie("language")
    return answer


@bp.action("/gegevens/apparaten/<int:sign_in_id>/uit", needs=OWN_DATA)
def close_device(sign_in_id: int) -> Response:
    """Go out on another device."""
    sign_in.close_sign_in(sign_in_id, by=actor())
    flash(_("Op dat apparaat moet je nu opnieuw binnenkomen."), "success")
    return redirect(url_for("people.own"), 303)


@bp.action("/gegevens/apparaten/alles-uit", needs=OWN_DATA)
def close_every_device() -> Response:
    """Go out everywhere, here too."""
    me = actor()
    sign_in.close_all(me.person_id or 0, by=me)
    session.clear()
    flash(_("Je bent nu nergens meer binnen. Kom hier weer binnen als je wilt."), "success")
    answer = redirect(url_for("sign_in.door"), 303)
    clear_cookie(answer)
    return answer
