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
from certificates.queries.verification import Check, check_hash, check_number, check_upload
from certificates.schemas import (
    FileVerificationSchema,
    HashSchema,
    StatusSchema,
    VerificationSchema,
)
from certificates.views.verify import count, keep_private

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
    body=HashSchema,
    takes_file=True,
    answers=FileVerificationSchema,
    is_limited=True,
)
def verify_file(sha256: str = "", file: IO[bytes] | None = None) -> dict[str, Any]:
    """Judge a file, by its SHA-256 or by sending it along; we do not keep it.

    By the hash alone only the register is asked and no name is told. At most thirty checks a
    minute per address.
    """
    return _judged(sha256, file)


@bp.write(
    "/certificates/verify",
    needs=policies.VERIFY,
    body=HashSchema,
    takes_file=True,
    answers=FileVerificationSchema,
    is_limited=True,
)
def verify(sha256: str = "", file: IO[bytes] | None = None) -> dict[str, Any]:
    """Judge a file: the same as `/certificates/verification`, by the name of the command."""
    return _judged(sha256, file)


def _judged(sha256: str, file: IO[bytes] | None) -> dict[str, Any]:
    count("file")
    if file is None:
        return _said(check_hash(sha256))
    return _said(check_upload(file.read(LARGEST_FILE + 1)))


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
