"""Where administrators give and take back rights, and open accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]

from academy.kernel import clock
from academy.kernel.errors import DomainError, InvalidInputError
from academy.kernel.feature import ScopeNames
from academy.kernel.i18n import date_input, parse_day
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.people.forms import ROLE_LABELS, SCOPE_LABELS, GrantForm, ResetForm
from academy.people.policies import MANAGE_GRANTS
from academy.people.queries.about import get_about
from academy.people.queries.actors import actor_for
from academy.people.queries.rights import GrantRow, find_people, grant_rows, waiting_rows
from academy.people.queries.second_factor import kinds_of
from academy.people.services import grants, second_factor, sign_in

bp = FeatureBlueprint("rights", __name__)


@bp.page("/rechten", needs=MANAGE_GRANTS)
def overview() -> str:
    """Show who may do what."""
    return _overview()


@bp.action("/rechten/zoek", needs=MANAGE_GRANTS)
def search() -> str:
    """Find people by name. It changes nothing; by POST a name stays out of addresses and logs."""
    return _overview(request.form.get("name", "")[:80])


def _overview(words: str = "") -> str:
    page = grant_rows(cursor=request.args.get("na"))
    waiting = waiting_rows()
    return render_template(
        "people/rights.html",
        page=page,
        waiting=waiting,
        me=actor().person_id,
        over=_scope_names([*waiting, *page.rows]),
        words=words,
        found=find_people(words),
        roles=ROLE_LABELS,
    )


def _scope_kinds() -> dict[str, ScopeNames]:
    features = current_app.extensions["academy.features"]
    return {kind: names for feature in features for kind, names in feature.scopes.items()}


def _scope_names(rows: Sequence[GrantRow]) -> dict[int, str]:
    """Return for each right what it is about, in words."""
    names = {
        kind: found.by_id({row.scope_id for row in rows if row.scope_kind == kind and row.scope_id})
        for kind, found in _scope_kinds().items()
    }
    return {row.id: _scope_name(row, names.get(row.scope_kind, {})) for row in rows}


def _scope_name(row: GrantRow, names: dict[int, str]) -> str:
    if row.scope_id is None:
        return str(_("alles"))
    return f"{SCOPE_LABELS[row.scope_kind]} {names.get(row.scope_id, row.scope_id)}"


@bp.page("/rechten/<int:person_id>", needs=MANAGE_GRANTS)
def give_form(person_id: int) -> str:
    """Show the form for a new right."""
    form = GrantForm(formdata=None, valid_from=date_input(clock.today()))
    return _give_page(person_id, form)


def _give_page(person_id: int, form: GrantForm) -> str:
    form.scope.choices = _scopes()
    person = actor_for(person_id, origin="web")
    return render_template(
        "people/give_right.html",
        person=person,
        person_id=person_id,
        email=get_about(person_id).email,
        form=form,
        reset_form=_reset_form(person_id),
    )


def _reset_form(person_id: int) -> ResetForm | None:
    """Return the form with which this person's second step is taken away, if there is one."""
    is_mine = person_id == actor().person_id
    return None if is_mine or not kinds_of(person_id) else ResetForm(formdata=None)


@bp.action("/rechten/<int:person_id>/tweede-stap", needs=MANAGE_GRANTS)
def reset_second_step(person_id: int) -> Any:
    """Take away the second step of who lost theirs; they are out everywhere."""
    try:
        second_factor.reset(person_id, reason=request.form.get("why", ""), by=actor())
    except InvalidInputError as error:
        flash(error.sentence, "error")
        return redirect(url_for("rights.give_form", person_id=person_id), 303)
    flash(_("De tweede stap is weg. De persoon kiest een nieuwe bij het binnenkomen."), "success")
    return redirect(url_for("rights.give_form", person_id=person_id), 303)


def _scopes() -> list[SelectChoice]:
    choices = [SelectChoice("everything:", _("alles"))]
    for kind, names in _scope_kinds().items():
        choices += [
            SelectChoice(f"{kind}:{number}", f"{SCOPE_LABELS[kind]}: {name}")
            for number, name in names.choices()
        ]
    return choices


@bp.action("/rechten/<int:person_id>", needs=MANAGE_GRANTS)
def give(person_id: int) -> Any:
    """Give a right."""
    form = GrantForm()
    form.scope.choices = _scopes()
    starts, ends = parse_day(form.valid_from.data or ""), parse_day(form.valid_to.data or "")
    valid = form.validate()
    if starts is None or (form.valid_to.data and ends is None):
        wrong = form.valid_from if starts is None else form.valid_to
        wrong.errors = [_("Schrijf de dag zo: 23-11-2026.")]
        valid = False
    if not valid or starts is None:
        return make_response(_give_page(person_id, form), 422)
    kind, number = _chosen_scope(form)
    try:
        given = grants.give_grant(
            person_id,
            form.role.data,
            by=actor(),
            scope_kind=kind,
            scope_id=number,
            valid_from=starts,
            valid_to=ends,
            reason=form.reason.data or "",
        )
    except DomainError as error:
        form.role.errors = [error.sentence]
        return make_response(_give_page(person_id, form), error.status)
    if given.confirmed_on is None:
        flash(_("Het recht wacht nu op een tweede beheerder."), "success")
    else:
        flash(_("Het recht is gegeven."), "success")
    return redirect(url_for("rights.overview"), 303)


def _chosen_scope(form: GrantForm) -> tuple[str, int | None]:
    """Return the kind and id of the scope."""
    kind, _colon, number = (form.scope.data or "everything:").partition(":")
    return kind, int(number) if number else None


@bp.action("/rechten/bevestig/<int:grant_id>", needs=MANAGE_GRANTS)
def confirm(grant_id: int) -> Response:
    """Let a right count that another administrator gave."""
    grants.confirm_grant(grant_id, by=actor())
    flash(_("Het recht is bevestigd. Het geldt nu."), "success")
    return redirect(url_for("rights.overview"), 303)


@bp.action("/rechten/einde/<int:grant_id>", needs=MANAGE_GRANTS)
def end(grant_id: int) -> Response:
    """Take a right back, at once."""
    grants.end_grant(grant_id, by=actor())
    flash(_("Het recht is weg. De persoon moet opnieuw binnenkomen."), "success")
    return redirect(url_for("rights.overview"), 303)


@bp.action("/rechten/<int:person_id>/account", needs=MANAGE_GRANTS)
def open_account(person_id: int) -> Response:
    """Let a person come in with the mailbox we know."""
    sign_in.open_account(person_id, by=actor())
    flash(_("Deze persoon kan nu binnenkomen met een code per mail."), "success")
    return redirect(url_for("rights.give_form", person_id=person_id), 303)
