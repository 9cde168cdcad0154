"""The extract of the register: choose a period, take the paper along."""

from __future__ import annotations

from flask import Response, make_response, render_template
from flask_babel import gettext as _

from academy.kernel import clock
from academy.kernel.errors import InvalidInputError
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.files import count_print, pdf_answer
from certificates import policies
from certificates.forms.extract import ExtractForm
from certificates.services.extract import take_extract

bp = FeatureBlueprint("register_extract", __name__)
ADDRESS = "/certificaten/register/uittreksel"


@bp.page(ADDRESS, needs=policies.EXTRACT)
def choose() -> str:
    """Ask for the period; this year so far stands there."""
    today = clock.today()
    return _page(ExtractForm(formdata=None, first=today.replace(month=1, day=1), last=today))


@bp.action(ADDRESS, needs=policies.EXTRACT)
def take() -> Response:
    """Hand over the paper."""
    form = ExtractForm()
    first, last = form.first.data, form.last.data
    if not form.validate() or first is None or last is None:
        return make_response(_page(form), 422)
    count_print()
    try:
        made = take_extract(first, last, by=actor())
    except InvalidInputError as error:
        form.last.errors = [*form.last.errors, error.fields["last"]]
        return make_response(_page(form), error.status)
    return pdf_answer(made, _("uittreksel-register"))


def _page(form: ExtractForm) -> str:
    return render_template("certificates/extract.html", form=form)
