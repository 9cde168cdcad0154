"""Beginning again after a stop, and the log of before: to read, no more."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.coaching.policies import GUIDE, OVERSEE, OWN_LOG
from academy.coaching.queries import log as entries
from academy.coaching.queries import plans
from academy.coaching.queries.handover import get_earlier_plan, horizon_for
from academy.coaching.queries.plans import PlanHead
from academy.coaching.services import plans as plan_services
from academy.coaching.services.documents import make_log
from academy.coaching.services.reading import note_reading
from academy.coaching.views.blueprint import bp, show
from academy.kernel.errors import NotFoundError
from academy.kernel.web.blueprint import actor
from academy.kernel.web.files import count_print, pdf_answer


@bp.action("/logboek/opnieuw", needs=OWN_LOG)
def own_again() -> AnyResponse:
    """Ask for a coach once more."""
    me = actor()
    plan = plans.find_own_plan(me.person_id or 0)
    if plan is None:
        raise NotFoundError
    plan_services.begin_again(plan.id, by=me)
    flash(_("Fijn dat je er weer bent. We zoeken een begeleider voor je."), "success")
    return redirect(url_for("coaching.own_log"), 303)


@bp.action("/begeleiding/<int:plan_id>/opnieuw", needs=OVERSEE)
def again(plan_id: int) -> AnyResponse:
    """Ask for a coach once more, for somebody who said so."""
    me = actor()
    head = plans.get_overseen_plan(plan_id, me)
    begun = plan_services.begin_again(head.id, by=me)
    flash(_("Genoteerd. Kies nu een begeleider voor %(name)s.", name=head.call_name), "success")
    return redirect(url_for("coaching.standing", plan_id=begun.id), 303)


@bp.page("/logboek/eerder/<int:plan_id>", needs=OWN_LOG)
def own_earlier(plan_id: int) -> str:
    """Show one's own log of before, and who read it."""
    me = actor()
    head = plans.get_own_earlier(plan_id, me)
    page = _page(head)
    earlier_reads = request.args.get("lezers")
    return show(
        "earlier",
        plan=head,
        newest=plans.get_newest(head),
        page=page,
        is_own=True,
        reads=entries.read_page(head.id, but=me.person_id, cursor=earlier_reads),
        reads_open=earlier_reads is not None,
    )


@bp.page("/logboek/eerder/<int:plan_id>/pdf", needs=OWN_LOG)
def own_earlier_pdf(plan_id: int) -> Response:
    """Make one's own log of before as a PDF, sealed; not stored."""
    me = actor()
    head = plans.get_own_earlier(plan_id, me)
    count_print()
    audience = _("%(name)s, om te bewaren", name=head.call_name)
    made: Any = make_log(head, by=me, audience=audience)
    return pdf_answer(made.pdf, _("logboek-begeleiding"))


@bp.page("/begeleiding/<int:plan_id>/eerder", needs=GUIDE)
def earlier(plan_id: int) -> str:
    """Show the log of before to the coach of now, if the participant said yes."""
    head = get_earlier_plan(plan_id, actor())
    running = plans.find_own_plan(head.person_id)
    return show("earlier", plan=head, page=_page(head), is_own=False, running=running)


def _page(head: PlanHead) -> Any:
    """Return a page of talks that the reader may read; the reading is noted first."""
    me = actor()
    now = note_reading(head.id, "page", by=me)
    within = horizon_for(head, me).entries()
    return entries.entry_page(head.id, now=now, cursor=request.args.get("vanaf"), within=within)
