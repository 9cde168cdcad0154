"""The credential in a certificate's file: signed, read back, and made into a JWT.

Runs in the document child, which alone opens private keys and files.
"""

from __future__ import annotations

import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pikepdf

from academy.kernel.documents import DocumentError
from certificates.adapters import badge_keys, credential
from certificates.adapters.credential import ATTACHMENT, CredentialError
from certificates.rules.credential import (
    CredentialFacts,
    issuer_did,
    make_credential,
    make_status_list,
)


def signed_credential(
    facts: CredentialFacts, *, keys_folder: Path, passphrase: str, now: datetime
) -> bytes:
    """Return the signed credential as it is put into a file, checked with the published key."""
    key = badge_keys.load_signer(keys_folder, "credential", passphrase)
    did = issuer_did(facts.public_url)
    made = credential.sign(make_credential(facts), key, did=did, created=now)
    credential.require_signed_by(made, key.info, did=did)
    return credential.as_bytes(made)


def signed_status_list(
    *,
    public_url: str,
    number: int,
    ended: list[int],
    created: datetime,
    keys_folder: str,
    passphrase: str,
) -> bytes:
    """Return status list `number`, signed; the same values give the same bytes."""
    key = badge_keys.load_signer(Path(keys_folder), "credential", passphrase)
    plain = make_status_list(public_url, number, ended=ended, valid_from=created)
    made = credential.sign(plain, key, did=issuer_did(public_url), created=created)
    return credential.as_bytes(made)


def read_credential(*, pdf: bytes) -> bytes:
    """Return the credential in a file of ours. Raises DocumentError for a file without."""
    found = attached(pdf)
    if found is None:
        raise DocumentError(
            "In dit bestand zit geen Open Badge.",
            sentence_en="There is no Open Badge in this file.",
            kind="NoCredential",
        )
    return found


def read_as_jwt(*, pdf: bytes, keys_folder: str, passphrase: str) -> str:
    """Return the credential in a file of ours as a JWT. Raises DocumentError for a file without."""
    said: dict[str, Any] = json.loads(read_credential(pdf=pdf))
    return credential.as_jwt(said, badge_keys.load_signer(Path(keys_folder), "jwt", passphrase))


def attached(pdf: bytes) -> bytes | None:
    """Return the one attachment of a file, or None. Raises CredentialError for any other one."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        if not file.attachments and "/AF" not in file.Root:
            return None
        if list(file.attachments) != [ATTACHMENT]:
            raise CredentialError("not_one_attachment")
        specification = file.attachments[ATTACHMENT].obj
        listed = file.Root.get("/AF")
        if listed is None or [one.objgen for one in listed] != [specification.objgen]:
            raise CredentialError("not_associated")
        if specification.get("/AFRelationship") != pikepdf.Name.Data:
            raise CredentialError("other_relationship")
        return file.attachments[ATTACHMENT].get_file().read_bytes()
