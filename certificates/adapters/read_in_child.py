"""Reads a file that anyone may have made: its seal, and then the credential inside it.

Runs in the document child.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from certificates.adapters.credential import require_proof
from certificates.adapters.credential_in_child import attached
from certificates.adapters.signature import read_signature


def read_file(
    *,
    data: bytes,
    leaves: list[bytes],
    root: bytes,
    chains: Sequence[list[bytes]] = (),
    badge_keys: Mapping[str, bytes] | None = None,
) -> dict[str, Any]:
    """Return the fields of `rules.verdict.SealReading` for a file, whatever it holds.

    A credential is looked at behind an intact seal only: then somebody with a key of ours wrote it.
    """
    found = read_signature(data, leaves=leaves, root=root, chains=chains)
    if badge_keys is None or not found["intact"]:
        return found
    return {**found, "badge": _badge_in(data, number=found["number"], badge_keys=badge_keys)}


def _badge_in(data: bytes, *, number: str, badge_keys: Mapping[str, bytes]) -> str:
    """Say how the credential is: right, wrong, none, or by a key that is not known."""
    try:
        said = attached(data)
        if said is None:
            return "none"
        credential: dict[str, Any] = json.loads(said)
        issuer = credential["issuer"]["id"]
        method = credential["proof"]["verificationMethod"]
        if credential["credentialSubject"]["licenseNumber"] != number:
            return "wrong"
        address, _, key_id = method.partition("#")
        if address != issuer:
            return "wrong"
        if key_id not in badge_keys:
            return "key_not_known"
        require_proof(credential, badge_keys[key_id], method=method)
    except Exception:  # noqa: BLE001 (whoever has a stolen key writes what they like)
        return "wrong"
    return "right"
