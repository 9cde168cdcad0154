"""Render, seal, and check one's own output before anybody gets it. Runs in the document child."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from certificates.adapters import text
from certificates.adapters.credential_in_child import attached, signed_credential
from certificates.adapters.design import load_design
from certificates.adapters.render import render_certificate
from certificates.adapters.seal import ROOM_FOR_STAMP, seal
from certificates.adapters.signature import imprint_of, read_intact
from certificates.adapters.signer import Signer, open_signer, pins
from certificates.rules.code import group_code
from certificates.rules.credential import CredentialFacts
from certificates.rules.names import clean_name
from certificates.rules.printed import PrintedCertificate

LARGEST_CERTIFICATE = 120_000


class OwnCheckFailedError(Exception):
    """What we made is not what we meant to make; nothing may be issued. The message is a code."""


def make(  # noqa: PLR0913 (all that makes a paper)
    *,
    design: str,
    values: dict[str, Any],
    credential: dict[str, Any] | None = None,
    keys_folder: str,
    passphrase: str,
    now: datetime,
    fonts_folder: str,
    look: dict[str, Any] | None = None,
    external: dict[str, str] | None = None,
    with_stamp: bool = False,
) -> dict[str, Any]:
    """Return the fields of `make.SealedDocument`.

    `credential` is `CredentialFacts.as_plain()`; without it the file carries none.
    """
    key = open_signer(Path(keys_folder), passphrase, now=now, external=external)
    texts = load_design(design).texts[values["language"]]
    badge = (
        signed_credential(
            CredentialFacts.from_plain(credential),
            keys_folder=Path(keys_folder),
            passphrase=passphrase,
            now=now,
        )
        if credential
        else None
    )
    unsealed = render_certificate(
        design=design, values=values, fonts_folder=fonts_folder, look=look, badge=badge
    )
    pdf = seal(
        unsealed,
        key,
        reason=texts["reason"],
        field_label=texts["field_label"],
        with_stamp=with_stamp,
    )
    room = ROOM_FOR_STAMP if with_stamp else 0
    require_as_meant(pdf, PrintedCertificate.from_plain(values), key=key, badge=badge, room=room)
    return {
        "pdf": pdf,
        "sha256": hashlib.sha256(pdf).hexdigest(),
        "key_id": key.info.key_id,
        "imprint": imprint_of(pdf) if with_stamp else b"",
    }


def require_as_meant(
    pdf: bytes, printed: PrintedCertificate, *, key: Signer, badge: bytes | None, room: int = 0
) -> None:
    """Check a sealed file as a stranger would: seal, size, name, number and code as printed.

    What is attached must be `badge`, to the byte, or nothing without it. `room` is what was left
    for a time stamp.

    Raises OwnCheckFailedError, or what `signature.read_intact` raises.
    """
    if len(pdf) > LARGEST_CERTIFICATE + room:
        raise OwnCheckFailedError("too_large")
    found = read_intact(pdf, **pins(key))
    if found["number"] != printed.number:
        raise OwnCheckFailedError("other_number")
    if attached(pdf) != badge:
        raise OwnCheckFailedError("other_attachment")
    pages = text.page_texts(pdf)
    for said in (clean_name(printed.printed_name), printed.number, group_code(printed.code)):
        if not text.says(pages, said):
            raise OwnCheckFailedError("text_missing")
