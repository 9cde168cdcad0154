"""Copies for wallets and their status lists, signed. Runs in the document child."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from certificates.adapters import badge_keys
from certificates.adapters.sd_jwt import sd_jwt, signed
from certificates.rules.token_status import list_claims, status_claim
from certificates.rules.wallet import CopyFacts, copy_claims

STATUS_TYPE = "statuslist+jwt"


def signed_copy(
    *,
    facts: dict[str, Any],
    holder_key: dict[str, str],
    now: datetime,
    keys_folder: str,
    passphrase: str,
) -> str:
    """Return the copy of a certificate, bound to the key of a wallet."""
    said = CopyFacts(**facts)
    key = badge_keys.load_signer(Path(keys_folder), "wallet", passphrase)
    status = status_claim(said.public_url, said.place)
    open_to_all, hidden = copy_claims(said, holder_key, status, now=now)
    return sd_jwt(open_to_all, hidden, key)


def signed_statuses(
    *,
    public_url: str,
    number: int,
    statuses: list[Any],
    now: datetime,
    keys_folder: str,
    passphrase: str,
) -> str:
    """Return status list `number`; `statuses` are pairs of an index and a status."""
    key = badge_keys.load_signer(Path(keys_folder), "wallet", passphrase)
    return signed(
        list_claims(public_url, number, statuses=statuses, now=now), key, kind=STATUS_TYPE
    )
