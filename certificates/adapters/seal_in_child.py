"""Seal another document than a certificate. Runs in the document child."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from certificates.adapters import keys
from certificates.adapters.seal import seal


def seal_coaching_log(
    *,
    pdf: bytes,
    keys_folder: str,
    passphrase: str,
    now: datetime,
    reason: str,
    field_label: str,
) -> dict[str, Any]:
    """Return the sealed bytes, their SHA-256 and the key: the leaf for coaching, never another."""
    key = keys.load_signer(Path(keys_folder), "coaching", passphrase, now=now)
    sealed = seal(pdf, key, reason=reason, field_label=field_label)
    return {
        "pdf": sealed,
        "sha256": hashlib.sha256(sealed).hexdigest(),
        "key_id": key.info.key_id,
    }
