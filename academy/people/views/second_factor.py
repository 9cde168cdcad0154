"""The second step after mail or password: give it, set it up, take it away."""

from __future__ import annotations

from typing import Any

from flask import Response as PlainResponse
from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from academy.kernel.errors import DomainError, InvalidInputError
from academy.kernel.pdf.qr import qr_picture
from academy.kernel.policy import SIGNED_IN
from academy.kernel.settings import current
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.people.adapters import passkey, totp
from academy.people.adapters.device import device_name
from academy.people.forms import SecondCodeForm
from academy.people.policies import SECOND_FACTOR
from academy.people.queries.accounts import mailbox_of
from academy.people.queries.second_factor import (
    factor_rows,
    has_waiting_card,
    is_needed_by,
    kinds_of,
    waiting_secret,
)
from academy.people.services import passkeys
from academy.people.services import second_factor as services
from academy.people.views import held
from academy.people.views.sign_in import next_page

bp = FeatureBlueprint("second_factor", __name__)


@bp.page("/tweede-stap", needs=SIGNED_IN)
def give() -> str | Response:
    """Ask for the second factor; who has none yet is led to make one."""
    me = actor()
    if kinds_of(me.person_id or 0):
        return _give_page(_form())
    if is_needed_by(me):
        return redirect(url_for("second_factor.choose", next=next_page()), 303)
    return redirect(next_page(), 303)


@bp.action("/tweede-stap", needs=SIGNED_IN)
def give_code() -> Any:
    """Take a code of the app or the card."""
    form = SecondCodeForm()
    if not form.validate():
        return make_response(_give_page(form), 422)
    try:
        services.give_code(form.code.data or "", by=actor())
    except InvalidInputError as error:
        return make_response(_give_page(form, error), error.status)
    return _go_on()


@bp.action("/tweede-stap/passkey/vraag", needs=SIGNED_IN)
def ask_passkey() -> PlainResponse:
    """Tell the browser what its passkey has to sign."""
    return _json(passkeys.ask_to_give(by=actor()))


@bp.action("/tweede-stap/passkey", needs=SIGNED_IN)
def give_passkey() -> Any:
    """Take what the passkey signed."""
    try:
        passkeys.give(request.form.get("credential", ""), by=actor())
    except InvalidInputError as error:
        return make_response(_give_page(_form(), error), error.status)
    return _go_on()


@bp.page("/tweede-stap/instellen", needs=SECOND_FACTOR)
def choose() -> str:
    """Show the three kinds, and what is there already."""
    services.may_change(actor())
    return _choose_page()


@bp.action("/tweede-stap/app", needs=SECOND_FACTOR)
def start_app() -> Response:
    """Begin with an app on the phone."""
    services.start_app(by=actor())
    return redirect(url_for("second_factor.app", next=next_page()), 303)


@bp.page("/tweede-stap/app", needs=SECOND_FACTOR)
def app() -> str | Response:
    """Show the picture for the app, and ask for its first code."""
    services.may_change(actor())
    if not waiting_secret(actor().person_id or 0):
        return redirect(url_for("second_factor.choose", next=next_page()), 303)
    return _app_page(_form())


@bp.action("/tweede-stap/app/klaar", needs=SECOND_FACTOR)
def confirm_app() -> Any:
    """Take the app's first code."""
    form = SecondCodeForm()
    if not waiting_secret(actor().person_id or 0):
        return redirect(url_for("second_factor.choose", next=next_page()), 303)
    if not form.validate():
        return make_response(_app_page(form), 422)
    try:
        services.confirm("app", form.code.data or "", by=actor())
    except InvalidInputError as error:
        return make_response(_app_page(form, error), error.status)
    return _is_set_up()


@bp.action("/tweede-stap/kaart", needs=SECOND_FACTOR)
def start_card() -> str:
    """Make a card. Its codes are shown here and never again."""
    codes = services.start_card(by=actor())
    return _card_page(_form(), codes=codes)


@bp.page("/tweede-stap/kaart", needs=SECOND_FACTOR)
def card() -> str | Response:
    """Ask for the first code of a card that was made."""
    services.may_change(actor())
    if not has_waiting_card(actor().person_id or 0):
        return redirect(url_for("second_factor.choose", next=next_page()), 303)
    return _card_page(_form())


@bp.action("/tweede-stap/kaart/klaar", needs=SECOND_FACTOR)
def confirm_card() -> Any:
    """Take the card's first code."""
    form = SecondCodeForm()
    if not form.validate():
        return make_response(_card_page(form), 422)
    try:
        services.confirm("card", form.code.data or "", by=actor())
    except InvalidInputError as error:
        return make_response(_card_page(form, error), error.status)
    return _is_set_up()


@bp.action("/tweede-stap/passkey/nieuw/vraag", needs=SECOND_FACTOR)
def ask_new_passkey() -> PlainResponse:
    """Tell the browser what passkey to make."""
    return _json(passkeys.ask_to_add(by=actor()))


@bp.action("/tweede-stap/passkey/nieuw", needs=SECOND_FACTOR)
def add_passkey() -> Any:
    """Keep the passkey that the device made."""
    try:
        passkeys.add(request.form.get("credential", ""), device=device_name(request), by=actor())
    except InvalidInputError as error:
        return make_response(_choose_page(error), error.status)
    return _is_set_up()


@bp.action("/tweede-stap/<int:factor_id>/weg", needs=SECOND_FACTOR)
def remove(factor_id: int) -> Response:
    """Take one away."""
    services.remove(factor_id, by=actor())
    flash(_("Weg. Je hebt hem niet meer nodig."), "success")
    return redirect(url_for("second_factor.choose"), 303)


def _form() -> SecondCodeForm:
    return SecondCodeForm(formdata=None, next=next_page())


def _is_set_up() -> Response:
    flash(_("Je tweede stap staat klaar. Vanaf nu vragen we hem als je binnenkomt."), "success")
    return _go_on()


def _go_on() -> Response:
    return redirect(held.onward(next_page(), actor().person_id), 303)


def _json(text: str) -> PlainResponse:
    return PlainResponse(text, mimetype="application/json")


def _say(form: SecondCodeForm, error: DomainError | None) -> None:
    if error:
        form.code.errors = [*form.code.errors, *error.fields.values()]


def _give_page(form: SecondCodeForm, error: DomainError | None = None) -> str:
    _say(form, error)
    me = actor()
    return render_template(
        "people/second_step.html",
        form=form,
        kinds=kinds_of(me.person_id or 0),
        passkeys=passkey.is_possible(),
        refused="" if error is None or error.fields else error.sentence,
        is_first=bool(me.withheld),
        next=next_page(),
    )


def _choose_page(error: DomainError | None = None) -> str:
    me = actor()
    return render_template(
        "people/second_step_choices.html",
        mine=factor_rows(me.person_id or 0),
        passkeys=passkey.is_possible(),
        refused=error.sentence if error else "",
        is_first=bool(me.withheld),
        next=next_page(),
    )


def _app_page(form: SecondCodeForm, error: DomainError | None = None) -> str:
    _say(form, error)
    person_id = actor().person_id or 0
    secret = waiting_secret(person_id)
    address = totp.address(secret, name=mailbox_of(person_id), issuer=current().name)
    return render_template(
        "people/second_step_app.html",
        form=form,
        picture=qr_picture(address),
        address=address,
        key=[secret[at : at + 4] for at in range(0, len(secret), 4)],
    )


def _card_page(
    form: SecondCodeForm, error: DomainError | None = None, *, codes: tuple[str, ...] = ()
) -> str:
    _say(form, error)
    return render_template("people/second_step_card.html", form=form, codes=codes)
