"""News that travels upwards: a listener runs in the same transaction as the change it hears of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Listener = Callable[[Any], None]

_listeners: dict[type, tuple[Listener, ...]] = {}


def register(kind: type, listeners: tuple[Listener, ...]) -> None:
    """Let `listeners` hear every event of exactly `kind`; the composition root calls this."""
    known = _listeners.get(kind, ())
    _listeners[kind] = known + tuple(one for one in listeners if one not in known)


def emit(event: object) -> None:
    """Tell everyone who listens, now, inside the caller's transaction."""
    for listener in _listeners.get(type(event), ()):
        listener(event)
