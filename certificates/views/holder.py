"""My certificate: see it, download it, take it back."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.kernel import clock
from academy.kernel.errors import NotFoundError
from academy.kernel.i18n import pick
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from certificates.forms.holder import WithdrawForm
from certificates.policies import OWN_CERTIFICATE
from certificates.queries.holder import StoredCertificate, get_own, get_stored, own_certificates
from certificates.queries.names import get_name
from certificates.queries.own_decision import newest_decision
from certificates.queries.sharing import looks_at, open_until
from certificates.queries.waiting import open_revocations
from certificates.queries.wallet import copyable, is_open
from certificates.services import life

bp = FeatureBlueprint("my_certificates", __name__)


@bp.page("/certificaat", needs=OWN_CERTIFICATE)
def own() -> str:
    """Show my certificates."""
    certificates = own_certificates(actor().person_id or 0)
    return render_template(
        "certificates/own.html",
        certificates=certificates,
        looks=looks_at([one.id for one in certificates]),
        shared={one.id: open_until(one.id) for one in certificates},
        name=get_name(actor().person_id or 0),
        decision=newest_decision(actor().person_id or 0),
        pick=pick,
        revocations=open_revocations(actor().person_id or 0),
        copyable=copyable([one.id for one in certificates]) if is_open() else set(),
        today=clock.today(),
    )


@bp.page("/certificaat/<int:certificate_id>/bestand", needs=OWN_CERTIFICATE)
def download(certificate_id: int) -> Response:
    """Hand over my own file."""
    stored = get_stored(certificate_id)
    if stored.person_id != actor().person_id:
        raise NotFoundError
    return file_response(stored, shown="bekijk" in request.args)


def file_response(stored: StoredCertificate, *, shown: bool = False) -> Response:
    """Return the stored bytes, after checking that they are what the register says.

    `shown`: the browser opens it, to look and to print, instead of saving it.
    """
    data = Storage(current().storage).get(stored.sha256)
    how = "inline" if shown else "attachment"
    response = make_response(data)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'{how}; filename="{stored.number}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.page("/certificaat/<int:certificate_id>/terugnemen", needs=OWN_CERTIFICATE)
def ask_withdraw(certificate_id: int) -> str:
    """Explain what taking back means, and ask."""
    certificate = get_own(certificate_id, actor().person_id or 0)
    return render_template(
        "certificates/withdraw.html", certificate=certificate, form=WithdrawForm(), pick=pick
    )


@bp.action("/certificaat/<int:certificate_id>/terugnemen", needs=OWN_CERTIFICATE)
def withdraw(certificate_id: int) -> AnyResponse | tuple[str, int]:
    """Take my certificate back."""
    certificate = get_own(certificate_id, actor().person_id or 0)
    form = WithdrawForm()
    if not form.validate():
        page = render_template(
            "certificates/withdraw.html", certificate=certificate, form=form, pick=pick
        )
        return page, 422
    life.withdraw(certificate_id, by=actor())
    flash(_("Je certificaat is teruggenomen. Je naam is eraf en het bestand is weg."), "success")
    return redirect(url_for("my_certificates.own"), 303)
