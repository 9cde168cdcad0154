"""Pages of coordinators about the resident who is host of a cohort and signs its papers."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from academy.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from courses import policies
from courses.forms.hosts import HostForm
from courses.queries.cohorts import CohortHead, get_cohort
from courses.queries.hosts import Candidate, candidates, find_host, get_candidate, is_host_asked
from courses.services.hosts import remove_host, set_host

bp = FeatureBlueprint("hosts", __name__)

COHORT = "/groepen/<int:cohort_id>/gastheer"


@bp.page(COHORT, needs=policies.MANAGE)
def show(cohort_id: int) -> str:
    """Show who is host, and let somebody be looked for."""
    return _page(_to_manage(cohort_id))


@bp.action(f"{COHORT}/zoek", needs=policies.MANAGE)
def search(cohort_id: int) -> str:
    """Find somebody. It changes nothing; by POST a name stays out of addresses."""
    return _page(_to_manage(cohort_id), request.form.get("name", "")[:80])


def _to_manage(cohort_id: int) -> CohortHead:
    """Return a cohort whose course asks for a host. Raises NotFoundError."""
    head = get_cohort(cohort_id, actor(), right=policies.MANAGE)
    if not is_host_asked(cohort_id):
        raise NotFoundError
    return head


def _page(head: CohortHead, words_typed: str = "") -> str:
    return render_template(
        "courses/host.html",
        head=head,
        host=find_host(head.id),
        search=words_typed,
        found=candidates(head.id, actor(), words_typed),
    )


@bp.page(f"{COHORT}/<int:person_id>", needs=policies.MANAGE)
def ask(cohort_id: int, person_id: int) -> str:
    """Show the name as it will be printed, to ask whether it is right."""
    head, candidate = _to_manage(cohort_id), get_candidate(person_id, actor())
    return _ask_page(head, candidate, HostForm(formdata=None, printed_name=candidate.printed_name))


@bp.action(f"{COHORT}/<int:person_id>", needs=policies.MANAGE)
def choose(cohort_id: int, person_id: int) -> Response:
    """Note the host, and the yes to the name."""
    head, candidate = _to_manage(cohort_id), get_candidate(person_id, actor())
    form = HostForm()
    if not form.validate():
        return make_response(_ask_page(head, candidate, form), 422)
    try:
        set_host(cohort_id, person_id, form.printed_name.data or "", by=actor())
    except (InvalidInputError, ConflictError) as error:
        form.printed_name.errors = [error.sentence]
        return make_response(_ask_page(head, candidate, form), error.status)
    flash(_("%(name)s tekent mee. Dat komt op elk nieuw bewijs.", name=candidate.name), "success")
    return redirect(url_for("cohorts.show", cohort_id=cohort_id), 303)


def _ask_page(head: CohortHead, candidate: Candidate, form: HostForm) -> str:
    return render_template("courses/host_ask.html", head=head, candidate=candidate, form=form)


@bp.action(f"{COHORT}/weg", needs=policies.MANAGE)
def remove(cohort_id: int) -> Response:
    """Take the host off the cohort."""
    _to_manage(cohort_id)
    remove_host(cohort_id, by=actor())
    flash(_("Er tekent nu geen bewoner mee. De trainer tekent alleen."), "success")
    return redirect(url_for("hosts.show", cohort_id=cohort_id), 303)
