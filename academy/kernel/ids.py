"""The only source of randomness: tokens, codes and request ids."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def token() -> str:
    """Return a URL-safe secret of 256 random bits."""
    return secrets.token_urlsafe(32)


def nonce() -> str:
    """Return 128 random bits as hexadecimal text."""
    return secrets.token_hex(16)


def salt() -> bytes:
    """Return 32 random bytes."""
    return secrets.token_bytes(32)


def request_id() -> str:
    """Return a short random id for one request; not a secret."""
    return secrets.token_hex(8)


def seed() -> int:
    """Return 31 random bits, to be stored with what is shuffled by it."""
    return secrets.randbits(31)


def shuffled(things: Iterable[T]) -> list[T]:
    """Return the things in an order that nobody can guess, and that is kept nowhere."""
    found = list(things)
    secrets.SystemRandom().shuffle(found)
    return found


def crockford(length: int) -> str:
    """Return `length` random characters of Crockford's base32 (5 bits each, no I, L, O, U)."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(length))


def digits(length: int) -> str:
    """Return `length` random decimal digits."""
    return "".join(str(secrets.randbelow(10)) for _ in range(length))


def keyed_digest(key: str, message: str) -> str:
    """Return a hash as hexadecimal text that only the holder of `key` can compute."""
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()


def digest(secret: str) -> str:
    """Return the SHA-256 of `secret` as hexadecimal text, for storing what must not be stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keyed_number(key: str, message: str, *, digits: int) -> str:
    """Return a decimal code of `digits` digits that only the holder of `key` can compute."""
    value = int.from_bytes(hmac.new(key.encode(), message.encode(), hashlib.sha256).digest())
    return str(value % 10**digits).zfill(digits)
