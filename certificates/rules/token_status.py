"""The state of every copy in a wallet, as a Token Status List: two bits a certificate.

Pure. A copy stands where the Open Badge of its certificate stands, so both move together.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Literal

from certificates.rules.credential import LIST_LENGTH
from certificates.rules.standing import COUNTING
from certificates.rules.validity import is_expired
from certificates.rules.wallet import statuses_url

Status = Literal[0, 1, 2]
VALID: Status = 0
INVALID: Status = 1
SUSPENDED: Status = 2

BITS = 2
KEEPS = timedelta(minutes=1)
"""How long a verifier may go on with a list that it has."""
ENDS_AFTER = timedelta(hours=1)


def status_of(standing: str, *, hides_name: bool, valid_until: date | None, today: date) -> Status:
    """Return how a copy stands. A hidden name can be shown again, so that suspends only."""
    if standing not in COUNTING or is_expired(valid_until, today=today):
        return INVALID
    return SUSPENDED if hides_name else VALID


def status_claim(public_url: str, place: int) -> dict[str, Any]:
    """Return where a copy says that its state can be read."""
    number, index = divmod(place, LIST_LENGTH)
    return {"status_list": {"idx": index, "uri": statuses_url(public_url, number + 1)}}


def list_claims(
    public_url: str, number: int, *, statuses: Iterable[tuple[int, Status]], now: datetime
) -> dict[str, Any]:
    """Return what list `number` says; `statuses` are those that are not valid, by index."""
    bits = bytearray(LIST_LENGTH * BITS // 8)
    per_byte = 8 // BITS
    for index, status in statuses:
        bits[index // per_byte] |= status << index % per_byte * BITS
    packed = base64.urlsafe_b64encode(zlib.compress(bytes(bits), 9)).rstrip(b"=")
    return {
        "sub": statuses_url(public_url, number),
        "iss": public_url,
        "iat": int(now.timestamp()),
        "exp": int((now + ENDS_AFTER).timestamp()),
        "ttl": int(KEEPS.total_seconds()),
        "status_list": {"bits": BITS, "lst": packed.decode("ascii")},
    }
