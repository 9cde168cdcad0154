"""Another day for a practical, as long as nobody handed in."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _

from academy.kernel.errors import InvalidInputError, NotFoundError
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from courses import policies
from courses.forms.practical import DayForm
from courses.queries.practical import Practical, get_practical
from courses.services import practical as services

bp = FeatureBlueprint("practical_day", __name__)

RULE = "/proeven/<int:attempt_id>/dag"


@bp.page(RULE, needs=policies.PLAN_FINAL)
def ask(attempt_id: int) -> Any:
    """Ask for another day; what stands still or has scores keeps its day."""
    practical = _to_plan(attempt_id)
    if not practical.may_move:
        return redirect(url_for("practical.show", attempt_id=attempt_id), 303)
    return _page(practical, DayForm(formdata=None, planned_on=practical.planned_on))


@bp.action(RULE, needs=policies.PLAN_FINAL)
def move(attempt_id: int) -> Any:
    """Move the practical to another day, and let people know."""
    practical = _to_plan(attempt_id)
    form = DayForm()
    if form.validate() and form.planned_on.data is not None:
        try:
            services.move_attempt(attempt_id, planned_on=form.planned_on.data, by=actor())
        except InvalidInputError as error:
            form.planned_on.errors = [error.sentence]
        else:
            flash(_("Opgeslagen. De deelnemer en de beoordelaars krijgen bericht."), "success")
            return redirect(url_for("practical.show", attempt_id=attempt_id), 303)
    return make_response(_page(practical, form), 422)


def _to_plan(attempt_id: int) -> Practical:
    practical = get_practical(attempt_id, by=actor())
    if not practical.may_plan:
        raise NotFoundError
    return practical


def _page(practical: Practical, form: DayForm) -> str:
    return render_template("courses/practical_day.html", practical=practical, form=form)
