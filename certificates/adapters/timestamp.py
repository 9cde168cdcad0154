"""Asks a time-stamp authority (RFC 3161) for a stamp over a seal. Runs in the worker.

The document child has no network and the worker parses nothing foreign: so the worker carries bytes
between the authority and the child (docs/decisions/0011).
"""

import secrets
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from academy.kernel import documents
from academy.kernel.queue import NotNowError
from academy.kernel.settings import Settings
from certificates.adapters.fetching import AWAY, fetch
from certificates.adapters.key_files import KeysError
from certificates.adapters.make import SealedDocument

log = structlog.get_logger()

SECONDS = 10.0
"""How long an authority may take for one answer."""
WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300))
"""How long everything waits after the first, second… time that the authority was away."""
_SHA256 = bytes.fromhex("300d06096086480165030402010500")


class AuthorityAwayError(NotNowError):
    """The authority gave no answer; what was to be sealed waits, and is not sealed without."""


@dataclass
class _Absence:
    times: int = 0
    until: float = 0.0


_absence = _Absence()


def require_authority(settings: Settings) -> None:
    """Raise AuthorityAwayError while a time stamp is wanted and the authority was just away."""
    left = _absence.until - time.monotonic()
    if settings.tsa_url and left > 0:
        raise AuthorityAwayError(timedelta(seconds=left))


def stamped(sealed: SealedDocument, settings: Settings, *, now: datetime) -> SealedDocument:
    """Return a sealed file with its time stamp, checked; as it is when none is wanted.

    Raises AuthorityAwayError without an answer, and DocumentError when the answer is no good.
    """
    if not settings.tsa_url:
        return sealed
    nonce = secrets.randbits(63) | 1 << 62
    answer = ask(settings.tsa_url, request(sealed.imprint, nonce))
    found: dict[str, Any] = documents.call(
        "certificates.adapters.stamp_in_child:stamp",
        pdf=sealed.pdf,
        answer=answer,
        nonce=nonce,
        authorities=authorities(settings),
        keys_folder=str(settings.keys),
        now=now,
    )
    return replace(sealed, **found)


def authorities(settings: Settings) -> list[bytes]:
    """Return the certificates (DER) of the authority that is believed; none means any.

    Raises KeysError when they cannot be read.
    """
    if not settings.tsa_cert:
        return []
    try:
        found = x509.load_pem_x509_certificates(Path(settings.tsa_cert).read_bytes())
    except (OSError, ValueError):
        raise KeysError("Het bestand van ACADEMY_TSA_CERT is niet te lezen.") from None
    return [one.public_bytes(Encoding.DER) for one in found]


def request(imprint: bytes, nonce: int) -> bytes:
    """Return the request for a stamp over a SHA-256, with the authority's certificates (DER)."""
    over = b"\x30\x31" + _SHA256 + b"\x04\x20" + imprint
    parts = (b"\x02\x01\x01", over, b"\x02\x08" + nonce.to_bytes(8, "big"), b"\x01\x01\xff")
    body = b"".join(parts)
    return b"\x30" + bytes([len(body)]) + body


def ask(url: str, body: bytes, *, seconds: float = SECONDS) -> bytes:
    """Return what the authority answers, within `seconds` in all. Raises AuthorityAwayError."""
    try:
        answer = fetch(url, body, kind="application/timestamp-query", seconds=seconds)
    except AWAY as error:
        wait = WAITS[min(_absence.times, len(WAITS) - 1)]
        _absence.times += 1
        _absence.until = time.monotonic() + wait.total_seconds()
        log.warning("time-stamp authority away", error=type(error).__name__, times=_absence.times)
        raise AuthorityAwayError(wait) from error
    _absence.times, _absence.until = 0, 0.0
    return answer
