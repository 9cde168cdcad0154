"""Deel je certificaat: a link that ends, LinkedIn, and what somebody with the link sees."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from academy.kernel import clock
from academy.kernel.errors import ConflictError
from academy.kernel.i18n import pick
from academy.kernel.settings import current
from academy.kernel.web.addresses import asker
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from academy.kernel.web.fields import put_at_fields
from certificates.forms.holder import ShareForm
from certificates.policies import OWN_CERTIFICATE, VERIFY
from certificates.queries.holder import OwnCertificate, get_own, get_stored
from certificates.queries.sharing import get_shared, is_shareable, open_until
from certificates.queries.verification import check_shared
from certificates.services import sharing
from certificates.services.counting import count_check, count_look
from certificates.services.sharing import MadeLink
from certificates.views.holder import file_response
from certificates.views.verify import keep_private

bp = FeatureBlueprint("sharing", __name__)
public_bp = FeatureBlueprint("shared", __name__)
public_bp.after_request(keep_private)

OWN_RULE = "/certificaat/<int:certificate_id>/delen"
SHARED_RULE = "/deel/<token>"
ADD_TO_PROFILE = "https://www.linkedin.com/profile/add"


@bp.page(OWN_RULE, needs=OWN_CERTIFICATE)
def ask(certificate_id: int) -> str:
    """Show how I can share my certificate."""
    return _page(certificate_id, ShareForm(formdata=None))


@bp.action(OWN_RULE, needs=OWN_CERTIFICATE)
def make(certificate_id: int) -> Response:
    """Make a link. It is shown here and never again."""
    form = ShareForm()
    get_own(certificate_id, actor().person_id or 0)
    if not form.validate():
        return make_response(_page(certificate_id, form), 422)
    try:
        made = sharing.make_link(certificate_id, days=int(form.days.data or 0), by=actor())
    except ConflictError as error:
        put_at_fields(form, error)
        return make_response(_page(certificate_id, form), error.status)
    return keep_private(make_response(_page(certificate_id, form, made=made)))


@bp.action(f"{OWN_RULE}/stop", needs=OWN_CERTIFICATE)
def stop(certificate_id: int) -> AnyResponse:
    """End my link."""
    sharing.end_links(certificate_id, by=actor())
    flash(_("De link werkt niet meer."), "success")
    return redirect(url_for("sharing.ask", certificate_id=certificate_id), 303)


def _page(certificate_id: int, form: ShareForm, *, made: MadeLink | None = None) -> str:
    certificate = get_own(certificate_id, actor().person_id or 0)
    return render_template(
        "certificates/share.html",
        certificate=certificate,
        form=form,
        link=f"{current().public_url}/deel/{made.token}" if made else "",
        open_until=open_until(certificate_id),
        can_share=is_shareable(certificate_id),
        linkedin=_add_to_profile(certificate),
        pick=pick,
    )


def _add_to_profile(certificate: OwnCertificate) -> str:
    """The address that opens LinkedIn with the fields filled in; without the printed name."""
    fields: dict[str, str | int] = {
        "startTask": "CERTIFICATION_NAME",
        "name": pick(certificate.title),
        "organizationName": current().name,
        "issueYear": certificate.issued_on.year,
        "issueMonth": certificate.issued_on.month,
        "certId": certificate.number,
        "certUrl": f"{current().public_url}/controleer?number={certificate.number}",
    }
    if certificate.valid_until is not None:
        fields["expirationYear"] = certificate.valid_until.year
        fields["expirationMonth"] = certificate.valid_until.month
    return f"{ADD_TO_PROFILE}?{urlencode(fields)}"


# --- who has the link ------------------------------------------------------------------------


@public_bp.page(SHARED_RULE, needs=VERIFY)
def show(token: str) -> str:
    """Show the certificate that somebody shared."""
    count_check("code", address=asker())
    shared = get_shared(token)
    found = check_shared(shared.number)
    count_look(shared.number)
    return render_template(
        "certificates/shared.html",
        token=token,
        finding=found.finding,
        details=found.details,
        ends_at=shared.ends_at,
        today=clock.today(),
        pick=pick,
    )


@public_bp.page(f"{SHARED_RULE}/bestand", needs=VERIFY)
def download(token: str) -> Response:
    """Hand over the file that somebody shared."""
    count_check("code", address=asker())
    stored = get_stored(get_shared(token).certificate_id)
    count_look(stored.number)
    return file_response(stored)
