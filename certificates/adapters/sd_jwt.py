"""An SD-JWT (RFC 9901): signed claims, some of which their holder may leave out.

Runs where private keys may be: the document child.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import ECKey

from academy.kernel import ids
from certificates.adapters.badge_keys import OpenedBadgeKey
from certificates.adapters.key_files import KeysError
from certificates.rules.wallet import ALGORITHM, FORMAT


def sd_jwt(open_to_all: Mapping[str, Any], hidden: Mapping[str, str], key: OpenedBadgeKey) -> str:
    """Return a copy as a wallet keeps it: the JWT, and a disclosure for each hidden claim."""
    shown = [_disclosure(name, value) for name, value in hidden.items()]
    claims = {
        **open_to_all,
        "_sd_alg": "sha-256",
        "_sd": sorted(_base64(hashlib.sha256(one.encode("ascii")).digest()) for one in shown),
    }
    return "~".join((signed(claims, key, kind=FORMAT), *shown, ""))


def signed(claims: Mapping[str, Any], key: OpenedBadgeKey, *, kind: str) -> str:
    """Return claims as a JWT of a `kind` (`typ`), signed with ES256."""
    if not isinstance(key.private_key, ec.EllipticCurvePrivateKey):
        raise KeysError(f"De sleutel {key.info.key_id} is van een andere soort.")
    header = {"alg": ALGORITHM, "typ": kind, "kid": key.info.key_id}
    said = json.dumps(claims, ensure_ascii=False, separators=(",", ":"))
    return jws.serialize_compact(header, said, ECKey.import_key(key.private_key), [ALGORITHM])


def _disclosure(name: str, value: str) -> str:
    said = json.dumps([ids.token(), name, value], ensure_ascii=False)
    return _base64(said.encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
