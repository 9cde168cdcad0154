"""Asks the document child for what it signs for wallets, and reads what a wallet signed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from academy.kernel import documents
from certificates.rules.token_status import Status
from certificates.rules.wallet import ALGORITHM, CopyFacts
from certificates.rules.wallet_request import WalletRefusedError, key_in_header

_CHILD = "certificates.adapters.wallet_in_child"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a wallet signed with the key that it has: the public half, and the claims."""

    key: Mapping[str, str]
    claims: Any


def read_proof(text: str) -> Proof:
    """Return a proof of possession whose signature holds. Raises WalletRefusedError."""
    try:
        given = jws.extract_compact(text.encode())
        key = key_in_header(given.protected)
        holds = jws.validate_compact(given, ECKey.import_key(dict(key)), [ALGORITHM])
        claims = json.loads(given.payload)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise WalletRefusedError("invalid_proof") from None
    if not holds:
        raise WalletRefusedError("invalid_proof")
    return Proof(key, claims)


def make_copy(
    facts: CopyFacts,
    holder_key: Mapping[str, str],
    *,
    now: datetime,
    keys_folder: Path,
    passphrase: str,
) -> str:
    """Return the signed copy of a certificate for one wallet. Raises DocumentError."""
    made: str = documents.call(
        f"{_CHILD}:signed_copy",
        facts=facts.as_plain(),
        holder_key=dict(holder_key),
        now=now,
        keys_folder=str(keys_folder),
        passphrase=passphrase,
    )
    return made


@lru_cache(maxsize=8)
def status_list(
    public_url: str,
    number: int,
    *,
    statuses: tuple[tuple[int, Status], ...],
    now: datetime,
    keys_folder: Path,
    passphrase: str,
) -> str:
    """Return a signed status list; kept, so that many who ask within a minute cost one signature.

    Raises DocumentError.
    """
    made: str = documents.call(
        f"{_CHILD}:signed_statuses",
        public_url=public_url,
        number=number,
        statuses=[list(one) for one in statuses],
        now=now,
        keys_folder=str(keys_folder),
        passphrase=passphrase,
    )
    return made
