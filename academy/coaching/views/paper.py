"""Paper of coaching: the plan on one page, and a letter to come in with."""

from __future__ import annotations

from typing import Any

from flask import make_response, request
from flask_babel import gettext as _
from werkzeug import Response

from academy.coaching.forms import LetterForm
from academy.coaching.policies import GUIDE, OWN_LOG
from academy.coaching.queries import plans
from academy.coaching.queries.handover import get_readable_plan
from academy.coaching.queries.plans import PlanHead
from academy.coaching.services.plan_paper import make_plan_paper
from academy.coaching.views.blueprint import bp, show
from academy.kernel.errors import ConflictError, NotFoundError
from academy.kernel.pdf.paper import address_lines
from academy.kernel.policy import Reach
from academy.kernel.web.blueprint import actor
from academy.kernel.web.files import count_print, pdf_answer
from academy.people.services.letter import LetterWish, make_letter

WANTS_LARGE = "groot lettertype"


def _guided(plan_id: int) -> PlanHead:
    head = get_readable_plan(plan_id, actor())
    if not head.is_live:
        raise ConflictError(_("Er is nog geen plan."))
    return head


@bp.page("/begeleiding/<int:plan_id>/plan/pdf", needs=GUIDE)
def plan_on_paper(plan_id: int) -> Response:
    """Make the plan for the coach: on one page, or in large letters."""
    return _plan_answer(_guided(plan_id))


@bp.page("/logboek/plan/pdf", needs=OWN_LOG)
def own_plan_on_paper() -> Response:
    """Make one's own plan: on one page, or in large letters."""
    plan = plans.find_own_plan(actor().person_id or 0)
    if plan is None:
        raise NotFoundError
    return _plan_answer(plan)


def _plan_answer(plan: PlanHead) -> Response:
    count_print()
    made = make_plan_paper(plan, by=actor(), large="groot" in request.args)
    return pdf_answer(made, _("begeleidingsplan"))


@bp.page("/begeleiding/<int:plan_id>/brief", needs=GUIDE)
def letter(plan_id: int) -> str:
    """Ask how the letter is to be printed."""
    head = _guided(plan_id)
    return _letter_page(head, LetterForm(formdata=None, large=WANTS_LARGE in head.support))


def _letter_page(head: PlanHead, form: LetterForm, *, problem: str = "") -> str:
    return show("letter", plan=head, form=form, problem=problem)


@bp.action("/begeleiding/<int:plan_id>/brief", needs=GUIDE)
def write_letter(plan_id: int) -> Any:
    """Make the letter and hand it over at once: it is not kept."""
    head, form = _guided(plan_id), LetterForm()
    if not form.validate():
        return make_response(_letter_page(head, form), 422)
    wish = LetterWish(address_lines(form.address.data), bool(form.large.data))
    count_print()
    try:
        made = make_letter(head.person_id, wish, by=actor(), found_at=Reach(place_id=head.place_id))
    except ConflictError as error:
        return make_response(_letter_page(head, form, problem=error.sentence), error.status)
    return pdf_answer(made, _("brief"))
