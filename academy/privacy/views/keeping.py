"""How long everything is kept: the public page, and the switch of the clearing."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response

from academy.kernel.periods import OUTSIDE, periods
from academy.kernel.policy import PUBLIC
from academy.kernel.settings import current
from academy.kernel.web.blueprint import actor
from academy.privacy.policies import SEE_RETENTION, SWITCH_RETENTION
from academy.privacy.queries.old import newest_switch, old_counts
from academy.privacy.services import retention
from academy.privacy.views.blueprint import bp
from academy.privacy.views.words import kept_rows


@bp.page("/privacy", needs=PUBLIC)
def notice() -> str:
    """Say what is kept, why and how long."""
    return render_template("pages/privacy.html", kept=kept_rows(periods(current().keep)))


@bp.page("/bewaren", needs=SEE_RETENTION)
def keeping() -> str:
    """Show per kind how long it is kept and how much would go today."""
    newest = newest_switch()
    return render_template(
        "privacy/keeping.html",
        kept=[one for one in kept_rows(periods(current().keep)) if one.kind not in OUTSIDE],
        counts=old_counts(),
        is_on=retention.is_on(),
        is_demo=current().demo,
        since=newest.at if newest is not None else None,
        may_switch=actor().may(SWITCH_RETENTION),
    )


@bp.action("/bewaren/aan", needs=SWITCH_RETENTION)
def switch_on() -> Response:
    """Let the clearing run."""
    retention.switch(is_on=True, by=actor())
    flash(_("Het opruimen staat aan. Het gebeurt elke dag een stukje."), "success")
    return redirect(url_for("privacy.keeping"), 303)


@bp.action("/bewaren/uit", needs=SWITCH_RETENTION)
def switch_off() -> Response:
    """Let the clearing rest."""
    retention.switch(is_on=False, by=actor())
    flash(_("Het opruimen staat uit. Er gaat niets meer vanzelf weg."), "success")
    return redirect(url_for("privacy.keeping"), 303)
