"""The page on which a coordinator opens guidance for a professional."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.coaching import rules
from academy.coaching.policies import OVERSEE
from academy.coaching.queries.professionals import professional_rows
from academy.coaching.services import professionals as services
from academy.coaching.views.blueprint import bp, show
from academy.kernel.errors import InvalidInputError
from academy.kernel.web.blueprint import actor

RHYTHMS = {str(days): days for days in rules.WORK_RHYTHMS}


@bp.page("/begeleiding/professionals", needs=OVERSEE)
def professionals() -> str:
    """Show who is certified and not guided."""
    return show("professionals", found=professional_rows(actor()), rhythms=rules.WORK_RHYTHMS)


@bp.action("/begeleiding/professionals/<int:person_id>", needs=OVERSEE)
def arrange(person_id: int) -> AnyResponse:
    """Open guidance that the employer arranged."""
    days = RHYTHMS.get(request.form.get("rhythm_days", ""))
    if days is None:
        raise InvalidInputError(_("Kies elke 90 of elke 180 dagen."))
    plan = services.arrange(person_id, days, by=actor())
    flash(_("De begeleiding is klaar om te beginnen. Kies een begeleider."), "success")
    return redirect(url_for("coaching.choose_coach", plan_id=plan.id), 303)
