"""The register: every certificate, its life, and what may happen to it."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.kernel import clock, policy
from academy.kernel.errors import ConflictError, InvalidInputError
from academy.kernel.i18n import pick
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.fields import put_at_fields
from certificates import policies
from certificates.forms.deciding import ProposeForm, ReplaceForm, RevokeForm
from certificates.queries.archive import archive_stand
from certificates.queries.dossier import CertificateSheet, get_sheet
from certificates.queries.facts import get_facts
from certificates.queries.holder import get_kept
from certificates.queries.lists import find_in_register, register_rows
from certificates.queries.timeline import timeline
from certificates.queries.waiting import find_open_standing
from certificates.rules.standing import COUNTING
from certificates.services import decisions, life
from certificates.views.holder import file_response
from certificates.views.life import sheet_parts
from certificates.views.words import told_to_staff

bp = FeatureBlueprint("certificate_register", __name__)


@bp.page("/certificaten/register", needs=policies.REGISTER)
def rows() -> str | AnyResponse:
    """Show the register, newest first; or go to the certificate whose number was typed."""
    typed = request.args.get("nummer", "").strip()
    found = find_in_register(typed, actor()) if typed else None
    if found is not None:
        return redirect(url_for("certificate_register.sheet", certificate_id=found), 303)
    page = register_rows(actor(), request.args.get("after"))
    older = (
        url_for("certificate_register.rows", after=page.next_cursor) if page.next_cursor else None
    )
    return render_template(
        "certificates/register.html",
        page=page,
        typed=typed,
        older=older,
        today=clock.today(),
        may_extract=actor().may(policies.EXTRACT),
        unproved=archive_stand().due,
    )


@bp.page("/certificaten/<int:certificate_id>", needs=policies.REGISTER)
def sheet(certificate_id: int) -> str:
    """Show one certificate."""
    return _page(certificate_id)


@bp.page("/certificaten/<int:certificate_id>/bestand", needs=policies.REGISTER)
def download(certificate_id: int) -> Response:
    """Hand over the file, to print it for the holder."""
    stored = get_kept(certificate_id)
    policy.require(actor(), policies.REGISTER, get_facts(stored.enrolment_id).reach)
    return file_response(stored)


@bp.action("/certificaten/<int:certificate_id>/uitgereikt", needs=policies.PROPOSE)
def hand_out(certificate_id: int) -> AnyResponse:
    """Note that the holder has the paper."""
    life.hand_out(certificate_id, by=actor())
    flash(_("Het is opgeschreven: het papier is uitgereikt."), "success")
    if not actor().may(policies.REGISTER):
        return redirect(url_for("certificates.overview"), 303)
    return redirect(url_for("certificate_register.sheet", certificate_id=certificate_id), 303)


@bp.action("/certificaten/<int:certificate_id>/vervangen", needs=policies.PROPOSE_CHANGE)
def replace(certificate_id: int) -> AnyResponse | tuple[str, int]:
    """Propose the same certificate under another name."""
    form = ReplaceForm()
    if not form.validate():
        return _page(certificate_id, replace_form=form), 422
    try:
        decision_id = decisions.propose_replacement(
            certificate_id, printed_name=form.printed_name.data or "", by=actor()
        )
    except (InvalidInputError, ConflictError) as error:
        put_at_fields(form, error)
        return _page(certificate_id, replace_form=form), error.status
    return _proposed(decision_id)


@bp.action("/certificaten/<int:certificate_id>/verlengen", needs=policies.PROPOSE_CHANGE)
def renew(certificate_id: int) -> AnyResponse | tuple[str, int]:
    """Propose another term."""
    form = ProposeForm()
    if not form.validate():
        return _page(certificate_id, renew_form=form), 422
    try:
        decision_id = decisions.propose_renewal(
            certificate_id, by=actor(), hardship=form.hardship.data or ""
        )
    except (InvalidInputError, ConflictError) as error:
        put_at_fields(form, error)
        return _page(certificate_id, renew_form=form), error.status
    return _proposed(decision_id)


def _proposed(decision_id: int) -> AnyResponse:
    flash(_("Je voorstel is verstuurd. Het bestuur beslist."), "success")
    return redirect(url_for("certificates.dossier", decision_id=decision_id), 303)


@bp.page("/certificaten/<int:certificate_id>/intrekken", needs=policies.REVOKE)
def ask_revoke(certificate_id: int) -> str:
    """Ask on which ground a certificate should be revoked."""
    return _revoke_page(certificate_id, RevokeForm(formdata=None))


@bp.action("/certificaten/<int:certificate_id>/intrekken", needs=policies.REVOKE)
def revoke(certificate_id: int) -> AnyResponse | tuple[str, int]:
    """Propose to revoke."""
    form = RevokeForm()
    if not form.validate():
        return _revoke_page(certificate_id, form), 422
    life.propose_revocation(certificate_id, form.ground.data or "", by=actor())
    flash(_("Je voorstel is verstuurd. Een ander bestuurslid bevestigt het."), "success")
    return redirect(url_for("certificates.overview"), 303)


def _revoke_page(certificate_id: int, form: RevokeForm) -> str:
    found = get_sheet(certificate_id)
    policy.require(actor(), policies.REVOKE, found.facts.reach)
    return render_template("certificates/revoke.html", sheet=found, form=form, pick=pick)


@bp.action("/certificaten/intrekking/<int:revocation_id>/bevestigen", needs=policies.REVOKE)
def confirm_revocation(revocation_id: int) -> AnyResponse:
    """Revoke, as a colleague proposed."""
    life.confirm_revocation(revocation_id, by=actor())
    flash(_("Het certificaat is ingetrokken."), "success")
    return redirect(url_for("certificates.overview"), 303)


@bp.action("/certificaten/intrekking/<int:revocation_id>/laten", needs=policies.REVOKE)
def drop_revocation(revocation_id: int) -> AnyResponse:
    """Leave the certificate as it is."""
    life.drop_revocation(revocation_id, by=actor())
    flash(_("Het certificaat blijft zoals het is."), "success")
    return redirect(url_for("certificates.overview"), 303)


def _is_renewable(found: CertificateSheet) -> bool:
    return found.renewal_opens_on is not None and found.renewal_opens_on <= clock.today()


def _page(certificate_id: int, **forms: Any) -> str:
    found: CertificateSheet = get_sheet(certificate_id)
    who = actor()
    policy.require(who, policies.REGISTER, found.facts.reach)
    counts = found.is_made and found.standing == "valid"
    may_change = policy.covers(who, policies.PROPOSE_CHANGE, found.facts.reach)
    may_change = counts and may_change and not found.has_open_proposal
    return render_template(
        "certificates/sheet.html",
        sheet=found,
        today=clock.today(),
        may_change=may_change or "replace_form" in forms,
        may_renew=(may_change and _is_renewable(found)) or "renew_form" in forms,
        may_hand_out=found.is_made
        and found.standing in COUNTING
        and not found.was_handed_out
        and policy.covers(who, policies.PROPOSE, found.facts.reach),
        life=told_to_staff(timeline(certificate_id)),
        open_standing=find_open_standing(certificate_id),
        **sheet_parts(who, found),
        may_revoke=counts
        and found.revocation_id is None
        and policy.covers(who, policies.REVOKE, found.facts.reach),
        replace_form=forms.get("replace_form") or ReplaceForm(formdata=None),
        renew_form=forms.get("renew_form") or ProposeForm(formdata=None),
        pick=pick,
    )
