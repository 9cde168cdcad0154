"""The Open Badge of a certificate by itself: as it stands in the stored file, or as a JWT."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from academy.kernel import policy
from academy.kernel.documents import DocumentError
from academy.kernel.errors import NotFoundError
from academy.kernel.i18n import pick
from academy.kernel.pdf.paper import DocumentNotMadeError
from academy.kernel.settings import current
from academy.kernel.storage import Storage
from academy.kernel.web.blueprint import FeatureBlueprint, actor
from certificates import policies
from certificates.adapters.credential_files import credential_in, jwt_of
from certificates.queries.facts import get_facts
from certificates.queries.holder import StoredCertificate, get_kept, get_stored

bp = FeatureBlueprint("badges", __name__)


@bp.page("/certificaat/<int:certificate_id>/open-badge.json", needs=policies.OWN_CERTIFICATE)
def own_json(certificate_id: int) -> Response:
    """Hand over my own Open Badge."""
    return _json(_own(certificate_id))


@bp.page("/certificaat/<int:certificate_id>/open-badge.jwt", needs=policies.OWN_CERTIFICATE)
def own_jwt(certificate_id: int) -> Response:
    """Hand over my own Open Badge as a JWT."""
    return _jwt(_own(certificate_id))


@bp.page("/certificaten/<int:certificate_id>/open-badge.json", needs=policies.REGISTER)
def register_json(certificate_id: int) -> Response:
    """Hand over the Open Badge, to send it to the holder."""
    return _json(_in_reach(certificate_id))


@bp.page("/certificaten/<int:certificate_id>/open-badge.jwt", needs=policies.REGISTER)
def register_jwt(certificate_id: int) -> Response:
    """Hand over the Open Badge as a JWT, to send it to the holder."""
    return _jwt(_in_reach(certificate_id))


def _own(certificate_id: int) -> StoredCertificate:
    stored = get_stored(certificate_id)
    if stored.person_id != actor().person_id:
        raise NotFoundError
    return stored


def _in_reach(certificate_id: int) -> StoredCertificate:
    stored = get_kept(certificate_id)
    policy.require(actor(), policies.REGISTER, get_facts(stored.enrolment_id).reach)
    return stored


def _json(stored: StoredCertificate) -> Response:
    return _file(stored, "json", "application/json", credential_in)


def _jwt(stored: StoredCertificate) -> Response:
    settings = current()
    return _file(
        stored,
        "jwt",
        "application/jwt",
        lambda pdf: jwt_of(pdf, keys_folder=settings.keys, passphrase=settings.keys_passphrase),
    )


def _file(
    stored: StoredCertificate, ending: str, mimetype: str, take: Callable[[bytes], bytes]
) -> Response:
    """Return what `take` finds in the stored file. A file from before badges has none."""
    try:
        body = take(Storage(current().storage).get(stored.sha256))
    except DocumentError as error:
        if error.kind == "NoCredential":
            raise NotFoundError from None
        raise DocumentNotMadeError(pick({"nl": error.sentence, "en": error.sentence_en})) from error
    response = Response(body, mimetype=mimetype)
    name = f'attachment; filename="{stored.number}.{ending}"'
    response.headers["Content-Disposition"] = name
    response.headers["Cache-Control"] = "no-store"
    return response
