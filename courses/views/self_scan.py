"""The self-scan: filling it in alone, and looking at the group together."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _

from academy.kernel.errors import NotFoundError
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from courses import policies
from courses.forms.governors import ScanForm, scan_form
from courses.queries.enrolment import get_enrolment
from courses.queries.self_scan import ScanPaper, get_paper, group_picture, own_picture
from courses.services import self_scan

bp = FeatureBlueprint("self_scan", __name__)

RULE = "/leergang/<int:enrolment_id>/zelfscan"


@bp.page(RULE, needs=policies.FILL_IN_SCAN)
def show(enrolment_id: int) -> str:
    """Show a participant when the self-scan is filled in, and the picture of the group."""
    picture = own_picture(enrolment_id, by=actor())
    if get_enrolment(enrolment_id).person_id != actor().person_id:
        raise NotFoundError  # staff have the page of the group
    back = {"label": _("Leergang"), "href": url_for("path.show", enrolment_id=enrolment_id)}
    return render_template(
        "courses/self_scan.html", picture=picture, enrolment_id=enrolment_id, back=back
    )


@bp.page(f"{RULE}/<moment>", needs=policies.FILL_IN_SCAN)
def paper(enrolment_id: int, moment: str) -> str:
    """Show the statements, or why it is not the time for them."""
    found = get_paper(enrolment_id, moment, by=actor())
    return _page(found, scan_form(found)(formdata=None))


@bp.action(f"{RULE}/<moment>", needs=policies.FILL_IN_SCAN)
def fill_in(enrolment_id: int, moment: str) -> Any:
    """Keep the answers for the group, and that this person filled it in."""
    found = get_paper(enrolment_id, moment, by=actor())
    form = scan_form(found)()
    if not form.validate():
        return make_response(_page(found, form), 422)
    self_scan.fill_in(enrolment_id, moment=moment, answers=form.answers(), by=actor())
    if found.person_id != actor().person_id:
        flash(_("Ingevuld namens %(name)s.", name=found.person), "success")
        return redirect(url_for("about.help_with", person_id=found.person_id), 303)
    flash(_("Ingevuld. Niemand kan zien wat jij koos."), "success")
    return redirect(url_for("self_scan.show", enrolment_id=enrolment_id), 303)


@bp.page("/groepen/<int:cohort_id>/zelfscan", needs=policies.READ_SCAN)
def group(cohort_id: int) -> str:
    """Show the picture of a group to its staff."""
    picture = group_picture(cohort_id, by=actor())
    back = {"label": picture.cohort, "href": url_for("cohorts.show", cohort_id=cohort_id)}
    return render_template("courses/self_scan.html", picture=picture, enrolment_id=None, back=back)


def _page(found: ScanPaper, form: ScanForm) -> str:
    is_own = found.person_id == actor().person_id
    back = {
        "label": found.title if is_own else found.person,
        "href": url_for("self_scan.show", enrolment_id=found.enrolment_id)
        if is_own
        else url_for("about.help_with", person_id=found.person_id),
    }
    return render_template(
        "courses/self_scan_paper.html", paper=found, form=form, is_own=is_own, back=back
    )
