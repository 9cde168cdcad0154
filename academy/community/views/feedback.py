"""Noting how many residents told a professional something back."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _

from academy.community import services
from academy.community.forms.mentoring import FeedbackForm
from academy.community.policies import NOTE_FEEDBACK
from academy.community.queries import feedback as queries
from academy.community.views.blueprint import bp
from academy.kernel import clock
from academy.kernel.errors import InvalidInputError
from academy.kernel.feature import ForAnother
from academy.kernel.policy import Actor
from academy.kernel.web.blueprint import actor
from academy.kernel.web.fields import put_at_fields

RULE = "/terugkoppeling/<int:person_id>"


@bp.page(RULE, needs=NOTE_FEEDBACK)
def feedback(person_id: int) -> str:
    """Ask how many residents told somebody something back, and show the days so far."""
    return _page(person_id, FeedbackForm(formdata=None, happened_on=clock.today()))


def _page(person_id: int, form: FeedbackForm) -> str:
    name = queries.require_professional(person_id, by=actor())
    days = queries.feedback_days(person_id)
    return render_template(
        "community/feedback.html", form=form, name=name, person_id=person_id, days=days
    )


@bp.action(RULE, needs=NOTE_FEEDBACK)
def note_feedback(person_id: int) -> Any:
    """Keep how many residents told somebody something back on a day."""
    queries.require_professional(person_id, by=actor())
    form = FeedbackForm()
    if form.validate():
        number, on = form.number.data or 0, form.happened_on.data or clock.today()
        try:
            services.note_feedback(person_id, number, on=on, by=actor())
        except InvalidInputError as error:
            put_at_fields(form, error)
    if form.errors:
        return make_response(_page(person_id, form), 422)
    flash(_("Opgeslagen. Elke bewoner telt mee voor verlengen."), "success")
    return redirect(url_for("community.feedback", person_id=person_id), 303)


def for_another(by: Actor, person_id: int) -> list[ForAnother]:
    """Return that one may note what residents told a professional back."""
    if not queries.may_note(person_id, by=by):
        return []
    return [
        ForAnother(
            title=_("Terugkoppeling van bewoners"),
            why=_("Hoeveel bewoners zeiden hoe het ging? Het telt mee voor verlengen."),
            action=_("Schrijf het aantal op"),
            href=url_for("community.feedback", person_id=person_id),
            icon="speak",
        )
    ]
