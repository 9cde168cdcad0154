"""The log on paper: the coach chooses an edition, the participant takes the own log or dossier."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Response
from flask_babel import gettext as _

from academy.coaching.policies import GUIDE, OWN_LOG, TAKE_ALONG
from academy.coaching.queries import plans
from academy.coaching.queries.handover import find_handover, get_readable_plan
from academy.coaching.queries.plans import PlanHead
from academy.coaching.services.documents import make_log
from academy.coaching.views.blueprint import bp, show
from academy.kernel import clock
from academy.kernel.errors import ConflictError, NotFoundError
from academy.kernel.i18n import date_input
from academy.kernel.web.blueprint import actor
from academy.kernel.web.files import count_print, pdf_answer

REVIEW_NEAR = timedelta(days=60)


@bp.page("/begeleiding/<int:plan_id>/papier", needs=GUIDE)
def papers(plan_id: int) -> str:
    """Show which editions of the log there are, and for whom each is."""
    head = _guided(plan_id)
    return show("papers", plan=head, for_whom=_for_participant(head), is_handed=_is_handed(head))


@bp.page("/begeleiding/<int:plan_id>/pdf", needs=TAKE_ALONG)
def plan_pdf(plan_id: int) -> Response:
    """Make the dossier for the coach: sealed, with who wrote and who read; not stored."""
    head = _guided(plan_id)
    return _log(head, "dossier", _("%(name)s, begeleider", name=actor().display_name))


@bp.page("/begeleiding/<int:plan_id>/pdf/deelnemer", needs=TAKE_ALONG)
def participant_pdf(plan_id: int) -> Response:
    """Make the participant's own edition, to give at a talk."""
    head = _guided(plan_id)
    return _log(head, "participant", _for_participant(head))


@bp.page("/begeleiding/<int:plan_id>/pdf/overdracht", needs=TAKE_ALONG)
def handover_pdf(plan_id: int) -> Response:
    """Make what a new coach may take along, if the participant said yes."""
    head = _guided(plan_id)
    if not _is_handed(head):
        raise ConflictError(_("%(name)s zei hier nog geen ja op.", name=head.call_name))
    audience = _("%(name)s, nieuwe begeleider", name=actor().display_name)
    return _log(head, "handover", audience)


@bp.page("/logboek/pdf", needs=OWN_LOG)
def own_pdf() -> Response:
    """Make one's own log as a PDF, sealed; not stored."""
    plan = _own()
    return _log(plan, "participant", _("%(name)s, om te bewaren", name=plan.call_name))


@bp.page("/logboek/pdf/dossier", needs=OWN_LOG)
def own_dossier() -> Response:
    """Make one's own log as a dossier, for instance to go with a complaint."""
    plan = _own()
    return _log(plan, "dossier", _("%(name)s, als dossier", name=plan.call_name))


def _log(plan: PlanHead, edition: str, audience: str) -> Response:
    count_print()
    made: Any = make_log(plan, by=actor(), audience=audience, edition=edition)
    return pdf_answer(made.pdf, _("logboek-begeleiding"))


def _guided(plan_id: int) -> PlanHead:
    head = get_readable_plan(plan_id, actor())
    if not head.is_live:
        raise ConflictError(_("Er is nog geen logboek."))
    return head


def _own() -> PlanHead:
    plan = plans.find_own_plan(actor().person_id or 0)
    if plan is None:
        raise NotFoundError
    return plan


def _for_participant(plan: PlanHead) -> str:
    """Return for whom it is: with the day of the yearly review when that is near."""
    if _is_near(plan.yearly_review_due, clock.today()):
        day = date_input(plan.yearly_review_due)
        return str(_("%(name)s, jaargesprek %(day)s", name=plan.call_name, day=day))
    return str(_("%(name)s, om te bewaren", name=plan.call_name))


def _is_near(due: date | None, today: date) -> bool:
    return due is not None and abs(due - today) <= REVIEW_NEAR


def _is_handed(plan: PlanHead) -> bool:
    """Say whether guidance went over and the participant lets the last year be read.

    Guidance that went over before we asked counts as yes: the yes to the new coach said so then.
    """
    if plan.transferred_on is None:
        return False
    handover = find_handover(plan.id)
    return handover is None or handover.opens_for(plan.coach_id)
