"""The door for who has a printed letter: one field, one code, once."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from werkzeug import Response

from academy.kernel.errors import InvalidInputError
from academy.kernel.policy import PUBLIC
from academy.kernel.web.addresses import asker
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.people.adapters.cookie import set_cookie
from academy.people.adapters.device import device_name
from academy.people.forms import LetterForm
from academy.people.services import letter, sign_in
from academy.people.views import held
from academy.people.views.sign_in import next_page

bp = FeatureBlueprint("letter", __name__)


@bp.page("/binnenkomen/brief", needs=PUBLIC)
def door() -> str | Response:
    """Ask for the code of the letter."""
    if actor().is_authenticated:
        return redirect(next_page(), 303)
    return render_template("people/letter.html", form=LetterForm(next=next_page()))


@bp.action("/binnenkomen/brief", needs=PUBLIC)
def enter() -> Any:
    """Let in whoever has the letter."""
    form = LetterForm()
    if not form.validate():
        return make_response(render_template("people/letter.html", form=form), 422)
    try:
        person_id = letter.use_letter(form.code.data or "", address=asker())
    except InvalidInputError as error:
        form.code.errors = [error.sentence]
        return make_response(render_template("people/letter.html", form=form), error.status)
    return _let_in(person_id)


def _let_in(person_id: int) -> Response:
    """Open a fresh sign-in; whatever the browser brought along is forgotten."""
    target = next_page()
    old = actor()
    if old.sign_in_id is not None:
        sign_in.close_sign_in(old.sign_in_id, by=old)
    held.forget_all_else()
    opened = sign_in.open_sign_in(person_id, device=device_name(request))
    if opened.waits_for_second_factor:
        target = url_for("second_factor.give", next=target)
    else:
        target = held.onward(target, person_id)
    answer = redirect(target, 303)
    set_cookie(answer, opened.token, lasts=opened.lasts)
    return answer
