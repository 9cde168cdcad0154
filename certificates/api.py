"""The API of certificates: anybody may check one, and the register says how one stands."""

from __future__ import annotations

from typing import IO, Any

from flask import Response

from academy.kernel.i18n import pick
from academy.kernel.web.api import ApiBlueprint
from academy.kernel.web.blueprint import actor
from certificates import policies
from certificates.adapters.verify import LARGEST_FILE
from certificates.queries.status import Status
from certificates.queries.status import get_status as find_status
from certificates.queries.verification import (
    Check,
    check_code,
    check_hash,
    check_number,
    check_upload,
)
from certificates.schemas import (
    AskedSchema,
    FileVerificationSchema,
    StatusSchema,
    VerificationSchema,
)
from certificates.views.verify import count, keep_private, seen

bp = ApiBlueprint("certificates_api", __name__)


@bp.after_request
def _keep_private(response: Response) -> Response:
    """As on the page: out of search engines, caches and other sites' logs."""
    return keep_private(response)


@bp.read(
    "/certificates/<number>/verification",
    needs=policies.VERIFY,
    answers=VerificationSchema,
    moving=("as_of",),
    is_limited=True,
)
def verify_number(number: str) -> dict[str, Any]:
    """Judge a certificate by its number, without a name.

    What we do not know has the verdict `unknown`. At most thirty checks a minute per address.
    """
    count("number")
    return _said(check_number(number))


@bp.write(
    "/certificates/verification",
    needs=policies.VERIFY,
    body=AskedSchema,
    takes_file=True,
    answers=FileVerificationSchema,
    is_limited=True,
)
def verify_file(file: IO[bytes] | None = None, **asked: str) -> dict[str, Any]:
    """Judge a certificate: the same as `/certificates/verify`, by its older name."""
    return _judged(file, **asked)


@bp.write(
    "/certificates/verify",
    needs=policies.VERIFY,
    body=AskedSchema,
    takes_file=True,
    answers=FileVerificationSchema,
    is_limited=True,
)
def verify(file: IO[bytes] | None = None, **asked: str) -> dict[str, Any]:
    """Judge a certificate by its number, its code, its file, or the SHA-256 of that.

    A file is not kept. The printed name only for who has the code or the file: a number can be
    guessed, and a hash is no secret. At most thirty checks a minute per address.
    """
    return _judged(file, **asked)


def _judged(file: IO[bytes] | None, **asked: str) -> dict[str, Any]:
    """Judge by the one way in which was asked."""
    if file is not None:
        count("file")
        return _said(seen(check_upload(file.read(LARGEST_FILE + 1))))
    ((way, typed),) = asked.items()
    count("file" if way == "sha256" else way)
    if way == "number":
        return _said(check_number(typed))
    return _said(seen(check_code(typed)) if way == "code" else check_hash(typed))


@bp.read("/certificates/<number>/status", needs=policies.REGISTER, answers=StatusSchema)
def get_status(number: str) -> Status:
    """Return how a certificate stands in the register."""
    return find_status(number, actor())


def _said(found: Check) -> dict[str, Any]:
    finding, details = found.finding, found.details
    return {
        "verdict": finding.verdict,
        "as_of": finding.as_of,
        "number": finding.number,
        "reasons": finding.reasons,
        "course": pick(details.title) if details else None,
        "issued_on": details.issued_on if details else None,
        "valid_until": details.valid_until if details else None,
        "since": details.since if details else None,
        "renewed_by": details.renewed_by if details else None,
        "printed_name": (details.printed_name or None) if details else None,
    }
