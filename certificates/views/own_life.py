"""What happened to my certificate, what I need to renew it, and what others see of my name."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.kernel.errors import NotFoundError
from academy.kernel.i18n import pick
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from certificates.policies import OWN_CERTIFICATE
from certificates.queries.dossier import get_sheet
from certificates.queries.facts import get_facts
from certificates.queries.holder import get_own
from certificates.queries.timeline import timeline
from certificates.queries.told import objection_days
from certificates.queries.waiting import get_reprint, newest_revocation
from certificates.services import life
from certificates.views.life import cover_answer
from certificates.views.words import told_to_holder

bp = FeatureBlueprint("my_certificate_life", __name__)


@bp.page("/certificaat/<int:certificate_id>/verloop", needs=OWN_CERTIFICATE)
def own_life(certificate_id: int) -> str:
    """Show what happened, what renewing takes, and what I can do myself."""
    own = get_own(certificate_id, actor().person_id or 0)
    sheet = get_sheet(certificate_id)
    return render_template(
        "certificates/own_life.html",
        certificate=own,
        life=told_to_holder(timeline(certificate_id)),
        renewal=sheet.renewal if own.standing == "valid" else (),
        renewal_opens_on=sheet.renewal_opens_on,
        renewal_closes_on=sheet.renewal_closes_on,
        renewal_late=sheet.renewal_late,
        revocation=newest_revocation(certificate_id),
        days=objection_days(get_facts(sheet.facts.enrolment_id)),
        is_hidden=sheet.is_name_hidden,
        counts=own.is_made and own.counts,
        pick=pick,
    )


@bp.action("/certificaat/<int:certificate_id>/naam-verbergen", needs=OWN_CERTIFICATE)
def hide_name(certificate_id: int) -> AnyResponse:
    """Let nobody who checks see my name."""
    life.hide_name(certificate_id, by=actor())
    flash(_("Je naam is nu verborgen. Je certificaat blijft geldig."), "success")
    return _back(certificate_id)


@bp.action("/certificaat/<int:certificate_id>/naam-tonen", needs=OWN_CERTIFICATE)
def show_name(certificate_id: int) -> AnyResponse:
    """Let who checks by code or file see my name again."""
    life.show_name(certificate_id, by=actor())
    flash(_("Je naam is weer te zien voor wie de code of het bestand heeft."), "success")
    return _back(certificate_id)


@bp.action("/certificaat/<int:certificate_id>/herdruk", needs=OWN_CERTIFICATE)
def reprint(certificate_id: int) -> AnyResponse:
    """Note that I print my paper once more."""
    get_own(certificate_id, actor().person_id or 0)
    life.reprint(certificate_id, by=actor())
    flash(_("Het is opgeschreven. Druk het bestand af, met het voorblad erbij."), "success")
    return _back(certificate_id)


@bp.page("/certificaat/<int:certificate_id>/herdruk/<int:event_id>", needs=OWN_CERTIFICATE)
def cover(certificate_id: int, event_id: int) -> Response:
    """Make the cover sheet of one reprint of mine."""
    found = get_reprint(certificate_id, event_id)
    if found.person_id != actor().person_id:
        raise NotFoundError
    return cover_answer(found)


def _back(certificate_id: int) -> AnyResponse:
    return redirect(url_for("my_certificate_life.own_life", certificate_id=certificate_id), 303)
