"""One's own keys for programs that ask the API."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]

from academy.kernel import clock
from academy.kernel.errors import ConflictError, InvalidInputError
from academy.kernel.policy import Actor
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.fields import put_at_fields
from academy.people.forms import TokenForm
from academy.people.policies import API_TOKENS
from academy.people.queries.tokens import token_rows
from academy.people.services import tokens
from academy.people.services.tokens import MadeToken

bp = FeatureBlueprint("tokens", __name__)


@bp.page("/gegevens/sleutels", needs=API_TOKENS)
def index() -> str:
    """Show one's own keys, and how to make one."""
    return _page(_form(formdata=None))


@bp.action("/gegevens/sleutels", needs=API_TOKENS)
def make() -> Any:
    """Make a key. It is shown here and never again."""
    form = _form()
    if not form.validate():
        return make_response(_page(form), 422)
    try:
        made = tokens.make_token(
            form.name.data or "",
            scopes=form.scopes.data or (),
            offered=tuple(_offered(actor())),
            days=int(form.days.data),
            by=actor(),
        )
    except InvalidInputError as error:
        put_at_fields(form, error)
        return make_response(_page(form), 422)
    except ConflictError as error:
        form.name.errors = [error.sentence]
        return make_response(_page(form), error.status)
    return _page(_form(formdata=None), made=made)


@bp.action("/gegevens/sleutels/<int:token_id>/terug", needs=API_TOKENS)
def revoke(token_id: int) -> Response:
    """Take a key back, at once."""
    tokens.revoke_token(token_id, by=actor())
    flash(_("De sleutel werkt niet meer."), "success")
    return redirect(url_for("tokens.index"), 303)


def _form(**options: Any) -> TokenForm:
    form = TokenForm(**options)
    form.scopes.choices = [SelectChoice(name, label) for name, label in _offered(actor()).items()]
    return form


def _offered(who: Actor) -> dict[str, Any]:
    """Return the scopes of which somebody has a right, with their labels."""
    return {
        name: scope.label
        for name, scope in _scopes().items()
        if any(who.may(right) for right in scope.rights)
    }


def _scopes() -> dict[str, Any]:
    features = current_app.extensions["academy.features"]
    return {scope.name: scope for feature in features for scope in feature.api_scopes}


def _page(form: TokenForm, *, made: MadeToken | None = None) -> str:
    labels = {name: scope.label for name, scope in _scopes().items()}
    return render_template(
        "people/tokens.html",
        form=form,
        made=made,
        tokens=token_rows(actor().person_id or 0, clock.real_today()),
        labels=labels,
    )
