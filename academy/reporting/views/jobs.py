"""Work in the background that was given up, and trying it once more."""

from __future__ import annotations

import sqlalchemy as sa
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response

from academy.kernel import policy, queue
from academy.kernel.db import db
from academy.kernel.web.blueprint import actor
from academy.reporting import services
from academy.reporting.policies import RETRY_JOBS, SEE_JOBS
from academy.reporting.queries.jobs import reaches_of
from academy.reporting.views.blueprint import bp

MOST_SHOWN = 50


def job_names() -> dict[str, str]:
    """Return what each kind of work is, in plain words."""
    return {
        "kernel.mail": _("Een mail versturen"),
        "kernel.messages": _("Kijken wat er verstuurd moet worden"),
        "people.forget": _("Oude gegevens van het binnenkomen opruimen"),
        "certificates.issue": _("Een certificaat maken"),
        "certificates.issue_round": _("Certificaten van een ronde maken"),
        "certificates.checkpoint": _("Het controlepunt van het register maken"),
        "certificates.publish-snapshot": _("De momentopname van het register maken"),
        "certificates.sweep": _("Bestanden opruimen die bij niets horen"),
        "certificates.expire": _("Opschrijven welke certificaten verlopen zijn"),
        "certificates.remove_file": _("Het bestand van een certificaat verwijderen"),
        "certificates.archive": _("Certificaten bewijs voor later geven"),
        "coaching.tell_openings": _("Vertellen dat een logboek bij nood open was"),
        "coaching.hand_on_signals": _("Signalen geven aan wie ze mag opvolgen"),
        "coaching.drop_lost_drafts": _("Weghalen wat niemand meer mag afmaken"),
        "coaching.finalise": _("Gesprekken van een week geleden vastzetten"),
        "privacy.make_export": _("Iemands gegevens bij elkaar zetten"),
        "privacy.daily": _("Weghalen wat niet meer bewaard hoeft te worden"),
        "privacy.wipe": _("Sporen wissen van wat weg is"),
    }


@bp.page("/mislukt", needs=SEE_JOBS)
def failed_jobs() -> str:
    """Show what went wrong in the background too often: which work, since when, how often."""
    letters = queue.dead_letters(limit=MOST_SHOWN)
    places = reaches_of(letters)
    who = actor()
    return render_template(
        "reporting/failed_jobs.html",
        letters=letters,
        mine={one.id for one in letters if policy.covers(who, RETRY_JOBS, places[one.id])},
        total=db.session.scalar(sa.select(queue.count_dead())),
        names=job_names(),
        other=_("Ander werk op de achtergrond"),
    )


@bp.action("/mislukt/<int:job_id>/opnieuw", needs=RETRY_JOBS)
def retry(job_id: int) -> Response:
    """Let one be tried again."""
    services.retry_job(job_id, by=actor())
    flash(_("We proberen het opnieuw. Kijk over een paar minuten of het gelukt is."), "success")
    return redirect(url_for("reporting.failed_jobs"), 303)
