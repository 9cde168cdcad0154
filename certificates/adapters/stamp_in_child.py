"""Puts a time stamp into the room that the seal left for it, and checks what came of it.

Runs in the document child: an authority's answer is as foreign as any file.
"""

import hashlib
import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import tsp as asn1_tsp  # type: ignore[import-untyped]
from pyhanko.pdf_utils.reader import PdfFileReader

from certificates.adapters import keys
from certificates.adapters.pinning import pinned_chains
from certificates.adapters.signature import imprint_of, read_intact, with_token
from certificates.adapters.token import Stamp, require, take_token

GRANTED = {"granted", "granted_with_mods"}
MOST_SKEW = timedelta(minutes=10)
"""How much the authority's clock may differ from ours; one of them is wrong then."""


def stamp(
    *,
    pdf: bytes,
    answer: bytes,
    nonce: int,
    authorities: list[bytes],
    keys_folder: str,
    now: datetime,
) -> dict[str, Any]:
    """Return the stamped file, its SHA-256, and the end of the authority's certificate.

    Raises BadStampError when the answer is not the stamp that was asked for.
    """
    (signature,) = PdfFileReader(io.BytesIO(pdf), strict=True).embedded_signatures
    response = asn1_tsp.TimeStampResp.load(answer, strict=True)
    require(response["status"]["status"].native in GRANTED, "refused")
    found = take_token(
        response["time_stamp_token"],
        imprint=imprint_of(pdf),
        authorities=authorities,
    )
    require(found.nonce == nonce, "nonce")
    require(abs(found.at - now) <= MOST_SKEW, "clock")
    stamped = _embedded(pdf, signature, found)
    folder = Path(keys_folder)
    reading = read_intact(
        stamped,
        leaves=keys.trusted_leaves(folder),
        root=keys.root_certificate(folder),
        chains=pinned_chains(folder),
    )
    require(reading["level"] == "B-T", "level")
    sha256 = hashlib.sha256(stamped).hexdigest()
    return {"pdf": stamped, "sha256": sha256, "level": "B-T", "stamp_until": found.until}


def _embedded(pdf: bytes, signature: Any, found: Stamp) -> bytes:
    start, length, end, _rest = signature.byte_range
    container = with_token(bytes(signature.pkcs7_content), found.token)
    room = end - (start + length) - 2
    digits = container.hex().upper().encode()
    require(len(digits) <= room, "too_large")
    return pdf[: start + length + 1] + digits.ljust(room, b"0") + pdf[end - 1 :]
