"""Nonces for wallets: ours by a keyed hash, five minutes long, used once. Asking writes nothing."""

from __future__ import annotations

import hmac
from datetime import timedelta

from academy.kernel import clock, ids, once
from academy.kernel.settings import current

LASTS = timedelta(minutes=5)
_NAME = "wallet-nonce"


def fresh() -> str:
    """Return a nonce: when it was made, 128 random bits, and our mark."""
    said = f"{int(clock.real_now().timestamp()):x}.{ids.nonce()}"
    return f"{said}.{_mark(said)}"


def is_ours(nonce: str) -> bool:
    """Say whether we gave this nonce, in the last five minutes."""
    said, _dot, mark = nonce.rpartition(".")
    if not nonce.isascii() or not hmac.compare_digest(mark, _mark(said)):
        return False
    age = clock.real_now().timestamp() - int(said.partition(".")[0], 16)
    return age <= LASTS.total_seconds()


def is_first_use(nonce: str) -> bool:
    """Say whether a proof comes with this nonce for the first time, and remember it.

    Takes part in the caller's unit of work.
    """
    return once.is_first(_NAME, nonce)


def _mark(said: str) -> str:
    return ids.keyed_digest(current().secret_key, f"{_NAME}:{said}")
