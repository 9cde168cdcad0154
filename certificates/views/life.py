"""What two people decide about a certificate's life, and its reprint: the pages of the register."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.kernel import policy
from academy.kernel.errors import ConflictError, InvalidInputError
from academy.kernel.i18n import pick, short_day
from academy.kernel.policy import Actor
from academy.kernel.settings import current
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.fields import put_at_fields
from academy.kernel.web.files import count_print, pdf_answer
from certificates import policies
from certificates.adapters.cover import Reprint, reprint_cover
from certificates.forms.deciding import EndForm, HearingForm
from certificates.queries.dossier import CertificateSheet, get_sheet
from certificates.queries.facts import get_facts
from certificates.queries.waiting import ReprintEvent, get_reprint, get_revocation
from certificates.rules.standing import COUNTING, EMPTIED
from certificates.services import life, standing
from certificates.views.words import GROUNDS

bp = FeatureBlueprint("certificate_life", __name__)


# --- how the holder was heard ----------------------------------------------------------------


@bp.page("/certificaten/intrekking/<int:revocation_id>/gehoord", needs=policies.REVOKE)
def ask_hearing(revocation_id: int) -> str:
    """Ask how the holder could speak, and on which day."""
    return _hearing_page(revocation_id, HearingForm(formdata=None))


@bp.action("/certificaten/intrekking/<int:revocation_id>/gehoord", needs=policies.REVOKE)
def record_hearing(revocation_id: int) -> AnyResponse | tuple[str, int]:
    """Note how the holder could speak."""
    form = HearingForm()
    if not form.validate() or form.heard_on.data is None:
        return _hearing_page(revocation_id, form), 422
    try:
        life.record_hearing(
            revocation_id, form.hearing.data or "", heard_on=form.heard_on.data, by=actor()
        )
    except (InvalidInputError, ConflictError) as error:
        put_at_fields(form, error)
        return _hearing_page(revocation_id, form), error.status
    flash(_("Het is opgeschreven. Een ander bestuurslid kan nu beslissen."), "success")
    return redirect(url_for("certificates.overview"), 303)


def _hearing_page(revocation_id: int, form: HearingForm) -> str:
    proposal = get_revocation(revocation_id)
    facts = get_facts(proposal.enrolment_id)
    policy.require(actor(), policies.REVOKE, facts.reach)
    return render_template(
        "certificates/hearing.html", proposal=proposal, facts=facts, form=form, grounds=GROUNDS
    )


# --- give back, or end for good --------------------------------------------------------------


@bp.page("/certificaten/<int:certificate_id>/herstellen", needs=policies.REVOKE)
def ask_reinstate(certificate_id: int) -> str:
    """Explain what giving back means, and ask."""
    found = get_sheet(certificate_id)
    policy.require(actor(), policies.REVOKE, found.facts.reach)
    return render_template("certificates/reinstate.html", sheet=found)


@bp.action("/certificaten/<int:certificate_id>/herstellen", needs=policies.REVOKE)
def reinstate(certificate_id: int) -> AnyResponse:
    """Propose that a revoked certificate counts again."""
    standing.propose_reinstatement(certificate_id, by=actor())
    return _proposed()


@bp.page("/certificaten/<int:certificate_id>/beeindigen", needs=policies.END)
def ask_end(certificate_id: int) -> str:
    """Explain what ending means, and ask why."""
    return _end_page(certificate_id, EndForm(formdata=None))


@bp.action("/certificaten/<int:certificate_id>/beeindigen", needs=policies.END)
def end(certificate_id: int) -> AnyResponse | tuple[str, int]:
    """Propose to end a certificate for good."""
    form = EndForm()
    if not form.validate():
        return _end_page(certificate_id, form), 422
    standing.propose_end(certificate_id, form.cause.data or "", by=actor())
    return _proposed()


def _end_page(certificate_id: int, form: EndForm) -> str:
    found = get_sheet(certificate_id)
    policy.require(actor(), policies.END, found.facts.reach)
    return render_template("certificates/end.html", sheet=found, form=form)


def _proposed() -> AnyResponse:
    flash(_("Je voorstel is verstuurd. Een ander bevestigt het."), "success")
    return redirect(url_for("certificates.overview"), 303)


@bp.action("/certificaten/stand/<int:standing_id>/bevestigen", needs=policies.END)
def confirm_standing(standing_id: int) -> AnyResponse:
    """Do what a colleague proposed."""
    standing.confirm(standing_id, by=actor())
    flash(_("Het is gedaan."), "success")
    return redirect(url_for("certificates.overview"), 303)


@bp.action("/certificaten/stand/<int:standing_id>/laten", needs=policies.END)
def drop_standing(standing_id: int) -> AnyResponse:
    """Leave the certificate as it is."""
    standing.drop(standing_id, by=actor())
    flash(_("Het certificaat blijft zoals het is."), "success")
    return redirect(url_for("certificates.overview"), 303)


# --- print once more -------------------------------------------------------------------------


@bp.action("/certificaten/<int:certificate_id>/herdruk", needs=policies.REPRINT)
def reprint(certificate_id: int) -> AnyResponse:
    """Note that the paper is printed once more; the sheet gives file and cover sheet."""
    life.reprint(certificate_id, by=actor())
    flash(_("Het is opgeschreven. Druk het bestand af, met het voorblad erbij."), "success")
    return redirect(url_for("certificate_register.sheet", certificate_id=certificate_id), 303)


@bp.page("/certificaten/<int:certificate_id>/herdruk/<int:event_id>", needs=policies.REPRINT)
def cover(certificate_id: int, event_id: int) -> Response:
    """Make the cover sheet of one reprint."""
    found = get_reprint(certificate_id, event_id)
    policy.require(actor(), policies.REPRINT, get_facts(found.enrolment_id).reach)
    return cover_answer(found)


def cover_answer(found: ReprintEvent) -> Response:
    """Return the cover sheet; the certificate's own file stays as it is."""
    made = reprint_cover(
        Reprint(
            number=found.number,
            title=pick(found.title),
            issued_on=short_day(found.issued_on),
            reprinted_at=found.at,
        ),
        verify_url=f"{current().public_url}/controleer",
        made_by=count_print(),
    )
    return pdf_answer(made, _("voorblad-%(number)s", number=found.number))


def sheet_parts(who: Actor, found: CertificateSheet) -> dict[str, bool]:
    """Say which of these steps the sheet offers."""
    reach, is_over = found.facts.reach, found.standing in EMPTIED
    return {
        "may_reprint": found.is_made
        and found.standing in COUNTING
        and policy.covers(who, policies.REPRINT, reach),
        "may_reinstate": found.standing == "revoked" and policy.covers(who, policies.REVOKE, reach),
        "may_end": found.is_made
        and found.standing != "ended"
        and policy.covers(who, policies.END, reach),
        "has_file": found.is_made and not is_over and found.standing != "replaced",
    }
