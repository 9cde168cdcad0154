"""Links in a message that work without signing in: signed, for one purpose, for a while.

What a link opens only shows and asks; the change follows from the button there.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

from academy.kernel.errors import NotFoundError
from academy.kernel.settings import current


def sign(purpose: str, **ids: int | str) -> str:
    """Return a token that carries `ids` for one purpose; it holds no names."""
    return _serializer(purpose).dumps(ids)


def read(purpose: str, token: str, *, within: timedelta) -> dict[str, Any]:
    """Return the ids of a token made at most `within` ago. Raises NotFoundError otherwise."""
    try:
        ids = _serializer(purpose).loads(token, max_age=int(within.total_seconds()))
    except BadSignature as error:
        raise NotFoundError from error
    return dict(ids)


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current().secret_key, salt=f"message-{purpose}")
