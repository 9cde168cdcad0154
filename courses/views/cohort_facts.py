"""The page on which a coordinator corrects what was decided about a cohort."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response

from academy.kernel.errors import ConflictError, InvalidInputError
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.fields import put_at_fields
from courses import policies
from courses.forms.cohorts import STEP_FREE, FactsForm, select_choices, sure
from courses.queries.choices import Choice, organisation_choices, place_choices
from courses.queries.cohorts import CohortHead, get_cohort
from courses.services.cohort_facts import CohortFacts, Corrected, correct_cohort

bp = FeatureBlueprint("cohort_facts", __name__)

RULE = "/groepen/<int:cohort_id>/aanpassen"


@bp.page(RULE, needs=policies.MANAGE)
def ask(cohort_id: int) -> str:
    """Show what was decided about a cohort, to correct it."""
    head = get_cohort(cohort_id, actor(), right=policies.MANAGE)
    facts = _facts(head)
    return _page(
        head,
        _form(
            head,
            formdata=None,
            name=facts.name,
            place_id=facts.place_id,
            client_organisation_id=facts.client_organisation_id or 0,
            starts_on=facts.starts_on,
            location=facts.location,
            step_free=next(word for word, is_so in STEP_FREE.items() if is_so is facts.step_free),
            capacity=facts.capacity,
            seen_version=facts.mark,
        ),
    )


def _facts(head: CohortHead) -> CohortFacts:
    return CohortFacts(
        name=head.name,
        place_id=head.place_id,
        client_organisation_id=head.organisation_id,
        starts_on=head.starts_on,
        location=head.location,
        step_free=head.step_free,
        capacity=head.capacity,
    )


def _form(head: CohortHead, **values: Any) -> FactsForm:
    form = FactsForm(**values)
    form.place_id.choices = select_choices(_with(place_choices(actor()), head.place_id, head.place))
    form.client_organisation_id.choices = select_choices(
        organisation_choices(actor()), empty=_("Niemand, of nog niet bekend")
    )
    return form


def _with(choices: Iterable[Choice], own_id: int, label: str) -> list[Choice]:
    """Return the choices, and what stands now if it is not among them."""
    found = list(choices)
    if all(one.id != own_id for one in found):
        found.insert(0, Choice(own_id, label))
    return found


def _page(head: CohortHead, form: FactsForm) -> str:
    return render_template("courses/cohort_facts.html", head=head, form=form)


@bp.action(RULE, needs=policies.MANAGE)
def save(cohort_id: int) -> Response:
    """Write down what is right about a cohort."""
    head = get_cohort(cohort_id, actor(), right=policies.MANAGE)
    form = _form(head)
    if not form.validate():
        return make_response(_page(head, form), 422)
    facts = CohortFacts(
        name=form.name.data or "",
        place_id=form.place_id.data,
        client_organisation_id=form.client_organisation_id.data or None,
        starts_on=sure(form.starts_on.data),
        location=form.location.data or "",
        step_free=STEP_FREE[form.step_free.data],
        capacity=sure(form.capacity.data),
    )
    try:
        done = correct_cohort(cohort_id, facts, by=actor(), seen=form.seen_version.data)
    except (InvalidInputError, ConflictError) as error:
        return _refused(head, form, error)
    _say(done)
    return redirect(url_for("cohorts.show", cohort_id=cohort_id), 303)


def _refused(
    head: CohortHead, form: FactsForm, error: InvalidInputError | ConflictError
) -> Response:
    """Show the form again. After a clash it counts as read: saving once more is then meant."""
    put_at_fields(form, error)
    if not error.fields:
        form.seen_version.data = _facts(head).mark
    return make_response(_page(head, form), error.status)


def _say(done: Corrected) -> None:
    flash(_("Opgeslagen."), "success")
    if done.sessions_moved:
        flash(
            ngettext(
                "%(num)d bijeenkomst is nu op de nieuwe plek. De groep krijgt bericht.",
                "%(num)d bijeenkomsten zijn nu op de nieuwe plek. De groep krijgt bericht.",
                done.sessions_moved,
            ),
            "info",
        )
    if done.may_come_in:
        flash(
            ngettext(
                "Er is een stoel vrij voor %(num)d wachtende. Kijk bij de aanmeldingen.",
                "Er zijn stoelen vrij voor %(num)d wachtenden. Kijk bij de aanmeldingen.",
                done.may_come_in,
            ),
            "info",
        )
