"""What a stranger downloads to check without us: the register's snapshot, and the page for it."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, request, send_file
from flask_babel import gettext as _

from academy.kernel import limits
from academy.kernel.errors import NotFoundError
from academy.kernel.limits import Limit
from academy.kernel.web.addresses import asker
from academy.kernel.web.blueprint import FeatureBlueprint
from certificates.adapters.checker import policy_of
from certificates.adapters.keys import KeysError
from certificates.policies import VERIFY
from certificates.services.snapshot import make_checker, public_file

bp = FeatureBlueprint("offline", __name__)

FRESH_SECONDS = 3600
DOWNLOADS = Limit("offline-downloads", 60, timedelta(hours=1))


@bp.page("/register/momentopname.json", needs=VERIFY)
def snapshot() -> Response:
    """Give the snapshot that the daily job made; it holds no names. None before the first one."""
    path = public_file()
    if not path.is_file():
        raise NotFoundError
    _count()
    answer = send_file(
        path,
        mimetype="application/json",
        download_name="momentopname.json",
        as_attachment=True,
        max_age=FRESH_SECONDS,
    )
    return _open_to_all(answer)


@bp.page("/controleer/zelf.html", needs=VERIFY)
def checker() -> Response:
    """Give the page that checks a certificate by itself, to use here or to keep."""
    _count()
    try:
        page = make_checker()
    except KeysError:
        raise NotFoundError from None
    answer = Response(page, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = f"{policy_of(page)}; frame-ancestors 'none'"
    answer.add_etag()
    answer.make_conditional(request)
    return _open_to_all(answer)


def _count() -> None:
    """Count one download. Raises TooManyError for an address that comes too often."""
    sentence = _("Je haalde dit uur al vaak bestanden op. Wacht even.")
    limits.spend_here(DOWNLOADS, asker(), sentence=sentence)


def _open_to_all(answer: Response) -> Response:
    """Let anyone keep it for an hour, and nobody's search engine list it."""
    answer.headers["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
