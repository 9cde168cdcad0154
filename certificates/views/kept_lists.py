"""Status lists that strangers ask for again and again: read and signed once per change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app

from academy.kernel import clock
from certificates.queries.credentials import newest_step

_EXTENSION = "certificates.kept_lists"
_MOST = 16

T = TypeVar("T")


def kept(kind: str, list_number: int, make: Callable[[], T]) -> T:
    """Return what `make` returned before, unless a certificate took a step or a minute went by.

    A list holds a hundred thousand places. What is not there, is not kept.
    """
    minute = clock.real_now().replace(second=0, microsecond=0)
    stand = (newest_step(), clock.today(), minute)
    lists: dict[Any, Any] = current_app.extensions.setdefault(_EXTENSION, {})
    found = lists.get((kind, list_number))
    if found is not None and found[0] == stand:
        answer: T = found[1]
        return answer
    made = make()
    if len(lists) >= _MOST:
        lists.clear()
    lists[kind, list_number] = (stand, made)
    return made
