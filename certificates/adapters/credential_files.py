"""Asks the document child for what strangers check a credential with, and for the credential.

Importing this loads neither PyLD nor pikepdf.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from academy.kernel import documents

_CHILD = "certificates.adapters.credential_in_child"


@lru_cache(maxsize=8)
def status_list(
    public_url: str,
    number: int,
    *,
    ended: tuple[int, ...],
    created: datetime,
    keys_folder: Path,
    passphrase: str,
) -> bytes:
    """Return a signed status list; kept, so that many who ask within a minute cost one signature.

    Raises DocumentError.
    """
    made: bytes = documents.call(
        f"{_CHILD}:signed_status_list",
        public_url=public_url,
        number=number,
        ended=list(ended),
        created=created,
        keys_folder=str(keys_folder),
        passphrase=passphrase,
    )
    return made


def credential_in(pdf: bytes) -> bytes:
    """Return the signed credential in a certificate's file. Raises DocumentError without one."""
    found: bytes = documents.call(f"{_CHILD}:read_credential", pdf=pdf)
    return found


def jwt_of(pdf: bytes, *, keys_folder: Path, passphrase: str) -> bytes:
    """Return the credential in a certificate's file as a JWT. Raises DocumentError without one."""
    made: str = documents.call(
        f"{_CHILD}:read_as_jwt", pdf=pdf, keys_folder=str(keys_folder), passphrase=passphrase
    )
    return made.encode("ascii")
