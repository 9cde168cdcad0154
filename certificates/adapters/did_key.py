"""A key of credentials as the did document shows it, and the alphabet in which it is written.

Importing this loads no PyLD: pages show keys and sign nothing.
"""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from joserfc.jwk import ECKey, RSAKey

from certificates.adapters.badge_keys import BadgeKey
from certificates.adapters.key_files import KeysError
from certificates.rules.credential import PublishedKey

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = b"\xed\x01"  # multicodec ed25519-pub


def published(key: BadgeKey) -> PublishedKey:
    """Return a key as the did document shows it."""
    public = serialization.load_der_public_key(key.public_key)
    if isinstance(public, ed25519.Ed25519PublicKey):
        shown = "z" + base58(_ED25519 + public.public_bytes_raw())
        return PublishedKey(key.key_id, shown, compromised_at=key.compromised_at)
    if not isinstance(public, rsa.RSAPublicKey):
        raise KeysError(f"De sleutel {key.key_id} is van een andere soort.")
    numbers: Any = RSAKey.import_key(public).as_dict(private=False)
    jwk = {"kty": "RSA", "alg": "RS256", "kid": key.key_id, "n": numbers["n"], "e": numbers["e"]}
    return PublishedKey(key.key_id, jwk=jwk, compromised_at=key.compromised_at)


def as_jwk(key: BadgeKey) -> dict[str, str]:
    """Return the key of copies in wallets as a JWK (RFC 7517)."""
    public = serialization.load_der_public_key(key.public_key)
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise KeysError(f"De sleutel {key.key_id} is van een andere soort.")
    numbers: Any = ECKey.import_key(public).as_dict(private=False)
    coordinates = {name: numbers[name] for name in ("kty", "crv", "x", "y")}
    return {**coordinates, "alg": "ES256", "use": "sig", "kid": key.key_id}


def base58(data: bytes) -> str:
    """Return bytes in the alphabet of Bitcoin, as multibase `z` has it."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def from_base58(text: str) -> bytes:
    """Return the bytes behind `base58`. Raises ValueError for another sign."""
    number = 0
    for sign in text:
        number = number * 58 + _BASE58.index(sign)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
