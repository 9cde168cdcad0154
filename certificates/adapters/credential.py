"""The proof under a credential: Data Integrity `eddsa-rdfc-2022`, and the same as a JWT.

Runs where private keys may be: the document child. What the words of a credential mean is read from
disk (`bin/assets` puts it there); the loader refuses every other address, so nothing is fetched.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from joserfc import jws
from joserfc.jwk import RSAKey
from pyld import jsonld  # type: ignore[import-untyped]

from certificates.adapters.badge_keys import BadgeKey, OpenedBadgeKey
from certificates.adapters.did_key import base58, from_base58
from certificates.rules.credential import jwt_parts, key_url, moment

SUITE = "eddsa-rdfc-2022"
ATTACHMENT = "credential.json"

_CONTEXTS = Path(__file__).resolve().parent.parent / "vendor" / "contexts.json"
_PROOF = "proof"


class CredentialError(Exception):
    """A credential is not what it should be; the message is a code."""


def sign(
    credential: Mapping[str, Any], key: OpenedBadgeKey, *, did: str, created: datetime
) -> dict[str, Any]:
    """Return `credential` with its proof. `created` is written in whole seconds."""
    if not isinstance(key.private_key, ed25519.Ed25519PrivateKey):
        raise CredentialError("other_kind_of_key")
    options = proof_options(key_url(did, key.info.key_id), moment(created))
    digest = _digest(credential, options)
    value = "z" + base58(key.private_key.sign(digest))
    return {**credential, _PROOF: {**options, "proofValue": value}}


def require_signed_by(credential: Mapping[str, Any], key: BadgeKey, *, did: str) -> None:
    """Raise CredentialError unless the proof is whole and made with `key`."""
    require_proof(credential, key.public_key, method=key_url(did, key.key_id))


def require_proof(credential: Mapping[str, Any], public_key: bytes, *, method: str) -> None:
    """Raise CredentialError unless the proof is whole, names `method` and is by that key (DER)."""
    proof = dict(credential[_PROOF])
    value = str(proof.pop("proofValue"))
    if proof != proof_options(method, str(proof.get("created"))):
        raise CredentialError("other_proof")
    public = serialization.load_der_public_key(public_key)
    if not isinstance(public, ed25519.Ed25519PublicKey) or not value.startswith("z"):
        raise CredentialError("other_kind_of_key")
    plain = {name: said for name, said in credential.items() if name != _PROOF}
    try:
        public.verify(from_base58(value[1:]), _digest(plain, proof))
    except (InvalidSignature, ValueError):
        raise CredentialError("proof_not_valid") from None


def as_bytes(credential: Mapping[str, Any]) -> bytes:
    """Return a signed credential as it stands in a file."""
    return json.dumps(credential, ensure_ascii=False, indent=1).encode()


def as_jwt(credential: Mapping[str, Any], key: OpenedBadgeKey) -> str:
    """Return a credential as a JWT, RS256. The same credential and key give the same text."""
    if not isinstance(key.private_key, rsa.RSAPrivateKey):
        raise CredentialError("other_kind_of_key")
    header, claims = jwt_parts(credential, key.info.key_id)
    said = json.dumps(claims, ensure_ascii=False, separators=(",", ":"))
    return jws.serialize_compact(header, said, RSAKey.import_key(key.private_key), ["RS256"])


def proof_options(method: str, created: str) -> dict[str, str]:
    """Return a proof without its value."""
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }


def _digest(credential: Mapping[str, Any], options: Mapping[str, str]) -> bytes:
    """Return what is signed: the hash of the options, then that of the credential."""
    context = tuple(credential["@context"])
    return _options_hash(context, tuple(options.items())) + _hash(dict(credential))


@lru_cache(maxsize=64)
def _options_hash(context: tuple[str, ...], options: tuple[tuple[str, str], ...]) -> bytes:
    """A batch signs hundreds within one second: its options are worked out once."""
    return _hash({"@context": list(context), **dict(options)})


def _hash(document: dict[str, Any]) -> bytes:
    return _hash_of_text(json.dumps(document))


@lru_cache(maxsize=4)
def _hash_of_text(document: str) -> bytes:
    """Work out the hash of a credential once, to sign it and to read the signature back."""
    quads: str = jsonld.normalize(
        json.loads(document),
        {
            "algorithm": "URDNA2015",  # what RDFC-1.0 was called before it was a standard
            "format": "application/n-quads",
            "documentLoader": load_context,
        },
    )
    return hashlib.sha256(quads.encode()).digest()


def load_context(address: str, _options: Any = None) -> dict[str, Any]:
    """Return a context from disk; refuse every other address."""
    try:
        document = _contexts()[address]
    except KeyError:
        raise jsonld.JsonLdError(
            "not a context of ours", "jsonld.LoadDocumentError", code="loading document failed"
        ) from None
    return {
        "contextUrl": None,
        "documentUrl": address,
        "contentType": "application/ld+json",
        "document": document,
    }


@cache
def _contexts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_CONTEXTS.read_text(encoding="utf-8"))
    return found
