"""Passwords as argon2id, 19 MiB, two passes (trust.md, finding 17)."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hash_password(password: str) -> str:
    """Return the hash to store."""
    return _HASHER.hash(password)


@cache
def _dummy() -> str:
    return _HASHER.hash("nobody has this password")


def password_fits(stored: str | None, password: str) -> bool:
    """Say whether `password` belongs to the hash. Without one it takes as long and says no."""
    try:
        _HASHER.verify(stored or _dummy(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
