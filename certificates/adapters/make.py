"""Asks the document child for a certificate: rendered, sealed, checked.

Importing this loads neither WeasyPrint nor pyHanko.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from academy.kernel import documents
from academy.kernel.documents import DocumentError
from certificates.adapters.key_files import KeysError
from certificates.rules.credential import CredentialFacts
from certificates.rules.look import Look
from certificates.rules.printed import PrintedCertificate


@dataclass(frozen=True, slots=True)
class SealedDocument:
    """The bytes of an issued file, their SHA-256 (hexadecimal) and the key that sealed them.

    `imprint` is the SHA-256 that a time stamp covers, `stamp_until` the end of the certificate
    that made one.
    """

    pdf: bytes
    sha256: str
    key_id: str
    imprint: bytes = b""
    level: str = "B-B"
    stamp_until: datetime | None = None


def make_certificate(  # noqa: PLR0913 (all that makes a paper)
    printed: PrintedCertificate,
    design: str,
    *,
    credential: CredentialFacts | None = None,
    keys_folder: Path,
    passphrase: str,
    now: datetime,
    fonts_folder: Path,
    look: Look | None = None,
    external: dict[str, str] | None = None,
    with_stamp: bool = False,
) -> SealedDocument:
    """Return the sealed and checked PDF of `printed` in `design`, dressed in `look`.

    `now` is the real time: it chooses the key. `external` says where a seal from elsewhere lies;
    `with_stamp` leaves room for a time stamp (`timestamp.stamped`). Made in the document child.
    Raises DocumentError: a sentence for people if a text cannot be printed, DocumentTimeout if it
    took too long.
    """
    answer: dict[str, Any] = call_sealing(
        external,
        "certificates.adapters.make_in_child:make",
        credential=credential.as_plain() if credential else None,
        design=design,
        values=printed.as_plain(),
        keys_folder=str(keys_folder),
        passphrase=passphrase,
        now=now,
        fonts_folder=str(fonts_folder),
        look=look.as_plain() if look else None,
        with_stamp=with_stamp,
    )
    return SealedDocument(**answer)


_refused: list[dict[str, str]] = []


def call_sealing(external: dict[str, str] | None, function: str, /, **values: Any) -> Any:
    """Run a function that seals in the document child.

    A device is not offered a PIN that it refused: after a few it would lock itself.
    """
    if external in _refused:
        raise KeysError("Het apparaat weigerde de pincode. Begin opnieuw met de goede.")
    try:
        return documents.call(function, external=external, **values)
    except DocumentError as error:
        if external and error.kind == "SealPinRefused":
            _refused.append(external)
        raise
