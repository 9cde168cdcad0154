"""Controleer: anybody may check a certificate, by number, by code or with the file."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _

from academy.kernel.db import set_reading
from academy.kernel.i18n import language, pick
from academy.kernel.web.addresses import asker
from academy.kernel.web.blueprint import FeatureBlueprint
from certificates.adapters.keys import fingerprint_in_groups
from certificates.adapters.verify import LARGEST_FILE
from certificates.forms.verify import CheckFileForm, CheckForm
from certificates.policies import VERIFY
from certificates.queries.keys import lost_since, public_keys, root_fingerprint
from certificates.queries.verification import (
    Check,
    check_code,
    check_number,
    check_upload,
)
from certificates.rules.number import find_number, is_number_like
from certificates.services.counting import count_check, count_look
from certificates.services.snapshot import public_file

bp = FeatureBlueprint("verify", __name__)

LONGEST_TYPED = 60


@bp.after_request
def keep_private(response: Response) -> Response:
    """Keep every answer, refusals too, out of search engines, caches and other sites' logs."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@bp.page("/controleer", needs=VERIFY)
def start() -> Response:
    """Ask for a number, a code or a file; `?number=` answers at once."""
    typed = request.args.get("number", "")
    if not typed:
        return _answer(None)
    return _answer(_by_typed(typed), typed=typed)


@bp.action("/controleer", needs=VERIFY)
def check() -> Response:
    """Judge what was typed."""
    form = CheckForm()
    if not form.validate():
        return _answer(None, form=form, status=422)
    typed = form.number.data or ""
    return _answer(_by_typed(typed), typed=typed)


@bp.action("/controleer/bestand", needs=VERIFY)
def check_file() -> Response:
    """Judge an uploaded file; it is read into memory and forgotten."""
    form = CheckFileForm()
    upload = request.files.get("file")
    if not form.validate() or upload is None or not upload.filename:
        form.file.errors = [*form.file.errors, _("Kies eerst een bestand.")]
        return _answer(None, file_form=form, status=422)
    count("file")
    return _answer(seen(check_upload(upload.stream.read(LARGEST_FILE + 1))))


@bp.page("/c/<code>", needs=VERIFY)
def by_code(code: str) -> Response:
    """Judge the code in the address, which the QR code opens."""
    count("code")
    return _answer(seen(check_code(code)))


def _by_typed(typed: str) -> Check:
    typed = typed[:LONGEST_TYPED]
    if is_number_like(typed):
        count("number")
        return check_number(typed)
    count("code")
    return seen(check_code(typed))


def seen(found: Check) -> Check:
    """Count for the holder that somebody with the code or the file looked."""
    number = found.finding.number if found.details else None
    count_look(number or "")  # a guess costs what a hit costs
    return found


def count(way: str) -> None:
    """Count one check. Raises TooManyError for an address that asks too often.

    What follows only reads, after a POST too: parsing a file must not keep the one writer waiting.
    """
    count_check(way, address=asker())
    set_reading(True)


def _seals() -> dict[str, Any]:
    """Return what the page tells of our seals: how to recognise them, and which was lost."""
    known = public_keys()
    return {
        "root": fingerprint_in_groups(root_fingerprint()),
        "seals": [
            (fingerprint_in_groups(one.fingerprint), one)
            for one in known
            if one.purpose == "certificates"
        ],
        "lost_since": lost_since(known),
    }


def _answer(
    found: Check | None,
    *,
    typed: str = "",
    form: CheckForm | None = None,
    file_form: CheckFileForm | None = None,
    status: int = 200,
) -> Response:
    has_typing_error = is_number_like(typed) and find_number(typed) is None
    return make_response(
        render_template(
            "certificates/verify.html",
            finding=found.finding if found else None,
            details=found.details if found else None,
            title=pick(found.details.title) if found and found.details else "",
            reasons=_sentences(found) if found else [],
            has_typing_error=has_typing_error,
            has_snapshot=public_file().is_file(),
            form=form or CheckForm(formdata=None),
            file_form=file_form or CheckFileForm(formdata=None),
            **_seals(),
        ),
        status,
    )


def _sentences(found: Check) -> list[str]:
    in_english = language() == "en"
    return [reason.en if in_english else reason.nl for reason in found.finding.reasons]
