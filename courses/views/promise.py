"""The promise that a governor makes to residents."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _

from academy.kernel.web.blueprint import FeatureBlueprint, actor
from courses import policies
from courses.forms.governors import PromiseForm
from courses.queries.promise import MadePromise, get_promise
from courses.services import promises

bp = FeatureBlueprint("promise", __name__)

RULE = "/leergang/<int:enrolment_id>/belofte"


@bp.page(RULE, needs=policies.HAND_IN)
def show(enrolment_id: int) -> str:
    """Show the promise, and let it be written as long as the course runs."""
    found = get_promise(enrolment_id, by=actor())
    return _page(found, PromiseForm(formdata=None, promise=found.text))


@bp.action(RULE, needs=policies.HAND_IN)
def make(enrolment_id: int) -> Any:
    """Keep the promise, for oneself or on behalf of somebody."""
    found = get_promise(enrolment_id, by=actor())
    form = PromiseForm()
    if not form.validate():
        return make_response(_page(found, form), 422)
    promises.make_promise(enrolment_id, form.promise.data or "", by=actor())
    flash(_("Opgeslagen. De belofte komt op het bewijs van deelname."), "success")
    return redirect(url_for("promise.show", enrolment_id=enrolment_id), 303)


def _page(found: MadePromise, form: PromiseForm) -> str:
    is_own = found.person_id == actor().person_id
    return render_template(
        "courses/promise.html",
        promise=found,
        form=form,
        is_own=is_own,
        longest=promises.LONGEST,
        back=_back(found, is_own=is_own),
    )


def _back(found: MadePromise, *, is_own: bool) -> dict[str, str]:
    """Return where the reader came from: the own path, the dossier, or the start."""
    if is_own:
        href = url_for("path.show", enrolment_id=found.enrolment_id)
        return {"label": _("Leergang"), "href": href}
    return {"label": found.person, "href": url_for("about.help_with", person_id=found.person_id)}
